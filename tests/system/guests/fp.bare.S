/* SPDX-License-Identifier: Apache-2.0 */
/*
 * f registers are a partition's own. Which part it plays says its process id
 * (Base: none has it, so the PCB's second word): odd ones only look, after a
 * while, and must see zeros; even ones fill all f registers with their id, give
 * the hart away 50 times, and must find them unchanged.
 */
#include "bare.inc"
#define FS_INITIAL (1 << 13)

	.option	arch, rv64gc
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
	li	t0, FS_INITIAL
	csrs	sstatus, t0
	li	s0, 0
	frcsr	t0
	or	s0, s0, t0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.x.d	t0, f\n
	or	s0, s0, t0
	.endr
	seqz	s0, s0
	check	"f registers that nobody has written are 0", s0
	power_off 0

user:	li	t0, FS_INITIAL
	csrs	sstatus, t0
	li	s1, 50
	fsrm	s0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	slli	t0, s0, 8
	addi	t0, t0, \n
	fmv.d.x	f\n, t0
	.endr
2:	li	a0, 1
	call_sbi 0x0a464c4f, 72
	li	s2, 0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	slli	t0, s0, 8
	addi	t0, t0, \n
	fmv.x.d	t1, f\n
	xor	t0, t0, t1
	or	s2, s2, t0
	.endr
	bnez	s2, 3f
	addi	s1, s1, -1
	bnez	s1, 2b
3:	seqz	s2, s2
	check	"f registers keep what was written", s2
	frrm	t0
	sub	t0, t0, s0
	seqz	t0, t0
	check	"so does the rounding mode", t0
	power_off 0
