// SPDX-License-Identifier: Apache-2.0
/* Several threads on one CPU budget: who has it when. core/budget.c */
#include "unit.h"

#include "core/budget.h"
#include "fake/fake.h"
#include "support/simulation.h"

#define PERIOD (10 * MS)

/* Task 1 has that budget, and every hart something to do that never gives way. */
static void begin(unsigned int n, u64 amount, u64 period)
{
	sim_begin(n);
	assert_int_equal(budget_set(&sim_tasks[1], amount, period, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
}

/* Within a process class and priority decide. */
static void test_classes_within_a_budget(void **state)
{
	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 0, 1, ThreadSchedPolicyOther, 15);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyRR, 3);
	sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyFifo, 4);
	sim_run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sched_run_time(&sim_threads[SIM_SPINNERS + 2]), 40 * MS);
	sched_remove(&sim_threads[SIM_SPINNERS + 2], THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sched_run_time(&sim_threads[SIM_SPINNERS + 1]), 40 * MS);
	sim_end(NULL);
}

/* One that was preempted, and ends before it goes on, leaves what it gave back to the others. */
static void test_waiting_one_ends(void **state)
{
	struct thread *first = &sim_threads[SIM_SPINNERS + 1],
		      *last = &sim_threads[SIM_SPINNERS + 2];
	u64 ran;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 20 * MS, 100 * MS, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[2], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 5);
	sim_run_until(fake_cpu.time + MS);
	sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyOther, 0);
	sim_settle();
	assert_int_equal(last->state, THREAD_PARKED);
	sim_start(SIM_SPINNERS + 0, 2, ThreadSchedPolicyFifo, 31);
	sim_settle();
	assert_int_equal(first->state, THREAD_READY);
	ran = sched_run_time(first);
	thread_init_waits(first);
	thread_stop(first);
	sim_run_until(fake_cpu.time + 90 * MS);
	assert_int_equal(sched_run_time(first), ran);
	assert_int_equal(sched_run_time(last), 20 * MS - ran);
	sim_end(NULL);
}

/* Two that come at once are each given what a less important one holds. */
static void test_two_come_at_once(void **state)
{
	(void)state;
	begin(2, 8 * MS, PERIOD);
	for (unsigned int i = 0; i < 2; i++)
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyFifo, 1);
	for (unsigned int i = 2; i < 4; i++) {
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyFifo, 2);
		sched_remove(&sim_threads[SIM_SPINNERS + i], THREAD_BLOCKED);
	}
	sim_run_until(fake_cpu.time + MS);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(sim_threads[SIM_SPINNERS + i].state, THREAD_RUNNING);
	for (unsigned int i = 2; i < 4; i++)
		sched_wake(&sim_threads[SIM_SPINNERS + i]);
	sim_settle();
	for (unsigned int i = 2; i < 4; i++)
		assert_int_equal(sim_threads[SIM_SPINNERS + i].state, THREAD_RUNNING);
	sim_end(NULL);
}

static void test_children_share(void **state)
{
	(void)state;
	sim_begin(2);
	assert_int_equal(budget_set(&sim_tasks[1], 3 * MS, PERIOD, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[2], 3 * MS, PERIOD, true), rcOk);
	budget_inherit(&sim_tasks[3], &sim_tasks[2]);
	assert_null(sim_tasks[3].budget);
	budget_inherit(&sim_tasks[3], &sim_tasks[1]);
	assert_ptr_equal(sim_tasks[3].budget, sim_tasks[1].budget);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 0, 1, ThreadSchedPolicyOther, 1);
	sim_start(SIM_SPINNERS + 1, 3, ThreadSchedPolicyFifo, 1);
	sim_run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sim_ran(1) + sim_ran(3), 30 * MS);
	/* The creator's end leaves it to the child. */
	sched_remove(&sim_threads[SIM_SPINNERS + 0], THREAD_STOPPED);
	budget_drop(&sim_tasks[1]);
	sim_run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sim_ran(1) + sim_ran(3), 60 * MS);
	sim_end(NULL);
}

/* Equals of one budget take turns in it, on each hart; there all get half of a share at least. */
static void check_turns(unsigned int n, ThreadSchedPolicy policy)
{
	unsigned int count = n + 2;
	u64 sum = 0;

	sim_begin(n);
	assert_int_equal(budget_set(&sim_tasks[1], 60 * MS, 100 * MS, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	for (unsigned int i = 0; i < count; i++) {
		sim_start(SIM_SPINNERS + i, 1, policy, 2);
		sim_run_until(fake_cpu.time + MS / 4);
	}
	sim_run_until(fake_cpu.time + 1000 * MS - count * MS / 4);
	for (unsigned int i = 0; i < count; i++) {
		u64 ran = sched_run_time(&sim_threads[SIM_SPINNERS + i]);

		if (ran < 600 * MS / count / 2)
			fail_msg("%u harts, thread %u of %u: %lu", n, i, count, (unsigned long)ran);
		sum += ran;
	}
	assert_int_equal(sum, 600 * MS);
	sim_end(NULL);
}

static void test_turns(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= SIM_HARTS; n++) {
		check_turns(n, ThreadSchedPolicyOther);
		check_turns(n, ThreadSchedPolicyRR);
	}
}

/* The second of two equals waits for no more than the first one's slice. */
static void test_first_turn(void **state)
{
	(void)state;
	begin(1, 20 * MS, 1000 * MS);
	sim_start(SIM_SPINNERS + 0, 1, ThreadSchedPolicyOther, 1);
	sim_run_until(fake_cpu.time + MS);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	sim_run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(sched_run_time(&sim_threads[SIM_SPINNERS + 1]), MS);
	sim_end(NULL);
}

/* A lower thread of its own process holds all of it; the higher one has it at once. */
static void test_higher_one_wakes(void **state)
{
	(void)state;
	begin(1, 4 * MS, PERIOD);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyOther, 1);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sim_ran(1), MS);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 1);
	sim_run_until(fake_cpu.time + 3 * MS);
	assert_int_equal(sched_run_time(&sim_threads[SIM_SPINNERS + 1]), 3 * MS);
	sim_run_until(fake_cpu.time + PERIOD - 4 * MS);
	assert_int_equal(sim_ran(1), 4 * MS);
	sim_end(NULL);
}

/* The same where the higher one would have another hart to itself. */
static void test_higher_one_elsewhere(void **state)
{
	(void)state;
	begin(2, 40 * MS, 100 * MS);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 1);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sim_ran(1), MS);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 2);
	sim_run_until(fake_cpu.time + 3 * MS);
	assert_int_equal(sched_run_time(&sim_threads[SIM_SPINNERS + 1]), 3 * MS);
	sim_end(NULL);
}

/* When one thread ends its wait for the budget begins for nobody: a second one goes on. */
static void test_left_by_one(void **state)
{
	(void)state;
	begin(2, 4 * MS, 2 * PERIOD);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 1);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 1);
	sim_settle();
	sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyFifo, 1);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sim_threads[SIM_SPINNERS + 2].state, THREAD_PARKED);
	sched_remove(&sim_threads[SIM_SPINNERS], THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + MS / 2);
	assert_int_equal(sim_threads[SIM_SPINNERS + 2].state, THREAD_RUNNING);
	sim_run_until(fake_cpu.time + PERIOD);
	assert_int_equal(sim_ran(1), 4 * MS);
	sim_end(NULL);
}

/* The holder of all that there is makes way for one that was parked, and becomes more than it. */
static void test_parked_one_becomes_more(void **state)
{
	struct thread *holder = &sim_threads[SIM_SPINNERS],
		      *parked = &sim_threads[SIM_SPINNERS + 1];

	(void)state;
	begin(1, 100 * MS, 1000 * MS);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 5);
	sim_run_until(fake_cpu.time + MS);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 4);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(parked->state, THREAD_PARKED);
	sched_set_policy(parked, ThreadSchedPolicyFifo, 6, 0);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sched_run_time(parked), MS);
	assert_int_equal(sched_run_time(holder), 2 * MS);
	sim_end(NULL);
}

/* What a higher one leaves is not a lower one's because that was queued and a third parked. */
static void test_parked_and_queued(void **state)
{
	struct thread *low = &sim_threads[SIM_SPINNERS], *high = &sim_threads[SIM_SPINNERS + 1],
		      *middle = &sim_threads[SIM_SPINNERS + 2];

	(void)state;
	begin(1, 100 * MS, 1000 * MS);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 1);
	sim_run_until(fake_cpu.time + MS);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 9);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(low->state, THREAD_READY);
	sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyFifo, 5);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(middle->state, THREAD_PARKED);
	sched_remove(high, THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sched_run_time(middle), MS);
	assert_int_equal(sched_run_time(low), MS);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes_within_a_budget),
		cmocka_unit_test(test_waiting_one_ends),
		cmocka_unit_test(test_two_come_at_once),
		cmocka_unit_test(test_children_share),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_first_turn),
		cmocka_unit_test(test_higher_one_wakes),
		cmocka_unit_test(test_higher_one_elsewhere),
		cmocka_unit_test(test_left_by_one),
		cmocka_unit_test(test_parked_one_becomes_more),
		cmocka_unit_test(test_parked_and_queued),
	};

	return cmocka_run_group_tests_name("budget_shared", tests, NULL, NULL);
}
