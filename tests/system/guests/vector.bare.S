/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector registers are a partition's own. Which part it plays says its process id:
 * odd ones only look, after a while, and must see what a vCPU begins with; even ones
 * fill all of them with what their id gives, give the hart away 50 times, and must
 * find them unchanged, and the vector CSRs as well.
 */
#include "bare.inc"
#define VS_INITIAL (1 << 9)
#define LENGTH 5 /* elements */

	.option	arch, +v
	/* t0 becomes 0 if all elements of that register are t1. */
	.macro	differ register
	vsetvli	t0, zero, e64, m1, ta, ma
	vmsne.vx v0, \register, t1
	vcpop.m	t0, v0
	.endm

	.globl _start
_start:
	li	a6, 30
	li	a7, 0x0a464c4f
	ecall			/* the PCB */
	lw	s0, 4(a1)	/* pid */
	andi	t0, s0, 1
	beqz	t0, user

	li	s1, 50
1:	li	a0, 1
	call_sbi 0x0a464c4f, 72
	addi	s1, s1, -1
	bnez	s1, 1b
	li	t0, VS_INITIAL
	csrs	sstatus, t0
	csrr	s0, vl
	csrr	t0, vcsr
	or	s0, s0, t0
	csrr	t0, vstart
	or	s0, s0, t0
	seqz	s0, s0
	check	"vector CSRs that nobody has written are 0", s0
	li	s0, 0
	vsetvli	t0, zero, e64, m1, ta, ma
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vredor.vs v\n, v\n, v\n	/* all elements; none is masked */
	vmv.x.s	t0, v\n
	or	s0, s0, t0
	.endr
	seqz	s0, s0
	check	"v registers that nobody has written are 0", s0
	power_off 0

user:	li	t0, VS_INITIAL
	csrs	sstatus, t0
	li	s1, 50
	vsetvli	t0, zero, e64, m1, ta, ma
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	slli	t1, s0, 8
	addi	t1, t1, \n
	vmv.v.x	v\n, t1
	.endr
	csrw	vcsr, 5		/* vxrm 2, vxsat 1 */
	vsetivli zero, LENGTH, e16, m2, tu, mu
	csrr	s4, vtype
	csrw	vstart, 3
2:	li	a0, 1
	call_sbi 0x0a464c4f, 72
	csrr	t1, vstart
	addi	s2, t1, -3
	csrr	t1, vl
	addi	t1, t1, -LENGTH
	or	s2, s2, t1
	csrr	t1, vtype
	xor	t1, t1, s4
	or	s2, s2, t1
	csrr	t1, vcsr
	addi	t1, t1, -5
	or	s2, s2, t1
	addi	s1, s1, -1
	bnez	s2, 3f
	bnez	s1, 2b
3:	seqz	s2, s2
	check	"vector CSRs keep what was written", s2

	csrw	vstart, 0
	/* v0 first: the comparisons are made in it. */
	slli	t1, s0, 8
	differ	v0
	mv	s2, t0
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	slli	t1, s0, 8
	addi	t1, t1, \n
	differ	v\n
	or	s2, s2, t0
	.endr
	seqz	s2, s2
	check	"v registers keep what was written", s2
	power_off 0
