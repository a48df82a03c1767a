/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling: the beginning, and changes of what a thread may and is. All of it is rare. */
#include "core/lock.h"
#include "core/place.h"
#include "core/sched.h"

#include "arch/cpu.h"

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
	struct run_queue *rq = &t->hart->rq;

	t->affinity = harts_allowed;
	if (rq->running == t) {
		sched_request_of(t->hart, WORK_RESCHEDULE | WORK_TIMER);
	} else if (t->state == THREAD_PARKED ||
		   (t->state == THREAD_READY && place_choose(t) != t->hart)) {
		sched_requeue(t);
	}
}

u64 sched_run_time(const struct thread *t)
{
	const struct run_queue *rq = &t->hart->rq;

	return t->run_time + (rq->running == t ? cpu_time() - rq->run_since : 0);
}
