/* SPDX-License-Identifier: Apache-2.0 */
#include "core/budget.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "core/place.h"
#include "core/slab.h"
#include "core/task.h"
#include "core/trace.h"

/* What harts that share a budget are granted at least, if there is as much. */
#define SHARE_MIN_PER_SECOND 10000u

static void refill(struct timer *timer);

Retcode budget_set(struct task *task, u64 amount, u64 period, bool soft)
{
	struct budget *b = mem_alloc(sizeof(*b));

	if (!b)
		return rcOutOfMemory;
	budget_drop(task);
	*b = (struct budget){ .amount = amount,
			      .period = period,
			      .pieces[0].amount = amount,
			      .npieces = 1,
			      .soft = soft,
			      .users = 1,
			      .owner = task,
			      .refill.expired = refill };
	list_init(&b->parked);
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
	mem_free(b, sizeof(*b));
}

static void remove_piece(struct budget *b, u32 i)
{
	b->npieces--;
	for (; i < b->npieces; i++)
		b->pieces[i] = b->pieces[i + 1];
}

/* Ticks from the end of a piece to the next one in the list; below 0: they overlap. */
static i64 gap(const struct budget_piece *p)
{
	return (i64)(p[1].at - p[0].at - p[0].amount);
}

/* What it costs to join a piece with the next: how much comes later, times how much later. */
static u64 cost(const struct budget_piece *p)
{
	return gap(p) < 0 ? (u64)-gap(p) * p[1].amount : (u64)gap(p) * p[0].amount;
}

/* Joins the two neighbours that lose least by it. No part may be used sooner than before. */
static void join_cheapest(struct budget *b)
{
	struct budget_piece *best = b->pieces;

	for (u32 i = 1; i + 1 < b->npieces; i++)
		if (cost(&b->pieces[i]) < cost(best))
			best = &b->pieces[i];
	/* The first begins later where there is a gap, the second where they overlap. */
	if (gap(best) > 0)
		best->at = best[1].at - best->amount;
	best->amount += best[1].amount;
	remove_piece(b, (u32)(best + 1 - b->pieces));
}

static void add_piece(struct budget *b, u64 at, u64 amount)
{
	u32 i;

	if (!amount)
		return;
	for (i = 0; i < b->npieces; i++)
		if (b->pieces[i].at + b->pieces[i].amount == at) {
			b->pieces[i].amount += amount;
			return;
		}
	for (; i && b->pieces[i - 1].at > at; i--)
		b->pieces[i] = b->pieces[i - 1];
	b->pieces[i] = (struct budget_piece){ at, amount };
	if (++b->npieces == BUDGET_PIECES)
		join_cheapest(b);
}

static bool is_left(const struct budget *b, u64 now)
{
	return b->npieces && b->pieces[0].at <= now;
}

/* What one hart may use from `now` on without a break, at most so much, is taken out. */
static u64 take(struct budget *b, u64 now, u64 most)
{
	u64 sum = 0;

	while (sum < most && is_left(b, now + sum)) {
		struct budget_piece piece = b->pieces[0];
		u64 part = min_u64(piece.amount, most - sum);

		sum += part;
		remove_piece(b, 0);
		add_piece(b, piece.at + part, piece.amount - part);
	}
	return sum;
}

/* Wakes up when some of it may be used; if all is granted, who gives back sees to it. */
static void await(struct budget *b)
{
	timer_cancel(&b->refill);
	if (!b->npieces)
		return;
	timer_arm(&this_hart()->rq.timers, &b->refill, b->pieces[0].at);
	sched_request(WORK_TIMER);
}

void budget_share(struct budget *b)
{
	struct list all;

	if (!b->soft && list_empty(&b->parked))
		return;
	if (!is_left(b, cpu_time())) {
		await(b);
		return;
	}
	list_init(&all);
	list_move_all(&all, &b->parked);
	while (!list_empty(&all))
		sched_requeue(list_first(&all, struct thread, ready));
	if (!b->soft)
		return;
	list_for_each(struct thread, t, &b->owner->threads, task_link)
		if (!t->reserved)
			sched_requeue(t);
}

static void refill(struct timer *timer)
{
	budget_share(container_of(timer, struct budget, refill));
}

bool budget_goes_before(const struct thread *t, const struct thread *other)
{
	if (!t->reserved || !other->reserved)
		return t->reserved;
	if (t->budget->deadline != other->budget->deadline)
		return t->budget->deadline < other->budget->deadline;
	return place_class(t) > place_class(other);
}

struct thread *budget_best(const struct run_queue *rq, const struct hart *hart)
{
	struct thread *best = NULL;

	list_for_each(struct thread, t, &rq->reserved, ready)
		if (place_allows(t, hart) && (!best || budget_goes_before(t, best)))
			best = t;
	return best;
}

/* Does the hart's thread hold what this one, which is more important, may have instead? */
static bool is_held(const struct run_queue *rq, const struct thread *t)
{
	const struct thread *other = rq->running;

	return other && other->grant && other->budget == t->budget &&
	       place_class(t) > place_class(other);
}

bool budget_queue(struct run_queue *rq, struct thread *t, bool first)
{
	struct budget *b = t->budget;
	u64 now = cpu_time();

	t->reserved = true;
	if (is_left(b, now)) {
		if (b->deadline <= now)
			b->deadline = now + b->period;
	} else if (!is_held(rq, t)) {
		t->reserved = false;
		await(b);
		if (b->soft)
			return false;
		t->state = THREAD_PARKED;
		list_add_tail(&b->parked, &t->ready);
		return true;
	}
	if (first)
		list_add_head(&rq->reserved, &t->ready);
	else
		list_add_tail(&rq->reserved, &t->ready);
	t->state = THREAD_READY;
	place_waited |= rq->bit;
	rq->nready++;
	return true;
}

u64 budget_put_on(struct thread *t, u64 now)
{
	struct budget *b = t->budget;
	u64 most = b->amount;

	if (!t->reserved)
		return t->slice_left;
	/* Others may want to run at the same time. */
	if (place_several() && (b->users > 1 || t->task->nthreads > 1))
		most = max_u64(most / nharts, machine.timebase / SHARE_MIN_PER_SECOND);
	t->grant = take(b, now, most);
	trace_at(now, FloeTraceGrant, t->task->pid, t->grant);
	t->slice_cut = t->slice_left > t->grant ? t->slice_left - t->grant : 0;
	return t->slice_left - t->slice_cut;
}

/* Used too much: it had that of the pieces to come, which come a period later for it. */
static void pay_back(struct budget *b, u64 now, u64 amount)
{
	while (amount) {
		struct budget_piece piece = b->pieces[0];
		u64 part = min_u64(piece.amount, amount);

		remove_piece(b, 0);
		add_piece(b, piece.at + part, piece.amount - part);
		add_piece(b, max_u64(piece.at, now) + b->period, part);
		amount -= part;
	}
}

void budget_put_down(struct run_queue *rq, struct thread *t, u64 used)
{
	struct budget *b = t->budget;
	u64 now = rq->run_since + used, granted = t->grant;

	if (!granted)
		return;
	/* Who gives up the rest of his slice gives up what was cut off as well. */
	if (rq->slice_end)
		t->slice_left += t->slice_cut;
	t->grant = 0;
	add_piece(b, rq->run_since + b->period, min_u64(used, granted));
	if (used > granted)
		pay_back(b, now, used - granted);
	else
		add_piece(b, now, granted - used);
}
