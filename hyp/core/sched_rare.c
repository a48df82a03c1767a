/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scheduler seldom does: the beginning, changes of what a thread may and is, threads with
 * a budget or windows, and what is left to do where there is nothing to run. Compiled to be small.
 */
#include "core/sched.h"

#include "arch/remote.h"
#include "console/console.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/place.h"
#include "core/system.h"
#include "core/trace.h"
#include "core/window.h"

/* How long a standard thread waits behind a real-time one before it goes elsewhere, ms. */
#define HOLD_UP 10

void sched_hold_up(struct run_queue *rq)
{
	timer_arm(&rq->timers, &rq->held_up, cpu_time() + ticks_from_ms(HOLD_UP));
}

void sched_rotate(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;
	struct hart *to;
	struct thread *t;

	if (list_empty(&rq->active)) {
		rq->rotation++;
		list_move_all(&rq->active, &rq->expired);
	}
	t = place_to_give(hart, &to);
	if (t) {
		sched_dequeue(rq, t);
		sched_send(to, t);
	}
}

/* One goes at a time, for the real-time thread waits meanwhile. */
static void held_up(struct timer *timer)
{
	struct run_queue *rq = container_of(timer, struct run_queue, held_up);

	if (!rq->running || !is_realtime(rq->running) || !rq->nready)
		return;
	sched_rotate(container_of(rq, struct hart, rq));
	sched_hold_up(rq);
}

void sched_call_others(struct hart *hart)
{
	for (unsigned int i = 0; i < nharts; i++) {
		struct hart *other = harts[i];

		if (place_has_better(hart, other) || place_makes_way(other, hart))
			sched_request_of(other, WORK_RESCHEDULE);
		if (place_makes_way(hart, other))
			sched_request(WORK_RESCHEDULE);
	}
}

void sched_init(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;

	hart->lock = &lock_word;
	hart->switch_plain |= SWITCH_NOBODY;
	for (unsigned int p = 0; p < RT_PRIORITIES; p++)
		list_init(&rq->rt[p]);
	list_init(&rq->active);
	list_init(&rq->expired);
	list_init(&rq->reserved);
	rq->timers = TIMER_QUEUE_EMPTY;
	rq->held_up = (struct timer){ .expired = held_up };
	hart->window = FLOE_NO_WINDOW;
	rq->work = WORK_TIMER;
}

static u64 quantum(const struct thread *t)
{
	if (!is_realtime(t))
		return ticks_from_ms(t->priority + 1);
	return t->policy == ThreadSchedPolicyRR ? t->rr_interval : TIME_NEVER / 2;
}

void sched_set_policy(struct thread *t, ThreadSchedPolicy policy, ThreadPriority priority,
		      u64 rr_interval)
{
	struct run_queue *rq = &t->hart->rq;

	if (t->state == THREAD_READY)
		sched_remove(t, THREAD_PARKED);
	t->policy = policy;
	t->priority = priority;
	t->rr_interval = rr_interval;
	t->quantum = quantum(t);
	/* What is left of the quantum is given up: no change makes a turn longer. */
	if (rq->running == t) {
		rq->slice_end = 0;
	} else {
		/* Who had all turns of this rotation begins the next one as what it is now. */
		if (t->rotation == rq->rotation + 1)
			sched_give_turns(t, t->rotation);
		else if (t->slice_left && t->quanta_left)
			t->quanta_left--;
		t->slice_left = 0;
	}
	/* One that was parked may go before who holds its budget now. */
	sched_requeue(t);
}

void sched_requeue(struct thread *t)
{
	if (t->hart->rq.running == t) {
		sched_request_of(t->hart, WORK_RESCHEDULE | WORK_TIMER);
	} else if (t->state == THREAD_READY || t->state == THREAD_PARKED) {
		sched_remove(t, THREAD_PARKED);
		sched_wake(t);
	}
}

void sched_set_affinity(struct thread *t, u64 harts_allowed)
{
	t->affinity = harts_allowed;
	if (t->state != THREAD_READY || place_choose(t) != t->hart)
		sched_requeue(t);
}

u64 sched_run_time(const struct thread *t)
{
	const struct run_queue *rq = &t->hart->rq;

	return t->run_time + (rq->running == t ? cpu_time() - rq->run_since : 0);
}

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

/* Turns of an empty loop. */
#define IDLE_PAUSE 100u

/*
 * Nothing to run: the hart sleeps, or, if the console is its business, drains
 * that. The vCPU that was on it last stays there, for it is likely to be the next.
 */
void sched_idle(struct hart *hart)
{
	if (console_is_here()) {
		console_pump();
		lock_release_kicking();
		/* Long enough for whoever waits for the lock to notice. */
		for (unsigned int i = 0;
		     i < IDLE_PAUSE && !__atomic_load_n(&hart->put_down, __ATOMIC_RELAXED); i++)
			;
	} else {
		sched_arm_timer(&hart->rq);
		trace(FloeTraceIdle, 0, 0);
		lock_release_kicking();
		cpu_wfi();
		remote_acknowledge();
	}
	lock_take();
	if (hart_timer_pending())
		sched_timer_interrupt();
	hart->rq.work |= WORK_RESCHEDULE;
}

void sched_do_rare_work(u32 work)
{
	if (work & WORK_END)
		system_check();
	if (work & WORK_REAP)
		object_reap();
	if (work & WORK_CONSOLE)
		console_pump();
}
