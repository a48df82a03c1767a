/* SPDX-License-Identifier: Apache-2.0 */
/* f registers: void fp_save(u64 *f) and void fp_restore(const u64 *f). */
	.macro	each op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
	\op	f\n, 8 * \n(a0)
	.endr
	.irp	n, 24, 25, 26, 27, 28, 29, 30, 31
	\op	f\n, 8 * \n(a0)
	.endr
	.endm

	.text
	.globl	fp_save
fp_save:
	each	fsd
	ret

	.globl	fp_restore
fp_restore:
	each	fld
	ret
