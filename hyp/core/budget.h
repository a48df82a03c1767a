/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU budgets: so much time in each period, summed over the harts, for the threads of one
 * process and of the processes that it creates.
 *
 * A budget lies there in pieces. What has been used of one comes again a period after it
 * could be used and somebody wanted it, moment for moment: as with POSIX' sporadic server, time for
 * which others with budgets kept it waiting is not lost. So k periods in a row have at most k + 1
 * budgets, wherever they begin, and those that begin when somebody first wanted it, and where
 * the one before ends, at most one each. While some of it is there, its threads are reserved:
 * they go before all threads without a budget, whatever those' class. Among
 * themselves those go first whose deadline is earliest: a period after the piece could be
 * used and somebody wanted it. Within a budget class and priority decide, and equals
 * take turns by their slices. When it is used up, a hard budget's threads
 * are parked; those of a soft one, which is a guarantee without a limit, compete by class.
 *
 * When the next piece comes, as many of them are queued as there are harts, and a hart queues
 * the best of the others that may run there whenever it looks for what to do. So a piece
 * costs little, however many wait for it.
 *
 * A hart that puts a thread on is granted pieces of one deadline that follow one another
 * without a gap, and gives back what the thread has not used. What a hart was late to take
 * it off is missing from the periods that follow, so that the sum stays right.
 */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "core/list.h"
#include "core/timer.h"
#include "core/types.h"

struct hart;
struct run_queue;
struct task;
struct thread;

/*
 * More than these are joined, so that a part comes later than it need, never sooner. So are
 * fewer where that costs next to nothing, for each takes two switches in somebody's time, and
 * harts that are always a bit late would leave all budgets in as many as there may be.
 */
#define BUDGET_PIECES 12u

/* May be used from `at` on: its n-th tick n ticks later. */
struct budget_piece {
	u64 at, amount; /* ticks */
	u64 since; /* it could be used, and somebody wanted it: by a period later it is to be */
};

struct budget {
	u64 amount, period; /* ticks */
	u64 deadline;       /* of what may be used first */
	struct budget_piece
		pieces[BUDGET_PIECES]; /* neither used nor granted; those to come by time */
	u64 join_below; /* pieces are joined at once if that costs less, ticks squared */
	u32 npieces;
	bool soft;
	u32 users;           /* tasks */
	u32 wanting;         /* threads that run, or would */
	struct task *owner;  /* of a soft one: its only task */
	struct list parked;  /* threads, by thread.ready: by class, then in their order */
	u64 parked_for;      /* harts, by index, that these may run on, and maybe others */
	struct list hungry;  /* among the budgets for which threads are parked */
	struct timer refill; /* armed while somebody waits for a piece */
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

/*
 * For core/sched.c, where that hart looks for what to do: of each budget of which some is left
 * the best thread that is parked is queued, if it goes before all that wait there.
 */
void budget_bring(struct hart *hart);

/* A thread does not want to run any more, or may not by its windows. */
void budget_leave(struct thread *thread);

/* Threads that are parked, and whose windows are all closed now, do not want to run either. */
void budget_windows_changed(void);

/* By when a reserved thread is to use what it has, or may have. */
u64 budget_deadline(const struct thread *thread);

/*
 * Of the reserved threads that wait there, the first one that may run on a hart, if it goes
 * before another one; or that, which may be NULL.
 */
struct thread *budget_best(const struct run_queue *rq, const struct hart *hart,
			   struct thread *other);

/* Of two of which one at least is reserved: does t go before the other? */
bool budget_goes_before(const struct thread *t, const struct thread *other);

#endif
