/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sched.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/hart_timer.h"
#include "arch/this_hart.h"
#include "console/console.h"
#include "core/object.h"
#include "core/system.h"
#include "core/task.h"
#include "core/thread.h"
#include "core/trace.h"

static struct run_queue *run_queue(void)
{
	return &this_hart()->rq;
}

void sched_init(struct run_queue *rq)
{
	for (unsigned int p = 0; p < RT_PRIORITIES; p++)
		list_init(&rq->rt[p]);
	list_init(&rq->active);
	list_init(&rq->expired);
	rq->work = WORK_TIMER;
}

void sched_request(u32 work)
{
	run_queue()->work |= work;
}

u64 sched_next_deadline(void)
{
	return timer_next(&run_queue()->timers);
}

static bool is_realtime(const struct thread *t)
{
	return t->policy != ThreadSchedPolicyOther;
}

static void new_slice(struct thread *t)
{
	switch (t->policy) {
	case ThreadSchedPolicyOther:
		t->slice_left = ticks_from_ms(t->priority + 1);
		break;
	case ThreadSchedPolicyRR:
		t->slice_left = t->rr_interval;
		break;
	case ThreadSchedPolicyFifo:
		t->slice_left = TIME_NEVER / 2;
		break;
	}
}

static void enqueue_realtime(struct run_queue *rq, struct thread *t, bool first)
{
	struct list *queue = &rq->rt[t->priority];

	if (first)
		list_add_head(queue, &t->ready);
	else
		list_add_tail(queue, &t->ready);
	rq->rt_ready |= 1u << t->priority;
}

/* A thread's turns are per rotation. */
static void refresh_turns(const struct run_queue *rq, struct thread *t)
{
	if (t->rotation == rq->rotation)
		return;
	t->rotation = rq->rotation;
	t->quanta_left = 1 + t->priority / 4;
}

static void enqueue_standard(struct run_queue *rq, struct thread *t, bool first)
{
	refresh_turns(rq, t);
	if (first)
		list_add_head(&rq->active, &t->ready);
	else
		list_add_tail(t->quanta_left ? &rq->active : &rq->expired, &t->ready);
}

/* Queues a thread in front of or behind its equals. */
static void enqueue(struct run_queue *rq, struct thread *t, bool first)
{
	if (!t->slice_left)
		new_slice(t);
	t->state = THREAD_READY;
	if (is_realtime(t))
		enqueue_realtime(rq, t, first);
	else
		enqueue_standard(rq, t, first);
}

static void dequeue(struct run_queue *rq, struct thread *t)
{
	list_del(&t->ready);
	if (is_realtime(t) && list_empty(&rq->rt[t->priority]))
		rq->rt_ready &= ~(1u << t->priority);
}

/* Does t go before the running thread at once? */
static bool preempts(const struct thread *t, const struct thread *running)
{
	if (!running)
		return true;
	if (!is_realtime(t))
		return false;
	return !is_realtime(running) || t->priority > running->priority;
}

void sched_wake(struct thread *t)
{
	struct run_queue *rq = &t->hart->rq;

	enqueue(rq, t, false);
	/* Now that somebody waits, the end of the running thread's slice matters. */
	rq->work |= preempts(t, rq->running) ? WORK_RESCHEDULE | WORK_TIMER : WORK_TIMER;
}

/*
 * Takes the running thread off. What is left of its slice stays, through a wait
 * as well: who waits often would otherwise never use up his turns.
 */
static void put_down_running(struct run_queue *rq)
{
	struct thread *t = rq->running;
	u64 now = cpu_time();

	rq->running = NULL;
	t->run_time += now - rq->run_since;
	t->slice_left = rq->slice_end > now ? rq->slice_end - now : 0;
	if (!t->slice_left && t->quanta_left)
		t->quanta_left--;
}

void sched_remove(struct thread *t, enum thread_state state)
{
	struct run_queue *rq = &t->hart->rq;

	if (rq->running == t) {
		put_down_running(rq);
		rq->work |= WORK_RESCHEDULE | WORK_TIMER;
	} else if (t->state == THREAD_READY) {
		dequeue(rq, t);
	}
	t->state = state;
}

u64 sched_run_time(const struct thread *t)
{
	const struct run_queue *rq = &t->hart->rq;

	return t->run_time + (rq->running == t ? cpu_time() - rq->run_since : 0);
}

void sched_yield(void)
{
	struct run_queue *rq = run_queue();

	rq->slice_end = 0;
	rq->work |= WORK_RESCHEDULE | WORK_TIMER;
}

void sched_set_policy(struct thread *t, ThreadSchedPolicy policy, ThreadPriority priority,
		      u64 rr_interval)
{
	bool runnable = t->state == THREAD_READY || t->state == THREAD_RUNNING;

	if (runnable)
		sched_remove(t, THREAD_BLOCKED);
	t->policy = policy;
	t->priority = priority;
	t->rr_interval = rr_interval;
	/* What is left of the quantum is given up: no change makes a turn longer. */
	if (t->slice_left && t->quanta_left)
		t->quanta_left--;
	t->slice_left = 0;
	if (runnable)
		sched_wake(t);
}

/* Of a number that is not 0. Without Zbb the compiler's own way is a call and a table. */
static unsigned int highest_bit(u32 bits)
{
	unsigned int bit = 0;

	for (unsigned int step = 16; step; step /= 2)
		if (bits >> (bit + step))
			bit += step;
	return bit;
}

static struct thread *take_best(struct run_queue *rq)
{
	struct list *queue = &rq->active;
	struct thread *t;

	if (rq->rt_ready) {
		queue = &rq->rt[highest_bit(rq->rt_ready)];
	} else if (list_empty(&rq->active) && !list_empty(&rq->expired)) {
		/* Everybody had his turns: the next rotation begins. */
		rq->rotation++;
		list_move_all(&rq->active, &rq->expired);
	}
	if (list_empty(queue))
		return NULL;
	t = list_first(queue, struct thread, ready);
	dequeue(rq, t);
	refresh_turns(rq, t);
	return t;
}

void sched_timer_interrupt(void)
{
	struct run_queue *rq = run_queue();
	u64 now = cpu_time();

	timer_run(&rq->timers, now);
	if (rq->running && now >= rq->slice_end)
		rq->work |= WORK_RESCHEDULE;
	rq->work |= WORK_TIMER | (console_deadline() <= now ? WORK_CONSOLE : 0);
}

/* Does an equal wait for the end of the running thread's slice? */
static bool slice_matters(const struct run_queue *rq)
{
	const struct thread *t = rq->running;

	if (!t)
		return false;
	if (is_realtime(t))
		return !list_empty(&rq->rt[t->priority]);
	return !list_empty(&rq->active) || !list_empty(&rq->expired);
}

static void arm_timer(struct run_queue *rq)
{
	u64 at = min_u64(timer_next(&rq->timers), console_deadline());

	if (slice_matters(rq))
		at = min_u64(at, rq->slice_end);
	hart_set_timer(at);
}

/* Nothing to run: the console drains, then the hart sleeps until something is due. */
static void idle(struct run_queue *rq)
{
	if (console_busy()) {
		console_pump();
	} else {
		arm_timer(rq);
		trace(FloeTraceIdle, 0, 0);
		cpu_wfi();
	}
	if (hart_timer_pending()) {
		sched_timer_interrupt();
		arm_timer(rq);
	}
}

static void pick(struct run_queue *rq)
{
	struct thread *t = rq->running;

	if (t) {
		put_down_running(rq);
		enqueue(rq, t, t->slice_left != 0);
	}
	while (!(t = take_best(rq))) {
		idle(rq);
		object_reap();
	}
	trace(FloeTraceSwitch, t->tid, t->task->pid);
	t->state = THREAD_RUNNING;
	rq->running = t;
	rq->run_since = cpu_time();
	rq->slice_end = rq->run_since + t->slice_left;
	rq->work &= ~(u32)WORK_RESCHEDULE;
}

struct thread *sched_work(void)
{
	struct run_queue *rq = run_queue();

	while (rq->work) {
		u32 work = rq->work;

		rq->work = 0;
		if (work & WORK_END)
			system_check();
		if (work & WORK_REAP)
			object_reap();
		if (work & WORK_CONSOLE)
			console_pump();
		if (work & WORK_RESCHEDULE)
			pick(rq);
		if (work & (WORK_TIMER | WORK_RESCHEDULE | WORK_CONSOLE))
			arm_timer(rq);
	}
	return rq->running;
}
