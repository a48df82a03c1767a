// SPDX-License-Identifier: Apache-2.0
/* Many threads on one CPU budget: a piece costs what those cost that may run. core/budget.c */
#include "unit.h"

#include "core/budget.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#define PERIOD (10 * MS)
#define CROWD 11u
#define PRIORITY 9u /* of standard threads: turns of 10 ms */

static struct thread *member(unsigned int i)
{
	return &sim_threads[SIM_SPINNERS + i];
}

/* Task 1 has 3 ms of 10, and every hart something to do that never gives way. */
static void begin(unsigned int n)
{
	sim_begin(n);
	assert_int_equal(budget_set(&sim_tasks[1], 3 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	for (unsigned int i = 0; i < CROWD; i++)
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyOther, PRIORITY);
}

static unsigned int not_parked(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < CROWD; i++)
		n += member(i)->state != THREAD_PARKED;
	return n;
}

static void test_few_are_queued(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= 3; n++) {
		begin(n);
		for (unsigned int period = 0; period < 50; period++) {
			u64 next = fake_cpu.time + PERIOD;

			while (fake_cpu.time < next) {
				sim_run_until(fake_cpu.time + MS / 4);
				queues_check_parked(sim_tasks[1].budget);
				/* On each hart one that runs, and two on their way. */
				assert_true(!period || not_parked() <= 3 * n);
			}
		}
		assert_int_equal(sim_ran(1), 50 * 3 * MS);
		sim_end(NULL);
	}
}

/* When nothing is left all are parked at once. */
static void test_all_are_parked(void **state)
{
	(void)state;
	begin(1);
	sim_run_until(fake_cpu.time + 3 * MS + 1);
	assert_int_equal(not_parked(), 0);
	assert_true(list_empty(&harts[0]->rq.reserved));
	sim_end(NULL);
}

/* A turn is as long as it is, whatever pieces it is made of, and all have turns. */
static void test_turns(void **state)
{
	u64 least = TIME_NEVER, most = 0;

	(void)state;
	begin(1);
	sim_run_until(fake_cpu.time + 3 * PERIOD);
	assert_int_equal(sched_run_time(member(0)), 9 * MS);
	sim_run_until(fake_cpu.time + 400 * PERIOD);
	for (unsigned int i = 0; i < CROWD; i++) {
		least = min_u64(least, sched_run_time(member(i)));
		most = max_u64(most, sched_run_time(member(i)));
	}
	/* A rotation gives each of them three. */
	assert_true(most - least <= 30 * MS);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_are_queued),
		cmocka_unit_test(test_all_are_parked),
		cmocka_unit_test(test_turns),
	};

	return cmocka_run_group_tests_name("budget_crowd", tests, NULL, NULL);
}
