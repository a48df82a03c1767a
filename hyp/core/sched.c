/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sched.h"

#include "arch/remote.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/place.h"
#include "core/task.h"
#include "core/trace.h"

static struct run_queue *run_queue(void)
{
	return &this_hart()->rq;
}

void sched_request(u32 work)
{
	run_queue()->work |= work;
}

void sched_request_of(struct hart *hart, u32 work)
{
	if (hart != this_hart() && (work & ~hart->rq.work))
		remote_kick(hart);
	hart->rq.work |= work;
}

u64 sched_next_deadline(void)
{
	return run_queue()->timers.next;
}

/* Has it had all its turns of this rotation? */
static inline bool had_turns(const struct run_queue *rq, const struct thread *t)
{
	return t->rotation == rq->rotation + 1;
}

static inline void enqueue_realtime(struct run_queue *rq, struct thread *t, bool first)
{
	list_add(&rq->rt[t->priority], &t->ready, first);
	rq->rt_ready |= 1u << t->priority;
}

static inline void enqueue_standard(struct run_queue *rq, struct thread *t, bool first)
{
	if (t->rotation == rq->rotation && !t->quanta_left)
		sched_give_turns(t, rq->rotation + 1);
	else if (t->rotation != rq->rotation && !had_turns(rq, t))
		sched_give_turns(t, rq->rotation);
	rq->nready++;
	list_add(had_turns(rq, t) ? &rq->expired : &rq->active, &t->ready, first);
}

/* Queues a thread in front of or behind its equals. */
static inline __attribute__((always_inline)) void enqueue(struct run_queue *rq, struct thread *t,
							  bool first)
{
	if (!t->slice_left)
		t->slice_left = t->quantum;
	if (t->guarded && sched_guard(rq, t, first))
		return;
	t->state = THREAD_READY;
	place_waited |= rq->bit;
	if (is_realtime(t))
		enqueue_realtime(rq, t, first);
	else
		enqueue_standard(rq, t, first);
}

void sched_dequeue(struct run_queue *rq, struct thread *t)
{
	list_del(&t->ready);
	if (t->guarded)
		rq->guarded--;
	if (!is_realtime(t) || (t->guarded && t->reserved))
		rq->nready--;
	else if (list_empty(&rq->rt[t->priority]))
		rq->rt_ready &= ~(1u << t->priority);
	if (!rq->rt_ready && !rq->nready)
		place_waited &= ~rq->bit;
}

/* Does t go before the running thread at once? */
static inline __attribute__((always_inline)) bool preempts(const struct thread *t,
							   const struct run_queue *rq)
{
	const struct thread *running = rq->running;

	if (!running)
		return true;
	if (rq->guarded && (t->reserved || running->reserved))
		return budget_goes_before(t, running);
	if (!is_realtime(t))
		return false;
	return !is_realtime(running) || t->priority > running->priority;
}

/* A thread that is on no queue belongs to that hart from now on. */
static void move(struct thread *t, struct hart *to)
{
	if (t->hart == to)
		return;
	thread_put_down(t);
	t->vcpu.used |= SWITCH_MOVED;
	t->hart = to;
	sched_give_turns(t, to->rq.rotation);
}

/* Now that t waits, the end of the running thread's slice matters. */
static inline __attribute__((always_inline)) void request_for(struct hart *hart,
							      const struct thread *t, u32 more)
{
	sched_request_of(
		hart, (preempts(t, &hart->rq) ? WORK_RESCHEDULE | WORK_TIMER : WORK_TIMER) | more);
}

static inline __attribute__((always_inline)) void queue_on(struct hart *hart, struct thread *t)
{
	move(t, hart);
	enqueue(&hart->rq, t, false);
	request_for(hart, t, 0);
}

/* The same where that is rare. */
__attribute__((noinline, cold)) static void enqueue_rarely(struct run_queue *rq, struct thread *t,
							   bool first)
{
	enqueue(rq, t, first);
}

__attribute__((noinline, cold)) void sched_send(struct hart *hart, struct thread *t)
{
	move(t, hart);
	enqueue_rarely(&hart->rq, t, false);
	/* Where another one goes before it there, a hart that does less is to take it. */
	request_for(hart, t, WORK_PLACE);
}

void sched_wake(struct thread *t)
{
	lock_assert();
	queue_on(place_choose(t), t);
}

/*
 * Takes the running thread off. What is left of its slice stays, through a wait
 * as well: who waits often would otherwise never use up his turns.
 */
static void put_down_running(struct run_queue *rq, u64 now)
{
	struct thread *t = rq->running;

	rq->running = NULL;
	t->run_time += now - rq->run_since;
	t->slice_left = rq->slice_end > now ? rq->slice_end - now : 0;
	if (t->guarded)
		sched_put_down_guarded(rq, t, now);
	else
		sched_count_turn(t);
}

__attribute__((cold)) void sched_remove(struct thread *t, enum thread_state state)
{
	struct run_queue *rq = &t->hart->rq;

	if (rq->running == t) {
		put_down_running(rq, cpu_time());
		sched_request_of(t->hart, WORK_RESCHEDULE | WORK_TIMER);
	} else if (t->state == THREAD_READY) {
		sched_dequeue(rq, t);
	} else if (t->state == THREAD_PARKED) {
		list_del(&t->ready);
	}
	t->state = state;
	if (t->budget && state != THREAD_PARKED)
		budget_leave(t);
}

void sched_yield(void)
{
	struct run_queue *rq = run_queue();

	rq->slice_end = 0;
	rq->work |= WORK_RESCHEDULE | WORK_TIMER;
}

/* The best thread that waits for this hart, or for another one and is better. */
static struct thread *take_best(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;
	const struct list *queue = &rq->active;
	struct thread *t = NULL;

	budget_bring(hart);
	if (place_waited & ~rq->bit)
		t = place_to_take(hart, place_waiting(rq));
	/* Who makes way for it may have a place elsewhere. */
	if (t)
		rq->work |= WORK_PLACE;

	if (!t && rq->guarded)
		t = budget_best(rq, hart, NULL);
	if (!t) {
		if (rq->rt_ready)
			queue = &rq->rt[sched_highest(rq->rt_ready)];
		else if (list_empty(&rq->active) && !list_empty(&rq->expired))
			sched_rotate(hart);
		if (list_empty(queue))
			return NULL;
		t = list_first(queue, struct thread, ready);
	}
	sched_dequeue(&t->hart->rq, t);
	move(t, hart);
	return t;
}

void sched_timer_interrupt(void)
{
	struct run_queue *rq = run_queue();
	u64 now = cpu_time();

	timer_run(&rq->timers, now);
	if (rq->running && now >= rq->slice_end)
		rq->work |= WORK_RESCHEDULE;
	rq->work |= WORK_TIMER;
}

/* Does an equal wait for the end of the running thread's slice? */
static bool slice_matters(const struct run_queue *rq)
{
	const struct thread *t = rq->running;

	if (!t)
		return false;
	if (rq->guarded && t->grant)
		return true;
	if (is_realtime(t))
		return !list_empty(&rq->rt[t->priority]);
	return !list_empty(&rq->active) || !list_empty(&rq->expired);
}

__attribute__((cold)) void sched_arm_timer(struct run_queue *rq)
{
	struct timer_queue *q = &rq->timers;
	struct thread *t = rq->running;
	u64 at = q->next;

	q->guest = NULL;
	if (slice_matters(rq))
		at = min_u64(at, rq->slice_end);
	else if (t && q->root == &t->guest_timer && !q->root->child)
		q->guest = t;
	hart_set_timer(at);
}

/* The running thread makes way: it goes on here next, or where another hart suits it better. */
static inline void put_back(struct hart *hart, struct thread *t)
{
	struct hart *to = hart;

	if (place_several() &&
	    (!place_allows(t, hart) || place_importance(t) <= place_waiting(&hart->rq)))
		to = place_choose(t);
	if (to != hart)
		sched_send(to, t);
	else
		enqueue_rarely(&hart->rq, t, t->slice_left != 0);
}

static void pick(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;
	struct thread *t = rq->running;
	u64 now = cpu_time(), slice;

	if (t) {
		put_down_running(rq, now);
		put_back(hart, t);
	}
	rq->run_since = now;
	do {
		t = take_best(hart);
		slice = t ? t->slice_left : 0;
	} while (t && t->guarded && !sched_put_on_guarded(hart, t, &slice));
	rq->work &= ~(u32)WORK_RESCHEDULE;
	if (!t)
		return;
	trace_at(rq->run_since, FloeTraceSwitch, t->tid, t->pid);
	t->state = THREAD_RUNNING;
	rq->running = t;
	rq->slice_end = rq->run_since + slice;
	if (rq->nready && is_realtime(t) && place_several() && !rq->held_up.queue)
		sched_hold_up(rq);
}

/* Apart from its caller, which mostly finds none and has no registers to save then. */
__attribute__((noinline, cold)) static void do_work(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;

	do {
		u32 work = rq->work;

		rq->work = 0;
		if (work & (WORK_END | WORK_REAP | WORK_CONSOLE))
			sched_do_rare_work(work);
		if (work & WORK_RESCHEDULE)
			pick(hart);
		if (work & WORK_PLACE)
			sched_call_others(hart);
		if (work & (WORK_TIMER | WORK_RESCHEDULE | WORK_CONSOLE))
			sched_arm_timer(rq);
		if (!rq->work && !rq->running)
			sched_idle(hart);
	} while (rq->work);
}

struct thread *sched_work(void)
{
	struct hart *hart = this_hart();

	lock_assert();
	if (hart->rq.work)
		do_work(hart);
	return hart->rq.running;
}
