/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads without a process, on one hart or on all, which look at their queues when the
 * test says so; simulation.h is for harts that run by themselves.
 */
#ifndef SUPPORT_QUEUED_H
#define SUPPORT_QUEUED_H

#include "core/task.h"
#include "core/thread.h"
#include "support/simulation.h"

#define HARTS SIM_HARTS
#define THREADS 12u
#define ALL ((1u << HARTS) - 1)

extern struct task task; /* of all threads */
extern struct thread threads[THREADS];

/* cmocka's; a test that begins anew calls the setup as well. All as the first hart. */
int one_hart_setup(void **state);
int all_harts_setup(void **state);
int all_harts_teardown(void **state);
#define ONE_HART_TEST(f) cmocka_unit_test_setup(f, one_hart_setup)
#define ALL_HARTS_TEST(f) cmocka_unit_test_setup_teardown(f, all_harts_setup, all_harts_teardown)

/* The i-th thread is ready from now on, wherever there is a place. */
struct thread *start(unsigned int i, ThreadSchedPolicy policy, ThreadPriority priority);
#define fifo(i, p) start(i, ThreadSchedPolicyFifo, p)
#define rr(i, p) start(i, ThreadSchedPolicyRR, p)
#define standard(i, p) start(i, ThreadSchedPolicyOther, p)

void block(struct thread *t);

/* On one hart: who runs now. Time passes; the timer interrupt comes when it is due. */
#define assert_runs(thread) assert_ptr_equal(sched_work(), thread)
void pass(u64 ticks);

/* Goes on as that hart, which looks at its queue: what arch/exit.c does. Who runs there. */
struct thread *run(unsigned int hart);

/* The first threads are standard ones and run, one on each hart. */
void occupy(void);

#endif
