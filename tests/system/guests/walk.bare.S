/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A first-stage table on a page that was never touched: a fetch through it reads a zero there, so
 * that it is a page fault of the guest's own, whatever access the hart reports for the walk.
 */
#include "bare.inc"
	.globl _start
_start:
	li	t0, -4096
	and	s0, sp, t0
	addi	s1, s0, 0
	li	t0, 4096
	sub	s0, s0, t0	/* root: touched */
	li	t0, 0x10000
	sub	s1, s0, t0	/* next level: never touched */
	la	t0, _start
	srli	s2, t0, 30
	slli	t1, s2, 28	/* 1 GiB leaf, identity */
	ori	t1, t1, 0xcf
	slli	t2, s2, 3
	add	t2, t2, s0
	sd	t1, 0(t2)
	srli	t1, s1, 2
	ori	t1, t1, 1
	sd	t1, 8(t2)
	la	t0, handler
	csrw	stvec, t0
	srli	t0, s0, 12
	li	t1, 8
	slli	t1, t1, 60
	or	t0, t0, t1
	csrw	satp, t0
	sfence.vma
	addi	s3, s2, 1
	slli	s3, s3, 30
	jr	s3
	.balign	4
handler:
	csrr	s4, scause
	csrw	satp, zero
	sfence.vma
	addi	s4, s4, -12
	seqz	s4, s4
	check	"a page fault of its own", s4
	power_off 0
