// SPDX-License-Identifier: Apache-2.0
/* On which of several harts a thread runs: core/place.c, and what core/sched.c makes of it. */
#include "unit.h"

#include "core/place.h"
#include "fake/fake.h"
#include "support/queued.h"

static void test_each_gets_a_hart(void **state)
{
	unsigned int seen = 0;

	(void)state;
	occupy();
	for (unsigned int i = 0; i < HARTS; i++)
		seen |= 1u << threads[i].hart->index;
	assert_int_equal(seen, ALL);
}

static void test_the_hart_it_was_on_among_equals(void **state)
{
	(void)state;
	threads[0].hart = harts[2];
	assert_ptr_equal(place_choose(&threads[0]), harts[2]);
	start(0, ThreadSchedPolicyOther, 5);
	assert_true(fake_hart.kicks == 1u << 2);
	threads[1].hart = harts[2];
	assert_ptr_not_equal(place_choose(&threads[1]), harts[2]);
}

static void test_affinity(void **state)
{
	(void)state;
	threads[0].affinity = 1u << 3;
	assert_ptr_equal(place_choose(&threads[0]), harts[3]);
	start(0, ThreadSchedPolicyOther, 5);
	/* Even where another one is idle. */
	threads[1].affinity = 1u << 3;
	start(1, ThreadSchedPolicyOther, 5);
	assert_ptr_equal(threads[1].hart, harts[3]);
	assert_null(place_to_take(harts[1], 0));
	/* One that names no hart that is there is none. */
	threads[2].affinity = (u64)1 << 40;
	assert_true(place_allows(&threads[2], harts[0]) && place_allows(&threads[2], harts[3]));
}

static void test_realtime_takes_the_least_important(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < HARTS; i++) {
		start(i, ThreadSchedPolicyFifo, 10 + 5 * (i ^ 1));
		threads[i].affinity = ALL;
	}
	for (unsigned int i = 0; i < HARTS; i++)
		run(i);
	sim_be(0);
	/* 10 is the lowest of the four. */
	start(4, ThreadSchedPolicyFifo, 12);
	assert_ptr_equal(threads[4].hart, threads[1].hart);
	assert_ptr_equal(run(threads[4].hart->index), &threads[4]);
	/* It has made way, and nobody else does anything less important. */
	assert_int_equal(threads[1].state, THREAD_READY);
	/* Two that wake at once don't both count on the same hart. */
	all_harts_setup(state);
	occupy();
	start(5, ThreadSchedPolicyFifo, 1);
	start(6, ThreadSchedPolicyFifo, 1);
	assert_ptr_not_equal(threads[5].hart, threads[6].hart);
}

static void test_who_makes_way_goes_elsewhere(void **state)
{
	struct thread *low;

	(void)state;
	occupy();
	low = start(4, ThreadSchedPolicyFifo, 3);
	run(low->hart->index);
	sim_be(0);
	threads[5].affinity = 1u << low->hart->index;
	start(5, ThreadSchedPolicyFifo, 9);
	assert_ptr_equal(run(threads[5].hart->index), &threads[5]);
	/* From there it displaces a standard thread at once. */
	assert_ptr_not_equal(low->hart, threads[5].hart);
	assert_int_equal(low->hart->rq.work & WORK_RESCHEDULE, WORK_RESCHEDULE);
	assert_ptr_equal(run(low->hart->index), low);
}

static void test_an_idle_hart_takes(void **state)
{
	(void)state;
	occupy();
	for (unsigned int i = 4; i < 7; i++) {
		threads[i].affinity = 1u << 0;
		start(i, ThreadSchedPolicyOther, 5);
		threads[i].affinity = ALL;
	}
	threads[4].affinity = 1;
	sim_be(1);
	sched_remove(harts[1]->rq.running, THREAD_BLOCKED);
	/* The first that may. */
	assert_ptr_equal(run(1), &threads[5]);
	assert_int_equal(fake_hart.rq.nready, 2);
	assert_int_equal(harts[1]->rq.nready, 0);
}

static void test_a_rotation_gives_away(void **state)
{
	u64 before = fake_cpu.time;

	(void)state;
	occupy();
	for (unsigned int i = 4; i < 8; i++) {
		threads[i].affinity = 1;
		start(i, ThreadSchedPolicyOther, 0);
		threads[i].affinity = ALL;
	}
	while (fake_hart.rq.nready > 3 && fake_cpu.time < before + 1000 * MS) {
		fake_cpu.time += MS;
		sched_timer_interrupt();
		run(0);
	}
	assert_int_equal(fake_hart.rq.nready, 3);
	assert_int_equal(harts[1]->rq.nready + harts[2]->rq.nready + harts[3]->rq.nready, 1);
}

/* Nor to a hart that does something more important. */
static void test_a_rotation_gives_to_nobody_busier(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < HARTS; i++) {
		threads[i].affinity = 1u << i;
		start(i, ThreadSchedPolicyFifo, 0);
		assert_ptr_equal(run(i), &threads[i]);
	}
	sim_be(0);
	for (unsigned int i = 4; i < 8; i++)
		start(i, ThreadSchedPolicyOther, 5);
	assert_ptr_equal(run(0), &threads[4]);
	assert_int_equal(fake_hart.rq.nready, 3);
	for (unsigned int turn = 0; turn < 200; turn++) {
		fake_cpu.time += MS;
		sched_timer_interrupt();
		run(0);
	}
	assert_int_equal(fake_hart.rq.nready, 3);
}

/* Of harts that do alike, the one where the fewest wait. */
static void test_the_shortest_queue_among_equals(void **state)
{
	(void)state;
	occupy();
	for (unsigned int i = 4; i < 6; i++) {
		threads[i].affinity = 1u << 1;
		start(i, ThreadSchedPolicyOther, 5);
	}
	threads[6].affinity = 1u << 1 | 1u << 2;
	assert_ptr_equal(place_choose(&threads[6]), harts[2]);
}

/* A real-time thread that does not give way keeps nobody waiting who may run elsewhere. */
static void test_who_is_held_up_goes_elsewhere(void **state)
{
	u64 before;

	(void)state;
	occupy();
	for (unsigned int i = 4; i < 8; i++) {
		threads[i].affinity = 1;
		start(i, ThreadSchedPolicyOther, 0);
		threads[i].affinity = i == 4 ? 1 : ALL;
	}
	threads[8].affinity = 1;
	start(8, ThreadSchedPolicyFifo, 0);
	assert_ptr_equal(run(0), &threads[8]);
	before = fake_cpu.time;
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(fake_hart.rq.nready, i < 3 ? 4 - i : 1);
		assert_int_equal(sched_next_deadline(), before + (i + 1) * 10 * MS);
		fake_cpu.time = sched_next_deadline();
		sched_timer_interrupt();
		assert_ptr_equal(run(0), &threads[8]);
	}
	/* One for each of the others, and one may not. */
	for (unsigned int i = 1; i < HARTS; i++)
		assert_int_equal(harts[i]->rq.nready, i == threads[0].hart->index ? 2 : 1);
	assert_ptr_equal(threads[4].hart, &fake_hart);
	/* When it sleeps, nothing is left to be done. */
	sched_remove(&threads[8], THREAD_BLOCKED);
	assert_ptr_equal(run(0), &threads[4]);
	fake_cpu.time = before + 50 * MS;
	sched_timer_interrupt();
	assert_int_equal(sched_next_deadline(), TIME_NEVER);
}

static void test_affinity_of_a_running_thread_changes(void **state)
{
	(void)state;
	occupy();
	threads[4].affinity = 1;
	start(4, ThreadSchedPolicyOther, 5);
	sim_be(1);
	sched_set_affinity(&threads[0], 1u << 2);
	/* It is not ready while it is live elsewhere. */
	assert_int_equal(threads[0].state, THREAD_RUNNING);
	assert_ptr_equal(run(0), &threads[4]);
	assert_ptr_equal(threads[0].hart, harts[2]);
	assert_int_equal(threads[0].state, THREAD_READY);
	assert_ptr_not_equal(fake_hart.current, &threads[0]);
}

static void test_policy_of_a_running_thread_changes(void **state)
{
	(void)state;
	occupy();
	sim_be(1);
	sched_set_policy(&threads[0], ThreadSchedPolicyFifo, 7, 0);
	assert_int_equal(threads[0].state, THREAD_RUNNING);
	assert_int_equal(fake_hart.rq.work & WORK_RESCHEDULE, WORK_RESCHEDULE);
	assert_ptr_equal(run(0), &threads[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALL_HARTS_TEST(test_each_gets_a_hart),
		ALL_HARTS_TEST(test_the_hart_it_was_on_among_equals),
		ALL_HARTS_TEST(test_affinity),
		ALL_HARTS_TEST(test_realtime_takes_the_least_important),
		ALL_HARTS_TEST(test_who_makes_way_goes_elsewhere),
		ALL_HARTS_TEST(test_an_idle_hart_takes),
		ALL_HARTS_TEST(test_a_rotation_gives_away),
		ALL_HARTS_TEST(test_a_rotation_gives_to_nobody_busier),
		ALL_HARTS_TEST(test_the_shortest_queue_among_equals),
		ALL_HARTS_TEST(test_who_is_held_up_goes_elsewhere),
		ALL_HARTS_TEST(test_affinity_of_a_running_thread_changes),
		ALL_HARTS_TEST(test_policy_of_a_running_thread_changes),
	};

	return cmocka_run_group_tests_name("harts", tests, NULL, NULL);
}