/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of a thread beside the initial one. sp is the top of a
 * fresh stack; a0, a1 and a2 are what KnThreadCreateByHandle() was given.
 */
#define SSTATUS_FS_INITIAL (1 << 13)
#define SSTATUS_VS_INITIAL (1 << 9) /* stays 0 where there are no vector registers */

	.section .text.floe_thread_entry, "ax", @progbits
	.globl floe_thread_entry
	.type floe_thread_entry, @function
floe_thread_entry:
	.cfi_startproc
	.cfi_undefined ra		/* nobody has called it */
	.option push
	.option norelax
	lla	gp, __global_pointer$
	.option pop
	li	t0, SSTATUS_FS_INITIAL | SSTATUS_VS_INITIAL
	csrs	sstatus, t0
#ifdef __riscv_flen
	fscsr	zero
#endif
	li	s0, 0			/* the chain of frames ends here */
	call	floe_thread_start
	ebreak				/* floe_thread_start does not return */
	.cfi_endproc
	.size floe_thread_entry, . - floe_thread_entry
