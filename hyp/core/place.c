/* SPDX-License-Identifier: Apache-2.0 */
#include "core/place.h"

#include "core/budget.h"
#include "core/window.h"

#define RESERVED (2 + RT_PRIORITIES)

u64 place_joined, place_waited;

void place_join(struct hart *hart)
{
	hart->rq.bit = (u64)1 << hart->index;
	place_joined |= hart->rq.bit;
}

u64 place_affinity(const struct thread *t)
{
	return t->affinity & place_joined ? t->affinity : ~(u64)0;
}

bool place_allows(const struct thread *t, const struct hart *hart)
{
	return (place_affinity(t) & hart->rq.bit) != 0 && window_is_open(t, hart);
}

u32 place_class(const struct thread *t)
{
	return is_realtime(t) ? 2 + t->priority : 1;
}

u32 place_importance(const struct thread *t)
{
	return t->reserved ? RESERVED : place_class(t);
}

u32 place_waiting(const struct run_queue *rq)
{
	if (!list_empty(&rq->reserved))
		return RESERVED;
	if (rq->rt_ready)
		return 2 + sched_highest(rq->rt_ready);
	return rq->nready ? 1 : 0;
}

/* What a hart does, or will do as soon as it looks at its queue. */
static u32 busy(const struct run_queue *rq)
{
	u32 running = rq->running ? place_importance(rq->running) : 0;
	u32 waiting = place_waiting(rq);

	return running > waiting ? running : waiting;
}

/* Who runs there, or goes before that one and will as soon as the hart looks at its queue. */
static struct thread *first_of(const struct hart *hart)
{
	return budget_best(&hart->rq, hart, hart->rq.running);
}

/* Else others of its budget would use what it gives back, and it would ask for that: to and fro. */
static bool has_own_budget(const struct thread *t)
{
	return t->reserved && t->budget->wanting == t->wants_budget;
}

/* The less, the less important is what t keeps waiting there, or what it waits for. */
static u64 cost(const struct thread *t, const struct hart *hart)
{
	u64 doing = busy(&hart->rq);
	const struct thread *first = doing == RESERVED ? first_of(hart) : NULL;

	/* It has to wait on some hart. */
	if (!window_is_open(t, hart))
		return ~(u64)0 - 1;
	if (first && first->reserved) {
		/* Where what makes way is due last, if no hart does less. */
		if (has_own_budget(t) && budget_deadline(t) < budget_deadline(first))
			return TIME_NEVER / 2 - budget_deadline(first);
		doing = 1u << 31;
	}
	return doing << 32 | (hart == t->hart ? 0 : 1 + hart->rq.nready);
}

struct hart *place_search(const struct thread *t)
{
	u64 harts_left = place_affinity(t) & place_joined, least = ~(u64)0;
	struct hart *best = t->hart;

	for (unsigned int i = 0; harts_left; i++, harts_left >>= 1) {
		u64 there = harts_left & 1 ? cost(t, harts[i]) : ~(u64)0;

		if (there < least) {
			least = there;
			best = harts[i];
		}
	}
	/* Until then another one may come that goes before it there. */
	best->rq.work |= WORK_PLACE;
	return best;
}

static struct thread *first_for(const struct list *queue, const struct hart *hart)
{
	list_for_each(struct thread, t, queue, ready)
		if (place_allows(t, hart))
			return t;
	return NULL;
}

/*
 * One that is reserved has to go before `first`, if that is there, and is not taken from a hart
 * that is about to run it: it may have been sent there just now.
 */
static struct thread *best_for(const struct run_queue *rq, const struct hart *hart, u32 than,
			       struct thread *first)
{
	struct thread *t = budget_best(rq, hart, first);

	if (t == first || ((rq->work & WORK_RESCHEDULE) && t == first_of(t->hart)))
		t = NULL;
	for (u32 left = rq->rt_ready; left && !t;) {
		unsigned int priority = sched_highest(left);

		if (2 + priority <= than)
			return NULL;
		t = first_for(&rq->rt[priority], hart);
		left &= ~(1u << priority);
	}
	if (!t && !than)
		t = first_for(&rq->active, hart);
	return t || than ? t : first_for(&rq->expired, hart);
}

bool place_has_better(const struct hart *hart, const struct hart *other)
{
	return hart != other && best_for(&hart->rq, other, busy(&other->rq), other->rq.running);
}

bool place_makes_way(const struct hart *hart, const struct hart *other)
{
	const struct thread *t = hart->rq.running, *next, *first;

	if (hart == other || !t || !has_own_budget(t) || !place_allows(t, other))
		return false;
	next = budget_best(&hart->rq, hart, NULL);
	first = first_of(other);
	if (!next || !first || !first->reserved)
		return next != NULL;
	return budget_deadline(next) < budget_deadline(first);
}

struct thread *place_to_take(struct hart *hart, u32 than)
{
	struct thread *best = NULL, *first = budget_best(&hart->rq, hart, NULL);

	for (unsigned int i = 0; i < nharts; i++) {
		struct run_queue *rq = &harts[i]->rq;
		struct thread *t = NULL;

		if (harts[i] != hart)
			t = best_for(rq, hart, than, first);
		if (!list_empty(&rq->reserved))
			hart->rq.work |= WORK_PLACE;
		if (t) {
			best = t;
			first = t;
			than = place_importance(t);
		}
	}
	return best;
}

struct thread *place_to_give(const struct hart *hart, struct hart **to)
{
	const struct run_queue *from = &hart->rq;
	struct thread *best = NULL;
	/* Behind a thread that does not take turns with it no queue is too long. */
	u32 least = from->running ? ~(u32)0 : from->nready - 1;

	for (unsigned int i = 0; i < nharts; i++) {
		const struct run_queue *rq = &harts[i]->rq;
		u32 load = rq->nready + (rq->running != NULL);
		struct thread *t = NULL;

		/* Not where something more important would keep it waiting. */
		if (busy(rq) <= 1 && load < least)
			t = first_for(&from->active, harts[i]);
		if (t) {
			best = t;
			*to = harts[i];
			least = load;
		}
	}
	return best;
}
