/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU budgets: so much time in each period, summed over the harts, for the threads
 * of one process and of the processes that it creates.
 *
 * While some of it is left, they are reserved: they go before all threads without
 * a budget, whatever those' class; among themselves the earliest end of a period goes
 * first, then class and priority. When it is used up, a hard budget's threads are parked
 * until the next period; those of a soft one, which is a guarantee without
 * a limit, compete by class. Periods begin at multiples of their length on the time CSR.
 *
 * A hart that puts a thread on is granted a part of what is left, up to the end of
 * the period, and gives back what the thread has not used. What one was late to
 * take it off counts against the next periods, so that the sum stays right.
 */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "core/list.h"
#include "core/timer.h"
#include "core/types.h"

struct run_queue;
struct task;
struct thread;

struct budget {
	u64 amount, period; /* ticks */
	u64 end;            /* of the current period */
	i64 left;           /* neither used nor granted; below 0: used too much */
	bool soft;
	u32 users;           /* tasks */
	struct task *owner;  /* of a soft one: its only task */
	struct list parked;  /* threads, by thread.ready */
	struct timer refill; /* armed while somebody waits for the next period */
};

/* Gives a task without threads a budget of its own; in ticks, not 0. rcOutOfMemory. */
Retcode budget_set(struct task *task, u64 amount, u64 period, bool soft);

/* A new task runs on its creator's budget, if that is a hard one. */
void budget_inherit(struct task *task, const struct task *creator);

/* The task has no threads any more. */
void budget_drop(struct task *task);

/*
 * For core/sched.c, of a thread with a budget. Queue: as a reserved one, or parks it;
 * false: it is to be queued by class. Put on: what is left of its slice now, on this
 * hart, 0 if there is none and it has to be queued again. Put down: after so many ticks.
 */
bool budget_queue(struct run_queue *rq, struct thread *thread, bool first);
u64 budget_put_on(struct thread *thread, u64 now);
void budget_put_down(struct run_queue *rq, struct thread *thread, u64 used);

/* Of two of which one at least is reserved: does t go before the other? */
bool budget_goes_before(const struct thread *t, const struct thread *other);

#endif
