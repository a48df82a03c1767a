/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways of the most frequent switches, where nothing else is to be done:
 * what pick() of core/sched.c does for them after every look elsewhere.
 */
#include "core/sched.h"

#include "core/lock.h"
#include "core/place.h"
#include "core/task.h"
#include "core/trace.h"

/*
 * The queue that an equal of t is the first of, or NULL. No
 * thread of another hart can be better: it would have come when it was woken. A rotation
 * ends here if one waits: with more, pick() looks for a hart for one.
 */
static inline struct list *equals(struct run_queue *rq, const struct thread *t, bool standard,
				  struct thread **first)
{
	struct list *queue = &rq->active;

	if (standard ? rq->rt_ready != 0 : rq->rt_ready >> t->priority != 1)
		return NULL;
	if (!standard)
		queue = &rq->rt[t->priority];
	*first = list_first(queue, struct thread, ready);
	if (&(*first)->ready == queue) {
		if (t->quanta_left > 1 || rq->nready != 1)
			return NULL;
		queue = &rq->expired;
		*first = list_first(queue, struct thread, ready);
	}
	return queue;
}

/* A standard thread's turn is over: the queue that it goes to. */
static inline struct list *used_turn(struct run_queue *rq, struct list *queue, struct thread *t)
{
	u32 left = t->quanta_left - 1;

	if (__builtin_expect((i32)left > 0, true)) {
		t->quanta_left = left;
		return queue;
	}
	sched_give_turns(t, rq->rotation + 1);
	if (queue == &rq->expired) {
		/* The other thread begins the next rotation, in which both are active. */
		rq->rotation++;
		return &rq->active;
	}
	return &rq->expired;
}

/* Unlike list_del() it leaves the node as it is: a running thread is on no list. */
static inline void take_first(struct list *queue, const struct thread *t)
{
	struct list *second = t->ready.next;

	second->prev = queue;
	queue->next = second;
}

/* t takes the place behind its equals, of which next is the first. */
static inline void change_places(struct run_queue *rq, struct list *queue, struct thread *t,
				 struct thread *next, bool standard)
{
	take_first(queue, next);
	if (standard)
		queue = used_turn(rq, queue, t);
	list_add_tail(queue, &t->ready);
}

/* next runs instead of t, which is queued; when its slice is over. */
static inline u64 put_on(struct run_queue *rq, struct thread *t, struct thread *next, u64 now)
{
	u64 end = now + next->slice_left;

	t->state = THREAD_READY;
	next->state = THREAD_RUNNING;
	rq->running = next;
	rq->run_since = now;
	rq->slice_end = end;
	trace_at(now, FloeTraceSwitch, next->tid, next->pid);
	return end;
}

/* Twice in the code, each without the tests of the other. */
static inline __attribute__((always_inline)) struct turn turn(struct thread *t, u64 not_before,
							      bool standard)
{
	struct run_queue *rq = &this_hart()->rq;
	struct list *queue;
	struct thread *next;
	u64 now = cpu_time(), end;

	/* Others only shorten the slice, with work to do. */
	if (now < not_before || !lock_try())
		return (struct turn){ NULL, 0 };
	queue = equals(rq, t, standard, &next);
	if (!queue || (rq->work_or_guarded | t->retry_pc))
		goto plain;
	/* An equal that may run elsewhere than t: pick() looks for a hart for t. */
	if (next->affinity != t->affinity)
		goto plain;
	change_places(rq, queue, t, next, standard);
	t->run_time += now - rq->run_since;
	t->slice_left = t->quantum;
	end = put_on(rq, t, next, now);
	/* What is due already interrupts again at once. */
	return (struct turn){ next, min_u64(rq->timers.next, end) };
plain:
	lock_release();
	return (struct turn){ NULL, 0 };
}

static __attribute__((noinline)) struct turn realtime_turn(struct thread *t, u64 not_before)
{
	return turn(t, not_before, false);
}

struct turn sched_turn(struct thread *t, u64 not_before)
{
	if (is_realtime(t))
		return realtime_turn(t, not_before);
	return turn(t, not_before, true);
}

/* Puts a thread that has the rest of its slice before it first among its equals. */
static inline void add_first(struct run_queue *rq, struct thread *t)
{
	struct list *queue = &rq->active;

	if (is_realtime(t)) {
		queue = &rq->rt[t->priority];
		rq->rt_ready |= 1u << t->priority;
	} else {
		rq->nready++;
	}
	list_add_head(queue, &t->ready);
}

struct turn sched_preempt(void)
{
	struct hart *hart = this_hart();
	struct run_queue *rq = &hart->rq;
	struct thread *t = rq->running, *next;
	u64 now = cpu_time(), end;
	unsigned int priority;
	struct list *queue;

	if (rq->work_or_guarded != (WORK_RESCHEDULE | WORK_TIMER) || !t || !rq->rt_ready ||
	    hart->kicks || rq->slice_end <= now || (place_waited & ~rq->bit) ||
	    (t->affinity & place_joined & ~rq->bit) || (rq->nready && place_several()))
		return (struct turn){ NULL, 0 };
	priority = sched_highest(rq->rt_ready);
	if (is_realtime(t) && t->priority >= priority)
		return (struct turn){ NULL, 0 };
	queue = &rq->rt[priority];
	next = list_first(queue, struct thread, ready);
	take_first(queue, next);
	if (list_empty(queue))
		rq->rt_ready &= ~(1u << priority);
	t->run_time += now - rq->run_since;
	t->slice_left = rq->slice_end - now;
	add_first(rq, t);
	end = put_on(rq, t, next, now);
	rq->work = 0;
	return (struct turn){ next,
			      min_u64(rq->timers.next, list_empty(queue) ? TIME_NEVER : end) };
}
