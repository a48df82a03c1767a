/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of an SDK program. At the entry sp is the top of a
 * fresh stack and satp is bare; nothing else is promised. A position-independent
 * program is linked at 0, so that its image's address is its load offset.
 */
#define R_RISCV_NONE 0
#define R_RISCV_RELATIVE 3
#define RELA_OFFSET 0
#define RELA_INFO 8
#define RELA_ADDEND 16
#define RELA_SIZE 24
#define SSTATUS_FS_INITIAL (1 << 13)
#define SSTATUS_VS_INITIAL (1 << 9) /* stays 0 where there are no vector registers */

	.section .text._start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	.option push
	.option norelax
	lla	gp, __global_pointer$
	.option pop
	li	t0, SSTATUS_FS_INITIAL | SSTATUS_VS_INITIAL
	csrs	sstatus, t0
#ifdef __riscv_flen
	fscsr	zero
#endif
	lla	a0, __image_start
	lla	a1, __rela_start
	lla	a2, __rela_end
.Lrelocate:
	bgeu	a1, a2, .Lrelocated
	ld	t0, RELA_INFO(a1)
	beqz	t0, .Lnext		/* R_RISCV_NONE */
	addi	t0, t0, -R_RISCV_RELATIVE
	bnez	t0, .Lbad_relocation
	ld	t0, RELA_OFFSET(a1)
	ld	t1, RELA_ADDEND(a1)
	add	t0, t0, a0
	add	t1, t1, a0
	sd	t1, 0(t0)
.Lnext:
	addi	a1, a1, RELA_SIZE
	j	.Lrelocate
.Lbad_relocation:
	ebreak				/* only a program with dynamic symbols has any other */
.Lrelocated:
	li	s0, 0			/* the chain of frames ends here */
	call	floe_start
	ebreak				/* floe_start does not return */
	.size _start, . - _start

/*
 * The C library asks whether these weak functions are there; in a
 * position-independent program that question cannot be answered with no.
 */
	.section .text._init, "ax", @progbits
	.globl _init
	.globl _fini
	.type _init, @function
	.type _fini, @function
_init:
_fini:
	ret
	.size _init, . - _init
	.size _fini, . - _fini
