// SPDX-License-Identifier: Apache-2.0
/* CPU budgets on several harts, under a clock that the tests set: core/budget.c. */
#include "unit.h"

#include "core/budget.h"
#include "fake/fake.h"
#include "support/simulation.h"

#define PERIOD (10 * MS)

/* Alone on the machine or beside FIFO 31 on each hart: in each period its budget, exactly. */
static void check_exact(unsigned int n, unsigned int mine, u64 amount, unsigned int beside)
{
	u64 before = 0;

	sim_begin(n);
	assert_int_equal(budget_set(&sim_tasks[1], amount, PERIOD, false), rcOk);
	sim_spin_everywhere(beside ? ThreadSchedPolicyFifo : ThreadSchedPolicyOther,
			    15 + 16 * beside);
	for (unsigned int i = 0; i < mine; i++)
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyOther, i);
	for (unsigned int i = 0; i < 20; i++) {
		sim_run_until(fake_cpu.time + PERIOD);
		assert_int_equal(sim_ran(1) - before, amount);
		before = sim_ran(1);
	}
	sim_end(NULL);
}

static void test_exact(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= SIM_HARTS; n++)
		for (unsigned int beside = 0; beside <= 1; beside++) {
			check_exact(n, 1, 3 * MS, beside);
			check_exact(n, 1, PERIOD, beside);
			check_exact(n, n, n * PERIOD / 2, beside);
			check_exact(n, n + 3, 7 * MS, beside);
			check_exact(n, n, 1, beside);
		}
}

/* The second one has the shorter period and gets its share in time. */
static void test_earliest_end_first(void **state)
{
	u64 a = 0, b = 0;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 50 * MS, 100 * MS, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[2], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 2, 2, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 1; i <= 50; i++) {
		sim_run_until(fake_cpu.time + PERIOD);
		assert_int_equal(sim_ran(2) - b, 4 * MS);
		b = sim_ran(2);
		if (i % 10 == 0) {
			assert_int_equal(sim_ran(1) - a, 50 * MS);
			a = sim_ran(1);
		}
	}
	assert_int_equal(sim_ran(0), 50 * MS);
	sim_end(NULL);
}

/* A guarantee: its share beside FIFO 31, everything where nobody else wants it. */
static void test_soft(void **state)
{
	u64 before = 0;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 1 * MS, PERIOD, true), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 10);
	sim_run_until(fake_cpu.time + 5 * PERIOD);
	assert_in_range(sim_ran(1), 4 * PERIOD, 5 * PERIOD);
	before = sim_ran(1);
	sched_set_policy(&sim_threads[0], ThreadSchedPolicyFifo, 31, 0);
	for (unsigned int i = 0; i < 10; i++) {
		sim_run_until(fake_cpu.time + PERIOD);
		assert_int_equal(sim_ran(1) - before, 1 * MS);
		before = sim_ran(1);
	}
	/* It sleeps, and takes what is its own when it wakes. */
	sched_remove(&sim_threads[SIM_SPINNERS + 1], THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + PERIOD + PERIOD / 2);
	sched_wake(&sim_threads[SIM_SPINNERS + 1]);
	sim_settle();
	assert_ptr_equal(fake_hart.rq.running, &sim_threads[SIM_SPINNERS + 1]);
	sim_end(NULL);
}

/* Nobody waits for the next piece: no interrupt on a hart that has nothing else to do. */
static void test_nobody_waits(void **state)
{
	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 2 * MS, PERIOD, true), rcOk);
	sim_start(0, 0, ThreadSchedPolicyOther, 5);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyOther, 5);
	sim_run_until(fake_cpu.time + 5 * MS);
	assert_true(harts[0]->timer_at != TIME_NEVER);
	sched_remove(&sim_threads[SIM_SPINNERS], THREAD_BLOCKED);
	sim_settle();
	assert_int_equal(harts[0]->timer_at, TIME_NEVER);
	/* It has what came meanwhile as soon as it wants to run. */
	sim_run_until(fake_cpu.time + PERIOD);
	sched_wake(&sim_threads[SIM_SPINNERS]);
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, &sim_threads[SIM_SPINNERS]);
	sim_end(NULL);
}

/* One that was taken off too late pays, until it is even. */
static void test_late(void **state)
{
	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 2 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	sim_settle();
	fake_cpu.time += 9 * MS;
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sim_ran(1), 9 * MS);
	sim_run_until(fake_cpu.time + 3 * PERIOD);
	assert_int_equal(sim_ran(1), 9 * MS);
	sim_run_until(fake_cpu.time + 6 * PERIOD);
	assert_int_equal(sim_ran(1), 20 * MS);
	sim_end(NULL);
}

/* What meets a parked thread. */
static void test_parked(void **state)
{
	struct thread *t;

	(void)state;
	sim_begin(2);
	assert_int_equal(budget_set(&sim_tasks[1], 1 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	t = sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	sim_run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(t->state, THREAD_PARKED);
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	sched_set_affinity(t, 2);
	assert_int_equal(t->state, THREAD_PARKED);
	sim_run_until(fake_cpu.time + PERIOD - 3 * MS / 2);
	assert_ptr_equal(harts[1]->rq.running, t);
	sim_run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(t->state, THREAD_PARKED);
	thread_stop(t);
	assert_true(list_empty(&sim_tasks[1].budget->parked));
	assert_int_equal(t->state, THREAD_STOPPED);
	sim_run_until(fake_cpu.time + 3 * PERIOD);
	assert_int_equal(sim_ran(1), 2 * MS);
	sim_end(NULL);
}

/*
 * Who has slept through most of a period is not ahead of those with a shorter one for
 * all of his budget when he wakes.
 */
static void test_after_a_sleep(void **state)
{
	struct thread *t;
	u64 before = 0;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 3 * MS / 10, MS, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[2], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 0);
	t = sim_start(SIM_SPINNERS + 2, 2, ThreadSchedPolicyFifo, 31);
	for (unsigned int i = 0; i < 300; i++) {
		if (i % 15 == 1 || i % 15 == 14)
			sched_remove(t, THREAD_BLOCKED);
		else if (i % 15 == 9 || (i % 15 == 0 && i))
			sched_wake(t);
		sim_run_until(fake_cpu.time + MS);
		if (sim_ran(1) - before < 3 * MS / 10)
			fail_msg("period %u: %lu", i, (unsigned long)(sim_ran(1) - before));
		before = sim_ran(1);
	}
	assert_true(sim_ran(2) > 60 * MS);
	sim_end(NULL);
}

/* Late by many times its budget: paid at once, not period by period. */
static void test_very_late(void **state)
{
	u64 left;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 2, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	sim_settle();
	fake_cpu.time += (u64)1 << 38;
	sim_settle();
	left = sim_tasks[1].budget->pieces[0].at - fake_cpu.time;
	assert_in_range(left, ((u64)1 << 37) * PERIOD - 2 * PERIOD, ((u64)1 << 37) * PERIOD);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),         cmocka_unit_test(test_earliest_end_first),
		cmocka_unit_test(test_soft),          cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_late),          cmocka_unit_test(test_parked),
		cmocka_unit_test(test_after_a_sleep), cmocka_unit_test(test_very_late),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
