/* SPDX-License-Identifier: Apache-2.0 */
/* One small guest, the only process: prints the bytes of the pages that are in use. */
#include "print.inc"
#define FLOE 0x0A464C4F
#define SYS_GET_COUNTERS 33

	.text
	.globl	_start
_start:
	la	a0, counters
	li	a6, SYS_GET_COUNTERS
	li	a7, FLOE
	ecall
	la	s0, counters
	ld	t0, 0(s0)		/* freePages */
	ld	s0, 8(s0)		/* allPages */
	sub	s0, s0, t0
	slli	s0, s0, 12
	print_text text
	print_number s0
	print_text end
	power_off

	.section .rodata
text:	.asciz	"bench: memory_in_use "
end:	.asciz	" / 1\n"

	.data
	.balign	8
counters:
	.space	64
