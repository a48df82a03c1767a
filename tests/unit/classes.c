// SPDX-License-Identifier: Apache-2.0
/*
 * Several harts whose threads sleep, wake, give way, move and become others at random:
 * no real-time thread waits while a hart that it may run on does something less important,
 * no hart is idle or runs an old rotation's threads for ever. core/sched.c with core/place.c
 */
#include "unit.h"

#include "core/place.h"
#include "fake/fake.h"
#include "support/simulation.h"

#include <stdlib.h>

#define THREADS 10u
#define SEEDS 200u
#define STEPS 400u

static struct thread *thread(unsigned int i)
{
	return &sim_threads[SIM_SPINNERS + i];
}

static unsigned int check_queue(const struct list *queue, const struct hart *hart, u32 class)
{
	unsigned int n = 0;

	list_for_each(const struct thread, t, queue, ready) {
		assert_int_equal(t->state, THREAD_READY);
		assert_ptr_equal(t->hart, hart);
		assert_int_equal(place_class(t), class);
		n++;
	}
	return n;
}

static unsigned int check_hart(const struct hart *hart)
{
	const struct run_queue *rq = &hart->rq;
	unsigned int standard, realtime = 0;

	for (unsigned int p = 0; p < RT_PRIORITIES; p++) {
		unsigned int n = check_queue(&rq->rt[p], hart, 2 + p);

		assert_int_equal(rq->rt_ready >> p & 1, n != 0);
		realtime += n;
	}
	standard = check_queue(&rq->active, hart, 1) + check_queue(&rq->expired, hart, 1);
	assert_int_equal(rq->nready, standard);
	assert_int_equal((place_waited & rq->bit) != 0, standard + realtime != 0);
	if (rq->running) {
		assert_int_equal(rq->running->state, THREAD_RUNNING);
		assert_ptr_equal(rq->running->hart, hart);
		assert_true(place_allows(rq->running, hart));
	} else {
		assert_int_equal(standard + realtime, 0);
	}
	return standard + realtime + (rq->running != NULL);
}

static void check_waiting(const struct thread *t)
{
	for (unsigned int h = 0; h < nharts; h++) {
		const struct thread *running = harts[h]->rq.running;

		if (!place_allows(t, harts[h]))
			continue;
		assert_non_null(running);
		if (is_realtime(t) && place_class(t) > place_class(running))
			fail_msg("thread %ld, class %u, of hart %u waits while hart %u runs class "
				 "%u",
				 (long)(t - sim_threads), place_class(t), (unsigned)t->hart->index,
				 h, place_class(running));
	}
}

static void check_all(void)
{
	unsigned int living = 0, seen = 0;

	sim_settle();
	for (unsigned int i = 0; i < SIM_SPINNERS + THREADS; i++)
		if (sim_threads[i].task && sim_threads[i].state != THREAD_BLOCKED)
			living++;
	for (unsigned int i = 0; i < nharts; i++)
		seen += check_hart(harts[i]);
	assert_int_equal(seen, living);
	for (unsigned int i = 0; i < SIM_SPINNERS + THREADS; i++)
		if (sim_threads[i].task && sim_threads[i].state == THREAD_READY)
			check_waiting(&sim_threads[i]);
}

static void change_one(void)
{
	struct thread *t = thread((unsigned int)rand() % THREADS);
	unsigned int hart = (unsigned int)rand() % nharts;

	sim_be(hart);
	switch (rand() % 8) {
	case 0:
		sched_set_policy(t, (ThreadSchedPolicy)(rand() % 3), (ThreadPriority)rand() % 16,
				 MS);
		break;
	case 1:
		if (harts[hart]->rq.running)
			sched_yield();
		break;
	case 2:
		sched_set_affinity(t, 1 + (u64)rand() % ((1u << nharts) - 1));
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

static void check_harts(unsigned int n)
{
	sim_begin(n);
	sim_spin_everywhere(ThreadSchedPolicyOther, 5);
	for (unsigned int i = 0; i < THREADS; i++)
		sim_start(SIM_SPINNERS + i, 1, (ThreadSchedPolicy)(rand() % 3),
			  (ThreadPriority)rand() % 16);
	for (unsigned int i = 0; i < STEPS; i++) {
		check_all();
		/* Two at once, too. */
		if (rand() % 4)
			sim_run_until(fake_cpu.time + 1 + (u64)rand() % (5 * MS));
		change_one();
	}
	sim_end(NULL);
}

static void test_classes(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		for (unsigned int n = 1; n <= SIM_HARTS; n++)
			check_harts(n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
