/* SPDX-License-Identifier: Apache-2.0 */
/* What arch/trap.S calls. All give the thread that the hart goes on with. */
#ifndef ARCH_EXIT_H
#define ARCH_EXIT_H

struct thread;

/* Anything but a hypercall; all registers are saved. */
struct thread *guest_exit(struct thread *thread);

/*
 * An ecall, the pc behind it; only caller-saved registers are saved. NULL: it
 * wants all of them and goes on as guest_exit().
 */
struct thread *hypercall(struct thread *thread);

/* Boot's last step on a hart: enters its first thread, on the hart's own stack. */
_Noreturn void guest_enter_first(struct thread *thread);

#endif
