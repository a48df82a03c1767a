/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of all harts: hart id in a0, device tree in a1, satp bare. The image starts with the
 * header of a Linux RISC-V kernel (Documentation/riscv/boot-image-header), so
 * that whatever loads one of those loads this as well, at any address.
 */
#include "arch/layout.h"

	.section .text.entry, "ax"
	.option	push
	.option	norvc
	j	start
	nop
	.option	pop
	.dword	0x200000	/* text_offset: 2 MiB into memory, by convention */
	.dword	image_size
	.dword	0		/* flags: little-endian */
	.word	2		/* version of the header: 0.2 */
	.word	0
	.dword	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0

start:
	csrw	sie, zero
	csrw	sscratch, zero
	lla	t0, trap_entry
	csrw	stvec, t0

	lla	t0, boot_claimed
	li	t1, 1
	amoswap.w.aq t0, t1, (t0)
	bnez	t0, late

	lla	t0, image_bss_start
	lla	t1, image_bss_end
1:	.irp	offset, 0, 8, 16, 24, 32, 40, 48, 56
	sd	zero, \offset(t0)
	.endr
	addi	t0, t0, 64
	bltu	t0, t1, 1b

	/* What pointers in data lack is how far we are from where we were linked. */
	lla	t0, image_relocations
	lla	t1, image_start
	ld	t2, image_linked
	sub	t2, t1, t2
2:	lhu	t3, 0(t0)	/* a pointer's place, in dwords */
	beqz	t3, 3f
	slli	t3, t3, 3
	add	t3, t3, t1
	ld	t4, 0(t3)
	add	t4, t4, t2
	sd	t4, 0(t3)
	addi	t0, t0, 2
	j	2b
3:
	lla	sp, boot_stack_top
	lla	tp, boot_hart
	call	boot_main

	.balign	8
image_linked:
	.dword	image_start

/*
 * A secondary hart: the boot hart has the firmware start it where it was started itself. It
 * may also come unasked, and early: some firmware can let a hart go before it has stored where
 * to (sbi_hsm_hart_start).
 */
late:
	lla	t0, harts_ready
1:	lw	t1, 0(t0)
	beqz	t1, 1b
	fence	r, rw
	lla	t0, harts
	lla	t1, nharts
	lwu	t1, 0(t1)
2:	ld	tp, 0(t0)
	ld	t2, HART_ID(tp)
	beq	t2, a0, secondary
	addi	t0, t0, 8
	addi	t1, t1, -1
	bnez	t1, 2b
3:	wfi			/* the device tree has no such hart */
	j	3b
secondary:
	lla	t0, boot_satp
	ld	t0, 0(t0)
	sfence.vma
	csrw	satp, t0
	sfence.vma
	ld	sp, HART_STACK_TOP(tp)
	call	secondary_main

/* An instruction that was tried trapped (arch/csr.h, instruction_try()). */
	.globl	probe_trap
	.balign	4
probe_trap:
	csrr	t6, sepc
	addi	t6, t6, 4
	csrw	sepc, t6
	li	t6, 0
	sret

	.globl	hart_stack_size
	.set	hart_stack_size, HART_STACK_SIZE

	.section .data
	.balign	4
boot_claimed:
	.word	0
