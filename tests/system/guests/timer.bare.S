/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer interrupts of a guest without the SDK: it waits with wfi for five of
 * them, spins until three more come, takes one exception of its own, and powers
 * itself off with reason 1.
 */
#include "bare.inc"
#define PERIOD 100000	/* 10 ms at 10 MHz */
#define TIMER (1 << 5)

	.globl _start
_start:
	la	t0, trap
	csrw	stvec, t0
	li	s2, 0			/* interrupts */
	li	s3, 0			/* exceptions */

	/* A pending interrupt ends wfi also while interrupts are off. */
	rdtime	s4
	call	arm
	li	t0, TIMER
	csrw	sie, t0
	wfi
	rdtime	s5
	seqz	s0, s2
	check	"the interrupt was not taken", s0
	sub	s5, s5, s4
	li	t0, PERIOD - 1
	sltu	s0, t0, s5
	check	"wfi waited for it", s0
	wfi
	say	"wfi does not wait for what is pending"
	li	t0, -1
	mv	a0, t0
	call_sbi 0x54494d45, 0
	csrsi	sstatus, 2
	nop
	csrci	sstatus, 2
	seqz	s0, s2
	check	"a deadline far away takes it back", s0

	csrsi	sstatus, 2
	call	arm
1:	wfi
	li	t0, 5
	bltu	s2, t0, 1b
	say	"five interrupts while waiting"
2:	li	t0, 8
	bltu	s2, t0, 2b
	say	"three interrupts while running"
	csrci	sstatus, 2
	.word	0
	addi	s3, s3, -1
	seqz	s0, s3
	check	"an exception of its own, handled", s0
	power_off 1

	/* The next deadline. */
arm:	rdtime	a0
	li	t0, PERIOD
	add	a0, a0, t0
	li	a7, 0x54494d45
	li	a6, 0
	ecall
	ret

	.balign	4
trap:	csrr	t6, scause
	bltz	t6, 3f
	addi	s3, s3, 1
	csrr	t6, sepc
	addi	t6, t6, 4
	csrw	sepc, t6
	sret
3:	addi	s2, s2, 1
	csrrw	t6, sscratch, ra
	mv	s6, a0
	mv	s7, a6
	mv	s8, a7
	mv	s9, t0
	call	arm
	mv	a0, s6
	mv	a6, s7
	mv	a7, s8
	mv	t0, s9
	csrr	ra, sscratch
	sret
