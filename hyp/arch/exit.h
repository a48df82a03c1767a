/* SPDX-License-Identifier: Apache-2.0 */
/* What arch/trap.S calls. */
#ifndef ARCH_EXIT_H
#define ARCH_EXIT_H

#include "core/types.h"

struct thread;

/*
 * An ecall, the pc behind it; only caller-saved registers are saved. 0: the
 * thread goes on. Else WHY_*: guest_exit() is to be called with all registers
 * saved.
 */
u64 hypercall(struct thread *thread);

/*
 * Does what WHY_* says, and everything else that there is to do, waiting if
 * there is nothing to run; the hart's current thread goes on. All registers are
 * saved. thread: the one that was current, which may have been taken away.
 */
void guest_exit(const struct thread *thread, u64 why);

/* Where traps go without Sstc, in stvec's vectored mode. */
extern const char trap_vectors[];

/* Boot's last step on a hart, which holds the lock: runs guests, on the hart's own stack. */
_Noreturn void guest_enter_first(void);

/*
 * The end of the hypervisor itself: a trap in it, with its x registers then. Relies on nothing
 * that boot sets up, writes through SBI calls, and has a stack of its own.
 */
_Noreturn void panic_trap(const u64 *x);

#endif
