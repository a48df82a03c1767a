/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints how many instructions had been executed when it was started, and powers
 * off. Without data, stack or a place of its own, so that it runs in two of them: firmware
 * starts it instead of the hypervisor, and tests/bench/run writes it over the entry
 * of a copy of init. It knows SBI calls alone: legacy console putchar and SRST.
 */
#define PUTCHAR 1
#define SRST 0x53525354

	.text
	.globl	_start
_start:
	rdinstret s0
	lla	s1, text
1:	lbu	a0, 0(s1)
	beqz	a0, 2f
	li	a7, PUTCHAR
	ecall
	addi	s1, s1, 1
	j	1b

	/* Decimal, ten digits. */
2:	li	s1, 1000000000
	li	s2, 10
3:	divu	a0, s0, s1
	remu	s0, s0, s1
	addi	a0, a0, '0'
	li	a7, PUTCHAR
	ecall
	divu	s1, s1, s2
	bnez	s1, 3b
	li	a0, '\n'
	li	a7, PUTCHAR
	ecall

	li	a0, 0
	li	a1, 0
	li	a6, 0
	li	a7, SRST
	ecall
4:	j	4b

text:	.asciz	"bench: instret "
