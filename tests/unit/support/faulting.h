/* SPDX-License-Identifier: Apache-2.0 */
/* A caller with an exception handler, whose thread has exceptions and returns from handlers. */
#ifndef SUPPORT_FAULTING_H
#define SUPPORT_FAULTING_H

#include "support/world.h"

#define PROCESS_HANDLER (RX_BASE + 0x100)
#define THREAD_HANDLER (RX_BASE + 0x200)
#define STACK_AT (RW_BASE + 16 * PAGE_SIZE)
#define FRAME_AT BUFFER_AT

/* The caller, which the test keeps, and who runs when it has ended. */
extern struct task *ended, *idle;

/*
 * cmocka's: PROCESS_HANDLER is the caller's, and it is in VS-mode without paging, its
 * stack pointer just above STACK_AT.
 */
int faulting_setup(void **state);
int faulting_teardown(void **state);
#define FAULTING_TEST(f) cmocka_unit_test_setup_teardown(f, faulting_setup, faulting_teardown)

/*
 * The caller stores to UNMAPPED at RX_BASE + 4, with 1000 and their number in the registers from
 * x3 on. Its thread.
 */
struct thread *fault(void);

/* It has a breakpoint there, which its own level delegates to the trap page. */
struct thread *break_with(u64 vsstatus);

void return_from_handler(struct thread *t, u64 result);

/* That fault has ended it. */
void assert_unhandled(TaskFaultHandler handler);

#endif
