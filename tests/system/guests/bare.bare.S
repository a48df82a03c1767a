/* SPDX-License-Identifier: Apache-2.0 */
/* A guest without the SDK: prints with DBCN and ends with SRST. */
	.globl _start
_start:
	bnez	a0, 1f /* a0 is promised to be 0 */
	la	a1, text
	la	a0, text_end
	sub	a0, a0, a1
	li	a2, 0
	li	a6, 0
	li	a7, 0x4442434e
	ecall
	bnez	a0, 1f
	li	a0, 0
	li	a1, 0
	li	a6, 0
	li	a7, 0x53525354
	ecall
1:	ebreak
	j	1b

text:	.ascii	"bare guest speaking\n"
text_end:
