/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load from where the partition has nothing, by code that a first stage of its own puts at
 * another address, and a wait for an interrupt before.
 */
#include "bare.inc"
	.globl _start
_start:
	li	t0, -4096
	and	s0, sp, t0
	li	t0, 4096
	sub	s0, s0, t0	/* root */
	la	t0, _start
	srli	s2, t0, 30
	slli	t1, s2, 28	/* leaves of 1 GiB: identity, */
	ori	t1, t1, 0xcf
	slli	t2, s2, 3
	add	t2, t2, s0
	sd	t1, 0(t2)
	sd	t1, 8(t2)	/* the same 1 GiB higher, */
	li	t1, 200 << 28	/* and behind that one that is mapped nowhere */
	ori	t1, t1, 0xcf
	sd	t1, 16(t2)
	srli	t0, s0, 12
	li	t1, 8 << 60
	or	t0, t0, t1
	csrw	satp, t0
	sfence.vma
	li	s3, 1 << 30
	la	t0, there
	add	t0, t0, s3
	jr	t0
	.option	norvc
there:
	la	s4, there
	add	s4, s4, s3
	lw	a3, 0x7c(s4)
	.option	rvc
