/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler does for threads with a budget or windows; compiled to be small. */
#include "core/sched.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "core/budget.h"
#include "core/thread.h"
#include "core/window.h"

bool sched_guard(struct run_queue *rq, struct thread *t, bool first)
{
	bool done;

	if (window_park(container_of(rq, struct hart, rq), t)) {
		if (t->budget)
			budget_leave(t);
		return true;
	}
	done = t->budget && budget_queue(rq, t, first);
	rq->guarded += !done || t->state == THREAD_READY;
	return done;
}

void sched_put_down_guarded(struct run_queue *rq, struct thread *t, u64 now)
{
	rq->guarded--;
	if (t->budget)
		budget_put_down(rq, t, now - rq->run_since);
	sched_count_turn(t);
}

/* Nothing is left for the others of t's budget either: not one by one, each the best of all. */
static void send_others(struct hart *hart, const struct thread *t)
{
	list_for_each_safe(struct thread, other, next, &hart->rq.reserved, ready) {
		if (other->budget != t->budget)
			continue;
		sched_requeue(other);
		/* Some has come meanwhile. */
		if (other->reserved)
			break;
	}
}

bool sched_put_on_guarded(struct hart *hart, struct thread *t, u64 *slice)
{
	struct run_queue *rq = &hart->rq;

	if (t->budget)
		*slice = budget_put_on(t, rq->run_since);
	if (*slice) {
		rq->guarded++;
		return true;
	}
	sched_send(hart, t);
	if (t->budget && !t->reserved)
		send_others(hart, t);
	/* As late as the look at its budget that it was queued with. */
	rq->run_since = cpu_time();
	return false;
}
