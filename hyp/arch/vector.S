/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vector state (RISC-V "V" extension 1.0): void vector_save(struct vector *to) and
 * void vector_restore(const struct vector *from). Whole registers, whatever vtype says;
 * vstart is 0 meanwhile, since they would begin there.
 */
#define VL 0
#define VTYPE 8
#define VSTART 16
#define VCSR 24
#define REGISTERS 32

	.option	arch, +v
	/* Eight at a time. */
	.macro	each op
	addi	a1, a0, REGISTERS
	csrr	t0, vlenb
	slli	t0, t0, 3
	csrw	vstart, zero
	.irp	n, 0, 8, 16
	\op	v\n, (a1)
	add	a1, a1, t0
	.endr
	\op	v24, (a1)
	.endm

	.text
	.globl	vector_save
vector_save:
	csrr	t0, vl
	sd	t0, VL(a0)
	csrr	t0, vtype
	sd	t0, VTYPE(a0)
	csrr	t0, vstart
	sd	t0, VSTART(a0)
	csrr	t0, vcsr
	sd	t0, VCSR(a0)
	each	vs8r.v
	ret

	.globl	vector_restore
vector_restore:
	each	vl8re8.v
	ld	t0, VL(a0)
	ld	t1, VTYPE(a0)
	vsetvl	zero, t0, t1
	ld	t0, VCSR(a0)
	csrw	vcsr, t0
	ld	t0, VSTART(a0)
	csrw	vstart, t0
	ret
