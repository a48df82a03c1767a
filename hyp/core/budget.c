/* SPDX-License-Identifier: Apache-2.0 */
#include "core/budget.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "core/place.h"
#include "core/slab.h"
#include "core/task.h"

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

/* Begins the period that `now` lies in, unless that has been done. */
static void begin_period(struct budget *b, u64 now)
{
	u64 end = now - now % b->period + b->period, periods;

	if (now < b->end)
		return;
	periods = (end - b->end) / b->period;
	b->end = end;
	/* What was used too much is paid back, by as many periods as it takes. */
	if (b->soft || b->left >= 0 || periods > (u64)-b->left / b->amount + 1)
		b->left = (i64)b->amount;
	else
		b->left += (i64)(periods * b->amount);
}

static void await_period(struct budget *b)
{
	if (b->refill.queue)
		return;
	timer_arm(&this_hart()->rq.timers, &b->refill, b->end);
	sched_request(WORK_TIMER);
}

static void unpark(struct budget *b)
{
	struct list all;

	list_init(&all);
	list_move_all(&all, &b->parked);
	while (!list_empty(&all))
		sched_requeue(list_first(&all, struct thread, ready));
}

static void refill(struct timer *timer)
{
	struct budget *b = container_of(timer, struct budget, refill);

	begin_period(b, cpu_time());
	if (b->left <= 0) {
		await_period(b);
		return;
	}
	unpark(b);
	if (!b->soft)
		return;
	list_for_each(it, &b->owner->threads)
		sched_requeue(list_entry(it, struct thread, task_link));
}

bool budget_goes_before(const struct thread *t, const struct thread *other)
{
	if (!t->reserved || !other->reserved)
		return t->reserved;
	if (t->deadline != other->deadline)
		return t->deadline < other->deadline;
	return place_class(t) > place_class(other);
}

bool budget_queue(struct run_queue *rq, struct thread *t, bool first)
{
	struct budget *b = t->budget;
	struct list *at = &rq->reserved;

	begin_period(b, cpu_time());
	t->reserved = b->left > 0;
	if (!t->reserved) {
		await_period(b);
		if (b->soft)
			return false;
		t->state = THREAD_PARKED;
		list_add_tail(&b->parked, &t->ready);
		return true;
	}
	t->deadline = b->end;
	list_for_each(it, &rq->reserved) {
		const struct thread *other = list_entry(it, struct thread, ready);

		at = it;
		if (first ? !budget_goes_before(other, t) : budget_goes_before(t, other))
			break;
		at = &rq->reserved;
	}
	list_add_tail(at, &t->ready);
	t->state = THREAD_READY;
	rq->nready++;
	rq->plain = true;
	return true;
}

u64 budget_put_on(struct thread *t, u64 now)
{
	struct budget *b = t->budget;
	u64 grant;

	if (!t->reserved)
		return t->slice_left;
	begin_period(b, now);
	if (b->left <= 0)
		return 0;
	grant = (u64)b->left;
	/* Others may want to run at the same time. */
	if (place_several() && (b->users > 1 || t->task->nthreads > 1))
		grant = min_u64(grant, max_u64(grant / 2, machine.timebase / SHARE_MIN_PER_SECOND));
	grant = min_u64(grant, b->end - now);
	b->left -= (i64)grant;
	t->grant = grant;
	t->deadline = b->end;
	t->slice_cut = t->slice_left > grant ? t->slice_left - grant : 0;
	return t->slice_left - t->slice_cut;
}

void budget_put_down(struct run_queue *rq, struct thread *t, u64 used)
{
	struct budget *b = t->budget;

	if (!t->grant)
		return;
	/* Who gives up the rest of his slice gives up what was cut off as well. */
	if (rq->slice_end)
		t->slice_left += t->slice_cut;
	/* What a period has not used ends with it. */
	if (t->deadline == b->end || used > t->grant)
		b->left += (i64)(t->grant - used);
	t->grant = 0;
	begin_period(b, rq->run_since + used);
	t->reserved = b->left > 0;
	if (t->reserved)
		unpark(b);
}
