/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets and addresses that assembly knows; arch/vcpu.c checks them. */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

/* struct thread begins with struct vcpu, that with its x registers. */
#define X(n) ((n)*8)

/* The slot of x0, which needs none. */
#define THREAD_HART X(0)

/* Bytes, whole pages; below that there is one that can't be written. */
#define HART_STACK_SIZE 16384

/* struct hart */
#define HART_CURRENT 0
#define HART_STACK_TOP 8
#define HART_ID 16
#define HART_SLICE_END 32
#define HART_TIMER_GUEST 712

/* VM_TRAP_PAGE; its low 30 bits are zero */
#define TRAP_PAGE 0xffc0000000

/* Where exception handlers return to: the trap page's second ecall. */
#define HANDLER_RETURN (TRAP_PAGE + 8)

/* KnSleep; arch/vcpu.c checks it, and that rcOk is 0 */
#define FN_SLEEP 72
#define FLOE_SBI_EXTENSION_ID 0x0A464C4F

/* Why guest_exit() is called; hypercall() gives 0 where it need not be. */
#define WHY_TRAP 1 /* scause says; a call that was not made yet, too */
#define WHY_WORK 2 /* a call is made, or boot is over; the lock is held */

#define PANIC_FRAME_SIZE 256

#endif
