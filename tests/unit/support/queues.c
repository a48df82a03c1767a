// SPDX-License-Identifier: Apache-2.0
#include "support/queues.h"

#include "unit.h"

#include "core/budget_piece.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/simulation.h"

#include <stdlib.h>

enum {
	RESERVED, /* for check_queue(): whatever its class */
};

struct counts {
	unsigned int threads, guarded;
};

static unsigned int check_queue(const struct list *queue, const struct hart *hart, u32 class,
				struct counts *all)
{
	unsigned int n = 0;

	list_for_each(const struct thread, t, queue, ready) {
		assert_int_equal(t->state, THREAD_READY);
		assert_ptr_equal(t->hart, hart);
		assert_int_equal(t->reserved, class == RESERVED);
		assert_true(class == RESERVED || place_class(t) == class);
		assert_int_equal(t->grant, 0);
		assert_true(!t->budget || t->reserved || t->budget->soft);
		n++;
		all->guarded += t->guarded;
	}
	all->threads += n;
	return n;
}

static void check_running(const struct hart *hart)
{
	const struct thread *t = hart->rq.running;

	assert_non_null(t);
	assert_int_equal(t->state, THREAD_RUNNING);
	assert_ptr_equal(t->hart, hart);
	assert_ptr_equal(hart->current, t);
	assert_true(place_allows(t, hart));
	assert_int_equal(t->grant != 0, t->reserved);
	assert_true(!t->budget || t->reserved || t->budget->soft);
}

/* Nothing but that timer ends what the guest does now; arch/trap.S looks at nothing else. */
static void check_guest_timer(const struct run_queue *rq)
{
	const struct thread *t = rq->timers.guest;

	if (!t)
		return;
	assert_ptr_equal(t, rq->running);
	assert_ptr_equal(rq->timers.root, &t->guest_timer);
	assert_null(rq->timers.root->child);
	assert_int_equal(t->grant, 0);
	if (is_realtime(t))
		assert_true(list_empty(&rq->rt[t->priority]));
	else
		assert_true(list_empty(&rq->active) && list_empty(&rq->expired));
}

unsigned int queues_check(const struct hart *hart)
{
	const struct run_queue *rq = &hart->rq;
	struct counts all = { 0 };
	unsigned int standard;

	for (unsigned int p = 0; p < RT_PRIORITIES; p++)
		assert_int_equal(check_queue(&rq->rt[p], hart, 2 + p, &all) != 0,
				 rq->rt_ready >> p & 1);
	standard = check_queue(&rq->active, hart, 1, &all);
	standard += check_queue(&rq->expired, hart, 1, &all);
	standard += check_queue(&rq->reserved, hart, RESERVED, &all);
	assert_int_equal(rq->nready, standard);
	assert_int_equal((place_waited & rq->bit) != 0, all.threads != 0);
	check_running(hart);
	assert_int_equal(rq->guarded, all.guarded + rq->running->guarded);
	check_guest_timer(rq);
	return all.threads + 1;
}

u64 queues_some_harts(void)
{
	return 1 + (u64)rand() % ((1u << nharts) - 1);
}

void queues_change(struct thread *t, const struct thread *stays)
{
	unsigned int hart = (unsigned int)rand() % nharts;

	sim_be(hart);
	switch (rand() % 6) {
	case 0:
		sched_set_policy(t, (ThreadSchedPolicy)(rand() % 3), (ThreadPriority)rand() % 16,
				 MS);
		break;
	case 1:
		if (harts[hart]->rq.running && harts[hart]->rq.running != stays)
			sched_yield();
		break;
	case 2:
		sched_set_affinity(t, queues_some_harts());
		break;
	default:
		if (t->state == THREAD_BLOCKED)
			sched_wake(t);
		else
			sched_remove(t, THREAD_BLOCKED);
		break;
	}
	sim_be(0);
}

/* Has a thread been granted some of it? */
static bool is_granted(const struct budget *b)
{
	for (unsigned int i = 0; i < nharts; i++)
		if (harts[i]->rq.running && harts[i]->rq.running->grant &&
		    harts[i]->rq.running->budget == b)
			return true;
	return false;
}

static bool is_any_late(void)
{
	for (unsigned int i = 0; i < nharts; i++)
		if (sim_late[i] > fake_cpu.time)
			return true;
	return false;
}

static void check_first(const struct budget *b, const struct thread *t)
{
	for (unsigned int i = 0; i < nharts; i++) {
		const struct thread *running = harts[i]->rq.running;

		/* One that is late looks for what to do when it comes. */
		if (harts[i]->rq.work || !place_allows(t, harts[i]))
			continue;
		assert_non_null(running);
		assert_true(running->reserved);
		assert_true(running->budget != b || place_class(t) <= place_class(running));
	}
}

void queues_check_parked(struct budget *b)
{
	bool left = budget_is_left(b, fake_cpu.time);
	unsigned int i = 0;

	if (list_empty(&b->parked))
		return;
	/* The timer is due on a hart that is late. */
	if (b->refill.queue && b->refill.at <= fake_cpu.time) {
		assert_true(is_any_late());
		return;
	}
	if (left)
		list_for_each(const struct thread, t, &b->parked, ready)
			check_first(b, t);
	while (i < b->npieces && b->pieces[i].at <= fake_cpu.time)
		i++;
	if (i == b->npieces) {
		assert_true(left || is_granted(b));
		return;
	}
	assert_non_null(b->refill.queue);
	assert_in_range(b->refill.at, fake_cpu.time + 1, b->pieces[i].at);
}
