// SPDX-License-Identifier: Apache-2.0
/*
 * Several harts whose threads sleep, wake, give way, set timers, move and become others at random:
 * no real-time thread waits while a hart that it may run on does something less important,
 * and none is lost. core/sched.c with core/place.c
 */
#include "unit.h"

#include "core/place.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#include <stdlib.h>

#define THREADS 10u
#define SEEDS 200u
#define STEPS 400u

static unsigned int passed_on; /* guests' timers that are passed on at once */

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
	for (unsigned int i = 0; i < nharts; i++) {
		seen += queues_check(harts[i]);
		passed_on += harts[i]->rq.timers.guest != NULL;
	}
	assert_int_equal(seen, living);
	for (unsigned int i = 0; i < SIM_SPINNERS + THREADS; i++)
		if (sim_threads[i].task && sim_threads[i].state == THREAD_READY)
			check_waiting(&sim_threads[i]);
}

/* Whoever runs on a hart sets a timer of its own. */
static void set_guest_timer(void)
{
	unsigned int hart = (unsigned int)rand() % nharts;

	sim_be(hart);
	thread_set_guest_timer(harts[hart]->rq.running, fake_cpu.time + (u64)rand() % (10 * MS));
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
		if (rand() % 4 == 0)
			set_guest_timer();
		queues_change(sim_thread((unsigned int)rand() % THREADS), NULL);
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
	assert_true(passed_on > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
