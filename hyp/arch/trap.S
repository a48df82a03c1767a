/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps. sscratch holds the current thread while its vCPU runs, and 0 while
 * the hypervisor runs, so a trap tells at once where it came from.
 *
 * Ways in, none with policy:
 *   - SBI Base get_spec_version is answered here: the shortest call there is
 *     (the plain path beside it: api/sbi.c).
 *   - Other ecalls save the caller-saved registers; C keeps the rest.
 *   - Without Sstc, a guest's own timer is passed on here if nothing else is to be done.
 *   - Everything else saves all registers. The two most frequent exits that end
 *     a turn, a timer interrupt and KnSleep(0), ask sched_turn() first.
 * A hypercall that is more than a look at the caller's own things goes on as an
 * exit: then callee-saved registers, which hold the guest's values whenever C
 * has returned, are stored as well, and from there on C may let another thread
 * go on, here or, once it has released the lock, on another hart.
 */
#include "arch/csr.h"
#include "arch/layout.h"
#include "arch/sbi.h"

	/* ld or sd of several x registers to where t0 or sp points */
	.macro each op, base, list:vararg
	.irp	n, \list
	\op	x\n, X(\n)(\base)
	.endr
	.endm

	.macro save_caller_saved
	/* t0: the thread; t1, t2 are saved already */
	each	sd, t0, 1, 2, 4, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
	csrrw	t1, sscratch, zero
	sd	t1, X(5)(t0)
	.endm

	.macro restore_caller_saved
	/* t0: the thread, which is current */
	csrw	sscratch, t0
	each	ld, t0, 1, 2, 4, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
	.endm

	.macro callee_saved op
	each	\op, t0, 3, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
	.endm

	.macro to_hypervisor
	ld	tp, THREAD_HART(t0)
	ld	sp, HART_STACK_TOP(tp)
	mv	a0, t0
	.endm

	.section .text.trap, "ax"
	.balign	4
	.globl	trap_entry
trap_entry:
	csrrw	t0, sscratch, t0
	beqz	t0, own_trap
	sd	t1, X(6)(t0)
	sd	t2, X(7)(t0)
	csrr	t2, scause
	addi	t1, t2, -CAUSE_ECALL_VS
	bnez	t1, full_exit

	/* The trap page's ecalls are no calls: they stand for an exception or a handler's end. */
	csrr	t1, sepc
	srli	t2, t1, 30
	addi	t2, t2, -(TRAP_PAGE >> 30)
	beqz	t2, full_exit		/* t2 is not an interrupt */
	addi	t1, t1, 4
	csrw	sepc, t1
	li	t2, SBI_EXT_BASE
	bne	a7, t2, hypercall_exit
	bnez	a6, hypercall_exit

	/* sbi_get_spec_version() */
	li	a0, SBI_SUCCESS
	li	a1, SBI_SPEC_VERSION_2_0
	ld	t1, X(6)(t0)
	ld	t2, X(7)(t0)
	csrrw	t0, sscratch, t0
	sret

hypercall_exit:
	beqz	a0, zero_exit
save_and_call:
	save_caller_saved
	to_hypervisor
	call	hypercall
	ld	t0, HART_CURRENT(tp)
	bnez	a0, unfinished_call
	/* The same thread goes on: C has kept its other registers. */
	restore_caller_saved
	ld	t0, X(5)(t0)
	sret

unfinished_call:
	mv	a1, a0
	mv	a0, t0
	beqz	t0, exit	/* the call has ended its thread */
	callee_saved sd
	j	exit

/* KnSleep(0) of the API takes the short way first. */
zero_exit:
	li	t1, FN_SLEEP
	bne	a6, t1, save_and_call
	li	t2, FLOE_SBI_EXTENSION_ID
	bne	a7, t2, save_and_call
	save_caller_saved
	callee_saved sd
	sd	zero, X(11)(t0)		/* its result; the code rcOk is in a0 already */
	to_hypervisor
	li	a1, 0
	call	sched_turn
	bnez	a0, turn
	/* The plain way makes calls where the pc is. */
	csrr	t1, sepc
	addi	t1, t1, -4
	csrw	sepc, t1
trap:
	ld	a0, HART_CURRENT(tp)
	li	a1, WHY_TRAP
exit:
	call	guest_exit
	j	restore

full_exit:
	save_caller_saved
	callee_saved sd
	to_hypervisor
	bgez	t2, trap		/* scause */
	/* Interrupts take the short way first, but those at a vector, which may be stuck there. */
	csrr	t1, sepc
	csrr	t2, vstvec
	xor	t1, t1, t2
	srli	t1, t1, 2
	beqz	t1, trap
	ld	a1, HART_SLICE_END(tp)
	call	sched_turn
	beqz	a0, trap
turn:
	call	vcpu_turn
restore:
	ld	t0, HART_CURRENT(tp)
	callee_saved ld
	restore_caller_saved
	ld	t0, X(5)(t0)
	sret

/*
 * Where traps go without Sstc, by cause (stvec's vectored mode). The interrupt of the only
 * deadline that there is, the running guest's own, is passed on at once, unless the guest is
 * stuck at its vector; the timer's is off then, until that is set again. The plain way
 * beside it: guest_timer_expired().
 */
	.balign	4
	.globl	trap_vectors
trap_vectors:
	.option	push
	.option	norvc
	.rept	CAUSE_S_TIMER
	j	trap_entry
	.endr
	.option	pop
	csrrw	t0, sscratch, t0
	beqz	t0, own_trap
	sd	t1, X(6)(t0)
	sd	t2, X(7)(t0)
	ld	t1, THREAD_HART(t0)
	ld	t1, HART_TIMER_GUEST(t1)
	bne	t1, t0, timer_exit
	csrr	t1, sepc
	csrr	t2, vstvec
	xor	t1, t1, t2
	srli	t1, t1, 2
	beqz	t1, timer_exit
	li	t1, IRQ_VSTI
	csrs	hvip, t1
	li	t1, IRQ_STI
	csrc	sie, t1
	ld	t1, X(6)(t0)
	ld	t2, X(7)(t0)
	csrrw	t0, sscratch, t0
	sret
timer_exit:
	csrr	t2, scause
	j	full_exit

/* Boot's last step, on the hart's own stack. */
	.globl	guest_enter_first
guest_enter_first:
	ld	sp, HART_STACK_TOP(tp)
	li	a0, 0
	li	a1, WHY_WORK
	j	exit

/*
 * A trap in the hypervisor itself is a defect, or a machine that is broken.
 * Nothing that was set up is relied on: a stack of its own, one hart at a time.
 */
own_trap:
	/* t0 is in sscratch. The lock's own address is what locks it. */
	lla	t0, panic_lock
	amoswap.w.aq t0, t0, (t0)
	beqz	t0, 2f
1:	wfi
	j	1b
2:	lla	t0, panic_stack_top
	sd	sp, X(2)-PANIC_FRAME_SIZE(t0)
	addi	sp, t0, -PANIC_FRAME_SIZE
	csrrw	t0, sscratch, zero
	sd	t0, X(5)(sp)
	each	sd, sp, 1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
	each	sd, sp, 24, 25, 26, 27, 28, 29, 30, 31
	mv	a0, sp
	call	panic_trap

/*
 * Where a guest's exceptions go that it has no vector for, and, at
 * HANDLER_RETURN, where its exception handlers return to: straight on to us.
 * Boot copies it to the trap page.
 */
	.section .rodata.trap_page, "a"
	.balign	4
	.globl	trap_page_code
trap_page_code:
	.option	push
	.option	norvc
1:	ecall
	j	1b
2:	ecall
	j	2b
	.option	pop

	.section .bss
	.balign	16
	.space	4096
	.globl	panic_stack_top
panic_stack_top:
panic_lock:
	.word	0
