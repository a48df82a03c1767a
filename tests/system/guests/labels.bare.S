/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes behind a label without a type, with data and mapping symbols around. */
	.globl _start
_start:
	nop
	j	inner
	.dword	0
inner:	nop
	.option	norvc
	nop
	.word	0
