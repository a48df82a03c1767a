// SPDX-License-Identifier: Apache-2.0
/* Time windows on several harts, under a clock that the tests set: core/window.c. */
#include "unit.h"

#include "core/budget.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/simulation.h"

/* Its windows last as long as the hypervisor: the tests forget them. */
#include "../../hyp/core/window.c"

#define FRAME_US 10000u
#define FRAME (10 * MS)
#define US (MS / 1000)

static void begin(unsigned int n)
{
	sim_begin(n);
	nwindows = 0;
	list_init(&parked);
	frame = 0;
	/* As in a frame's beginning. */
	fake_cpu.time -= fake_cpu.time % FRAME;
}

static void add(unsigned int cpu, unsigned int start_us, unsigned int duration_us)
{
	assert_int_equal(window_add(FRAME_US, cpu, start_us, duration_us), rcOk);
}

/* The task's threads that come run in these windows. */
static void give(unsigned int task, u64 these)
{
	sim_tasks[task].limits.windows = these;
}

static void check_frame(const u64 *expected, unsigned int ntasks)
{
	u64 before[SIM_TASKS];

	for (unsigned int i = 0; i < ntasks; i++)
		before[i] = sim_ran(i);
	sim_run_until(fake_cpu.time + FRAME);
	for (unsigned int i = 0; i < ntasks; i++)
		assert_int_equal(sim_ran(i) - before[i], expected[i]);
}

/* To the tick, beside FIFO 31 on each hart; the last window ends with the frame. */
static void test_exact(void **state)
{
	const u64 expected[] = { 4 * MS, 3500 * US, 2500 * US };

	(void)state;
	begin(1);
	add(0, 0, 3000);
	add(0, 5000, 500);
	add(0, 7500, 2500);
	give(1, 3);
	give(2, 4);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 2, 2, ThreadSchedPolicyRR, 3);
	for (unsigned int i = 0; i < 10; i++)
		check_frame(expected, 3);
	sim_end(NULL);
}

/* One thread that has windows on all harts one after the other, and a team that has them at once.
 */
static void check_harts(unsigned int n)
{
	const u64 expected[] = { n * FRAME - n * 3 * MS, n * MS, n * 2 * MS };

	begin(n);
	for (unsigned int i = 0; i < n; i++)
		add(i, 1000 * i, 1000);
	for (unsigned int i = 0; i < n; i++)
		add(i, 5000, 2000);
	give(1, ((u64)1 << n) - 1);
	give(2, (((u64)1 << n) - 1) << n);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < n + 2; i++)
		sim_start(SIM_SPINNERS + 2 + i, 2, ThreadSchedPolicyOther, i);
	for (unsigned int i = 0; i < 10; i++)
		check_frame(expected, 3);
	sim_end(NULL);
}

static void test_harts(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= SIM_HARTS; n++)
		check_harts(n);
}

/* Class and priority decide among those of a window; nobody else comes when they sleep. */
static void test_within(void **state)
{
	struct thread *high, *low;
	u64 others_ran;

	(void)state;
	begin(1);
	add(0, 2000, 4000);
	give(1, 1);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	low = sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 15);
	high = sim_start(SIM_SPINNERS + 2, 1, ThreadSchedPolicyFifo, 0);
	sim_run_until(fake_cpu.time + FRAME);
	assert_int_equal(sched_run_time(high), 4 * MS);
	assert_int_equal(sched_run_time(low), 0);
	sim_run_until(fake_cpu.time + 3 * MS);
	sched_remove(high, THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sched_run_time(high), 5 * MS);
	assert_int_equal(sched_run_time(low), 1 * MS);
	others_ran = sim_ran(0);
	sched_remove(low, THREAD_BLOCKED);
	/* A hart that sleeps lets the time pass: to the end of the window. */
	sim_settle();
	assert_int_equal(fake_cpu.time % FRAME, 6 * MS);
	assert_int_equal(sim_ran(0), others_ran);
	sim_run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(sim_ran(0), others_ran + 2 * MS);
	sim_end(NULL);
}

static bool is_parked(const struct thread *t)
{
	list_for_each(const struct thread, other, &parked, ready)
		if (other == t)
			return true;
	return false;
}

/* What meets a parked thread. */
static void test_parked(void **state)
{
	struct thread *t;

	(void)state;
	begin(2);
	add(0, 2000, 1000);
	add(1, 0, 5000);
	give(1, 3);
	give(2, 3);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	/* No window is ever empty. */
	for (unsigned int i = 0; i < 2; i++)
		sched_set_affinity(sim_start(SIM_SPINNERS + 2 + i, 2, ThreadSchedPolicyOther, 0),
				   (u64)1 << i);
	t = sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyFifo, 1);
	sim_settle();
	assert_ptr_equal(harts[1]->rq.running, t);
	/* Where it may run its window is closed, and then it is not. */
	sched_set_affinity(t, 1);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(t->state, THREAD_PARKED);
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_int_equal(t->state, THREAD_PARKED);
	sim_run_until(fake_cpu.time + 3 * MS / 2);
	assert_ptr_equal(harts[0]->rq.running, t);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(t->state, THREAD_PARKED);
	/* Now it may go where it is open. */
	sched_set_affinity(t, 3);
	sim_run_until(fake_cpu.time + MS);
	assert_ptr_equal(harts[1]->rq.running, t);
	sim_run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(t->state, THREAD_PARKED);
	/* Asleep and awake again while it is closed, and not at all any more. */
	sched_remove(t, THREAD_BLOCKED);
	assert_false(is_parked(t));
	sched_wake(t);
	assert_int_equal(t->state, THREAD_PARKED);
	assert_true(is_parked(t));
	thread_stop(t);
	assert_int_equal(t->state, THREAD_STOPPED);
	assert_false(is_parked(t));
	sim_run_until(fake_cpu.time + 2 * FRAME);
	assert_int_equal(sim_ran(1), MS + 3 * MS / 2);
	sim_end(NULL);
}

/* A budget holds in a window as well, and counts for who runs outside. */
static void test_budgets(void **state)
{
	const u64 expected[] = { 5 * MS, 1 * MS, 2 * MS, 2 * MS };

	(void)state;
	begin(1);
	add(0, 3000, 3000);
	give(1, 1);
	give(2, 1);
	assert_int_equal(budget_set(&sim_tasks[1], 1 * MS, FRAME, false), rcOk);
	assert_int_equal(budget_set(&sim_tasks[3], 2 * MS, FRAME, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 2, 2, ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 3, 3, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < 10; i++)
		check_frame(expected, 4);
	sim_end(NULL);
}

/* What comes again while the window is closed could not be used: no second one waits for the next.
 */
static void test_budget_waits_for_the_window(void **state)
{
	const u64 expected[] = { 8 * MS, 1 * MS, 1 * MS };

	(void)state;
	begin(1);
	add(0, 3000, 2000);
	give(1, 1);
	give(2, 1);
	assert_int_equal(budget_set(&sim_tasks[1], 1 * MS, 5 * MS / 2, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	for (unsigned int i = 1; i < 4; i++)
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 4, 2, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < 10; i++)
		check_frame(expected, 3);
	sim_end(NULL);
}

/* A closing window leaves what its thread held of a budget to those who have the next one. */
static void test_budget_is_passed_on(void **state)
{
	const u64 expected[] = { 2 * MS, 4 * MS, 0, 4 * MS };

	(void)state;
	begin(1);
	add(0, 0, 4000);
	add(0, 4000, 4000);
	give(1, 1);
	give(3, 2);
	assert_int_equal(budget_set(&sim_tasks[1], FRAME, FRAME, false), rcOk);
	budget_inherit(&sim_tasks[3], &sim_tasks[1]);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	sim_start(SIM_SPINNERS + 1, 1, ThreadSchedPolicyOther, 0);
	sim_start(SIM_SPINNERS + 2, 3, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < 5; i++)
		check_frame(expected, 4);
	sim_end(NULL);
}

static void test_wrong(void **state)
{
	static const struct {
		u64 frame_us, cpu, start_us, duration_us;
		Retcode rc;
	} cases[] = {
		{ FRAME_US, 2, 0, 1000, rcInvalidArgument },
		{ FRAME_US, ~(u64)0, 0, 1000, rcInvalidArgument },
		{ FLOE_FRAME_MAX + 1, 0, 0, 1000, rcInvalidArgument },
		{ ~(u64)0, 0, 0, 1000, rcInvalidArgument },
		{ 0, 0, 0, 1000, rcInvalidArgument },
		{ FRAME_US, 0, 0, 0, rcInvalidArgument },
		{ FRAME_US, 0, 0, FLOE_WINDOW_MIN - 1, rcInvalidArgument },
		{ FRAME_US, 0, 0, FRAME_US + 1, rcInvalidArgument },
		{ FRAME_US, 0, 9000, 1001, rcInvalidArgument },
		{ FRAME_US, 0, FRAME_US + 1, 1000, rcInvalidArgument },
		{ FRAME_US, 0, ~(u64)0, 1000, rcInvalidArgument },
		{ FRAME_US, 0, 1000, ~(u64)0 - 500, rcInvalidArgument },
		{ FRAME_US, 0, 3000, 2000, rcOk },
		{ FRAME_US + 1, 0, 6000, 1000, rcInvalidArgument },
		{ FRAME_US, 0, 2000, 1001, rcInvalidArgument },
		{ FRAME_US, 0, 4999, 1001, rcInvalidArgument },
		{ FRAME_US, 0, 3500, 100, rcInvalidArgument },
		{ FRAME_US, 0, 0, 10000, rcInvalidArgument },
		{ FRAME_US, 0, 5000, 5000, rcOk },
		{ FRAME_US, 0, 2000, 1000, rcOk },
		{ FRAME_US, 1, 2500, 1000, rcOk },
	};

	(void)state;
	begin(2);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 f = cases[i].frame_us, cpu = cases[i].cpu;
		u64 start = cases[i].start_us, duration = cases[i].duration_us;
		unsigned int before = nwindows;
		Retcode rc = window_is_valid(f, cpu, start, duration)
				     ? window_add(f, cpu, start, duration)
				     : rcInvalidArgument;

		if (rc != cases[i].rc)
			fail_msg("case %zu", i);
		assert_int_equal(nwindows, before + (cases[i].rc == rcOk));
	}
	/* Not beside a second process. */
	counters.tasks += 2;
	assert_int_equal(window_add(FRAME_US, 1, 5000, 1000), rcInvalidOperation);
	counters.tasks -= 2;
	for (unsigned int i = nwindows; i < FLOE_WINDOWS_MAX; i++)
		add(1, 3500 + 100 * i, 100);
	assert_int_equal(window_add(FRAME_US, 1, 0, 1000), rcQuotaExceeded);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_harts),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_budgets),
		cmocka_unit_test(test_budget_is_passed_on),
		cmocka_unit_test(test_budget_waits_for_the_window),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
