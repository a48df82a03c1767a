/* SPDX-License-Identifier: Apache-2.0 */
/* Assembler macros for guests without the SDK. t registers are theirs. */
#define INVALID_PARAM -3
#define NOT_SUPPORTED -2

/* Prints a string and a newline. */
.macro say text.pushsection.rodata 8 :.ascii "\text\n" 9 :.popsection mv t3, a0 mv t4, a1 mv t5,
	a2 la a1, 8b la a0, 9b sub a0, a0, a1 li a2, 0 li a6, 0 li a7, 0x4442434e ecall mv a0,
	t3 mv a1, t4 mv a2,
	t5.endm

		/* One line: ok if the register is not 0. */
		.macro check text,
	register beqz	\register,
	6f say "ok \text" j 7f 6 : say "FAILED \text" 7
    :.endm

	     .macro call_sbi extension,
	function li a7, \extension li a6, \function
						  ecall.endm

							  /* a0 is that error. */
							  .macro check_error text,
	error addi t0, a0, -(\error)seqz t0, t0 check "\text",
	t0.endm

		/* a0 is that error and a1 that value. */
		.macro check_answer text,
	error, value addi t0, a0,
	-(\error)li t1, \value xor t1, t1, a1 or t0, t0, t1 seqz t0, t0 check "\text",
	t0.endm

		/* SRST: shutdown with a reason. */
		.macro power_off reason li a0,
	0 li a1, \reason call_sbi 0x53525354, 0 ebreak.endm
