/* SPDX-License-Identifier: Apache-2.0 */
#include "core/budget.h"

#include "core/budget_piece.h"
#include "core/place.h"
#include "core/slab.h"
#include "core/task.h"
#include "core/trace.h"
#include "core/window.h"

/* What harts that share a budget are granted at least, if there is as much. */
#define SHARE_MIN_PER_SECOND 10000u

/* Pieces so long that come so much later are joined at once, if no more of the budget is lost. */
#define JOIN_PER_SECOND 100000u
#define JOIN_LOSS 1024u

/* Budgets, by their `hungry`; taken off where nobody is parked any more. */
static struct list hungry = { &hungry, &hungry };

static void refill(struct timer *timer);

Retcode budget_set(struct task *task, u64 amount, u64 period, bool soft)
{
	struct budget *b = mem_alloc(sizeof(*b));
	u64 grain = machine.timebase / JOIN_PER_SECOND;

	if (!b)
		return rcOutOfMemory;
	budget_drop(task);
	*b = (struct budget){ .amount = amount,
			      .period = period,
			      .pieces[0].amount = amount,
			      .join_below = min_u64(grain * grain, amount * period / JOIN_LOSS),
			      .npieces = 1,
			      .soft = soft,
			      .users = 1,
			      .owner = task,
			      .refill.expired = refill };
	list_init(&b->parked);
	list_init(&b->hungry);
	task->budget = b;
	return rcOk;
}

void budget_inherit(struct task *task, const struct task *creator)
{
	struct budget *b = creator->budget;

	if (!b || b->soft)
		return;
	b->users++;
	task->budget = b;
}

void budget_drop(struct task *task)
{
	struct budget *b = task->budget;

	task->budget = NULL;
	if (!b || --b->users)
		return;
	timer_cancel(&b->refill);
	list_del(&b->hungry);
	mem_free(b, sizeof(*b));
}

/*
 * Wakes up when the first piece behind `at` may be used; if all is granted, who gives back sees
 * to it.
 */
static void await(struct budget *b, u64 at)
{
	u32 i = 0;

	timer_cancel(&b->refill);
	while (i < b->npieces && b->pieces[i].at <= at)
		i++;
	if (i == b->npieces)
		return;
	timer_arm(&this_hart()->rq.timers, &b->refill, b->pieces[i].at);
	sched_request(WORK_TIMER);
}

/* A less important thread that holds what this one may have instead makes way. */
static void ask_holder(const struct thread *t)
{
	for (unsigned int i = 0; i < nharts; i++) {
		const struct thread *other = harts[i]->rq.running;

		if (other && other->grant && other->budget == t->budget &&
		    place_class(t) > place_class(other) && place_allows(t, harts[i])) {
			sched_request_of(harts[i], WORK_RESCHEDULE | WORK_TIMER);
			return;
		}
	}
}

u64 budget_deadline(const struct thread *t)
{
	return t->grant ? t->deadline : t->budget->deadline;
}

bool budget_goes_before(const struct thread *t, const struct thread *other)
{
	if (!t->reserved || !other->reserved)
		return t->reserved;
	if (t->budget != other->budget && budget_deadline(t) != budget_deadline(other))
		return budget_deadline(t) < budget_deadline(other);
	return place_class(t) > place_class(other);
}

struct thread *budget_best(const struct run_queue *rq, const struct hart *hart,
			   struct thread *other)
{
	struct thread *best = other;

	list_for_each(struct thread, t, &rq->reserved, ready)
		if (place_allows(t, hart) && (!best || budget_goes_before(t, best)))
			best = t;
	return best;
}

/* The best of those that are parked that may run on a hart, or NULL. */
static struct thread *best_parked(const struct budget *b, const struct hart *hart)
{
	if (b->parked_for & hart->rq.bit)
		list_for_each(struct thread, t, &b->parked, ready)
			if (place_allows(t, hart))
				return t;
	return NULL;
}

/* Does it go before all that wait there, equals of its budget too, whose turn comes first? */
static bool goes_first(const struct thread *t, const struct run_queue *rq)
{
	list_for_each(const struct thread, other, &rq->reserved, ready)
		if (!budget_goes_before(t, other))
			return false;
	return true;
}

void budget_bring(struct hart *hart)
{
	list_for_each_safe(struct budget, b, next, &hungry, hungry) {
		struct thread *best = budget_is_left(b, cpu_time()) ? best_parked(b, hart) : NULL;

		if (list_empty(&b->parked))
			list_del(&b->hungry);
		if (!best)
			continue;
		best->reserved = true;
		if (!goes_first(best, &hart->rq))
			continue;
		list_del(&best->ready);
		sched_send(hart, best);
	}
}

/*
 * Some of it is left: as many as there are harts go where they run best, and harts that still do
 * something less important are to look.
 */
static void wake_best(const struct budget *b)
{
	for (unsigned int i = 0; i < nharts; i++) {
		struct thread *best = best_parked(b, harts[i]);

		if (best)
			sched_requeue(best);
	}
	for (unsigned int i = 0; i < nharts; i++) {
		const struct thread *running = harts[i]->rq.running;
		struct thread *best = best_parked(b, harts[i]);

		if (!best)
			continue;
		best->reserved = true;
		/* WORK_PLACE: not by the short way, which brings nobody. */
		if (!running || budget_goes_before(best, running))
			sched_request_of(harts[i], WORK_RESCHEDULE | WORK_TIMER | WORK_PLACE);
	}
}

static void refill(struct timer *timer)
{
	struct budget *b = container_of(timer, struct budget, refill);
	u64 now = cpu_time();
	bool left = budget_is_left(b, now);

	if (!b->soft && list_empty(&b->parked))
		return;
	if (left) {
		wake_best(b);
	} else {
		/* A less important one that was not parked may have come first. */
		list_for_each(struct thread, t, &b->parked, ready)
			ask_holder(t);
	}
	if (!left || !list_empty(&b->parked))
		await(b, now);
	if (!left || !b->soft)
		return;
	list_for_each(struct thread, t, &b->owner->threads, task_link)
		if (!t->reserved)
			sched_requeue(t);
}

/* From now on it wants to run. What nobody wanted until now is to be used within a period. */
static void join(struct thread *t, u64 now)
{
	struct budget *b = t->budget;

	if (t->wants_budget)
		return;
	t->wants_budget = true;
	if (b->wanting++)
		return;
	for (u32 i = 0; i < b->npieces; i++)
		b->pieces[i].since = max_u64(b->pieces[i].since, now);
}

void budget_leave(struct thread *t)
{
	struct budget *b = t->budget;

	b->wanting -= t->wants_budget;
	t->wants_budget = false;
	if (!b->wanting)
		timer_cancel(&b->refill);
}

static struct thread *thread_at(struct list *ready)
{
	return container_of(ready, struct thread, ready);
}

/* Else what comes meanwhile would be there beside what comes when they may run again. */
void budget_windows_changed(void)
{
	list_for_each(const struct budget, b, &hungry, hungry)
		list_for_each_safe(struct thread, t, next, &b->parked, ready)
			if (!window_is_open(t, place_choose(t)))
				sched_requeue(t);
}

/* Before those of its class, or behind them: next to many of them without a look at each. */
static void park(struct budget *b, struct thread *t, bool first)
{
	struct list *behind = first ? b->parked.next : &b->parked;
	u32 class = place_class(t);

	while (first && behind != &b->parked && place_class(thread_at(behind)) > class)
		behind = behind->next;
	while (!first && behind->prev != &b->parked && place_class(thread_at(behind->prev)) < class)
		behind = behind->prev;
	b->parked_for = place_affinity(t) | (list_empty(&b->parked) ? 0 : b->parked_for);
	list_add_tail(behind, &t->ready);
	t->state = THREAD_PARKED;
	if (list_empty(&b->hungry))
		list_add_tail(&hungry, &b->hungry);
}

bool budget_queue(struct run_queue *rq, struct thread *t, bool first)
{
	struct budget *b = t->budget;
	u64 now = cpu_time();

	join(t, now);
	t->reserved = budget_is_left(b, now);
	if (!t->reserved) {
		await(b, now);
		if (b->soft)
			return false;
		park(b, t, first);
		ask_holder(t);
		return true;
	}
	list_add(&rq->reserved, &t->ready, first);
	t->state = THREAD_READY;
	place_waited |= rq->bit;
	/* Who runs there may have to make way for it, or another hart be called. */
	rq->work |= WORK_PLACE;
	rq->nready++;
	return true;
}

u64 budget_put_on(struct thread *t, u64 now)
{
	struct budget *b = t->budget;
	u64 most = min_u64(b->amount, b->period);

	if (!t->reserved)
		return t->slice_left;
	/* Others may want to run at the same time, or have the next turn. */
	if (b->wanting > 1) {
		if (place_several())
			most = max_u64(most / nharts, machine.timebase / SHARE_MIN_PER_SECOND);
		most = min_u64(most, t->slice_left);
	}
	t->grant = budget_is_left(b, now) ? budget_take(b, now, most, &t->again) : 0;
	t->deadline = b->deadline;
	budget_is_left(b, now);
	/* What is not taken of a piece may come later than it would have, unless it is due now. */
	if (!list_empty(&b->parked) && !(b->refill.queue && b->refill.at <= now))
		await(b, now);
	trace_at(now, FloeTraceGrant, t->task->pid, t->grant);
	t->slice_cut = t->slice_left > t->grant ? t->slice_left - t->grant : 0;
	return t->slice_left - t->slice_cut;
}

/*
 * The best of those that wait for what t has left comes on there if it is more important,
 * or an equal when t's turn is over.
 */
static void bring_best(const struct thread *t, struct hart *hart)
{
	struct thread *best = best_parked(t->budget, hart);

	if (!best || place_class(best) < place_class(t) + (t->slice_left != 0))
		return;
	list_del(&best->ready);
	sched_send(hart, best);
}

void budget_put_down(struct run_queue *rq, struct thread *t, u64 used)
{
	struct budget *b = t->budget;
	u64 now = rq->run_since + used, granted = t->grant, again = max_u64(t->again, now);

	if (!granted)
		return;
	/* Who gives up the rest of his slice gives up what was cut off as well. */
	if (rq->slice_end)
		t->slice_left += t->slice_cut;
	t->grant = 0;
	budget_add_piece(b, again, min_u64(used, granted), again);
	if (used > granted)
		budget_pay_back(b, now, used - granted);
	else
		budget_add_piece(b, t->again - b->period + used, granted - used,
				 t->deadline - b->period);
	/* As what it looks for a place. */
	t->reserved = budget_is_left(b, now);
	if (t->reserved)
		bring_best(t, container_of(rq, struct hart, rq));
	/* Others may have what is left then, wherever they are. */
	if (b->soft ? b->wanting > 1 : !list_empty(&b->parked))
		await(b, 0);
}
