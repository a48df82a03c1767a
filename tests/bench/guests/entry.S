/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints how many instructions had been executed when it was started, and powers
 * off. Without data, stack or a place of its own, so that it runs in two of them: firmware
 * starts it instead of the hypervisor, and tests/bench/run writes it over the entry
 * of a copy of init. It knows SBI calls alone: legacy console putchar and SRST.
 */
#include "print.inc"

	.text
	.globl	_start
_start:
	rdinstret s0
	print_text text
	print_number s0
	print_text end
	power_off

text:	.asciz	"bench: instret "
end:	.asciz	"\n"
