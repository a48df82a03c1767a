/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs that few machines let a guest write to are its own: writes one, sleeps, and looks again,
 * while another partition does the same. Which: the first of siselect and fcsr that is there.
 */
#include "bare.inc"

#define SISELECT 0x150
#define FCSR 0x003

/* Values that both have bits for. */
.macro	check_own csr, name
	csrr	s1, \csr
	li	s2, 300
1:	csrr	s0, \csr
	sub	s0, s0, s1
	seqz	s0, s0
	beqz	s0, 3f
	li	t0, 0x17
	beqz	s1, 2f
	li	t0, 0x06
2:	csrw	\csr, zero
	csrw	\csr, t0
	csrr	s1, \csr
	li	a0, 1
	li	a7, 0x0A464C4F
	li	a6, 72
	ecall
	addi	s2, s2, -1
	bnez	s2, 1b
3:	check	"\name is its own", s0
	power_off 0
.endm

	.globl _start
_start:
	la	t0, no_siselect
	csrw	stvec, t0
	check_own SISELECT, siselect
	.balign	4
no_siselect:
	la	t0, no_fcsr
	csrw	stvec, t0
	check_own FCSR, fcsr
	.balign	4
no_fcsr:
	say	"there is neither"
	power_off 0
