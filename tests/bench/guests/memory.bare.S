/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One small guest, without the SDK and the only process: prints the bytes of memory
 * that are in use. The page allocator's bitmap, a bit for each page, is not among its pages.
 */
#define PUTCHAR 1
#define SRST 0x53525354
#define FLOE 0x0A464C4F
#define SYS_GET_COUNTERS 33

	.text
	.globl	_start
_start:
	la	a0, counters
	li	a6, SYS_GET_COUNTERS
	li	a7, FLOE
	ecall
	la	s1, counters
	ld	t0, 0(s1)		/* freePages */
	ld	t1, 8(s1)		/* allPages */
	sub	s0, t1, t0
	slli	s0, s0, 12
	srli	t1, t1, 3
	li	t2, 4095 + 8
	add	t1, t1, t2
	srli	t1, t1, 12
	slli	t1, t1, 12
	add	s0, s0, t1

	la	s1, text
	call	print
	li	s1, 1000000000
	li	s2, 10
1:	divu	a0, s0, s1
	remu	s0, s0, s1
	addi	a0, a0, '0'
	li	a7, PUTCHAR
	ecall
	divu	s1, s1, s2
	bnez	s1, 1b
	la	s1, end
	call	print

	li	a0, 0
	li	a1, 0
	li	a6, 0
	li	a7, SRST
	ecall
2:	j	2b

print:	lbu	a0, 0(s1)
	beqz	a0, 3f
	li	a7, PUTCHAR
	ecall
	addi	s1, s1, 1
	j	print
3:	ret

	.section .rodata
text:	.asciz	"bench: memory_in_use "
end:	.asciz	" / 1\n"

	.data
	.balign	8
counters:
	.space	64
