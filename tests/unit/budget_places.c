// SPDX-License-Identifier: Apache-2.0
/* Several harts: where one with a budget runs, and that all have theirs. core/budget.c, place.c */
#include "unit.h"

#include "core/budget.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/simulation.h"

#include <stdlib.h>

#define PERIOD (10 * MS)
#define TASKS 12u
#define SEEDS 40u

static struct task tasks[TASKS]; /* with a budget and a thread each */
static u64 amounts[TASKS], periods[TASKS];
static unsigned int ntasks;

/* What is guaranteed is used up, and something that goes first waits: there is another hart. */
static void test_guarantee_is_over(void **state)
{
	(void)state;
	sim_begin(2);
	assert_int_equal(budget_set(&sim_tasks[1], 2 * MS, PERIOD, true), rcOk);
	sim_start(0, 0, ThreadSchedPolicyOther, 5);
	sched_set_affinity(&sim_threads[0], 2);
	sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 5);
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, sim_thread(0));
	sim_start(1, 0, ThreadSchedPolicyFifo, 10);
	sched_set_affinity(&sim_threads[1], 1);
	sim_run_until(fake_cpu.time + PERIOD);
	assert_int_equal(sched_run_time(&sim_threads[1]), 8 * MS);
	assert_int_equal(sched_run_time(sim_thread(0)), 10 * MS);
	sim_end(NULL);
}

static void add(u64 amount, u64 period)
{
	struct task *task = &tasks[ntasks];

	*task = (struct task){ .pid = SIM_TASKS + ntasks + 1, .limits.windows = FLOE_NO_WINDOW };
	list_init(&task->threads);
	assert_int_equal(budget_set(task, amount, period, false), rcOk);
	amounts[ntasks] = amount;
	periods[ntasks] = period;
	sim_start_of(SIM_SPINNERS + ntasks++, task, ThreadSchedPolicyFifo, 5);
}

/* Each has his budget in any two of its periods, of which one begins as he does. */
static void check_promises(u64 duration)
{
	u64 next[TASKS], ran[TASKS][2] = { 0 }, end = fake_cpu.time + duration;

	for (unsigned int i = 0; i < ntasks; i++)
		next[i] = fake_cpu.time + 2 * periods[i];
	while (fake_cpu.time < end) {
		u64 until = end;

		for (unsigned int i = 0; i < ntasks; i++)
			until = min_u64(until, next[i]);
		sim_run_until(until);
		for (unsigned int i = 0; i < ntasks; i++) {
			u64 now = sched_run_time(sim_thread(i));

			if (fake_cpu.time < next[i])
				continue;
			if (now - ran[i][0] < amounts[i])
				fail_msg("task %u of %u, %lu of each %lu: %lu in two periods", i,
					 ntasks, (unsigned long)amounts[i],
					 (unsigned long)periods[i],
					 (unsigned long)(now - ran[i][0]));
			ran[i][0] = ran[i][1];
			ran[i][1] = now;
			next[i] += periods[i];
		}
	}
}

static void end(void)
{
	for (unsigned int i = 0; i < ntasks; i++)
		budget_drop(&tasks[i]);
	ntasks = 0;
	sim_end(NULL);
}

/* Who has a long deadline keeps a hart from nobody with a short one, wherever that waits. */
static void test_long_and_short(void **state)
{
	(void)state;
	sim_begin(4);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	for (unsigned int i = 0; i < 4; i++)
		add(370 * MS, 1000 * MS);
	sim_run_until(fake_cpu.time + MS);
	for (unsigned int i = 0; i < 6; i++)
		add(2 * MS, 5 * MS);
	check_promises(3000 * MS);
	end();
}

/* What a thread cannot use by itself makes it no more urgent than those of one hart. */
static void test_more_than_one_can_use(void **state)
{
	(void)state;
	sim_begin(4);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	add(3 * PERIOD, PERIOD);
	amounts[0] = 0;
	sim_run_until(fake_cpu.time + MS);
	for (unsigned int i = 0; i < 4; i++) {
		add(MS, PERIOD);
		sched_set_affinity(sim_thread(1 + i), (u64)1 << i);
	}
	check_promises(100 * PERIOD);
	end();
}

static void add_bound(u64 amount, u64 period, unsigned int hart)
{
	add(amount, period);
	sched_set_affinity(sim_thread(ntasks - 1), (u64)1 << hart);
}

/*
 * Who may run on both harts keeps nobody waiting who may not, whatever came first and whatever
 * the other hart does: that one has almost all of its share, not just what is due.
 */
static void check_bound(const char *order, u64 other)
{
	u64 begin, bound = 0;

	sim_begin(2);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	begin = fake_cpu.time;
	for (; *order; order++)
		switch (*order) {
		case 'm':
			add(18 * MS, 20 * MS);
			break;
		case 'b':
			bound = ntasks;
			add_bound(38 * MS, 50 * MS, 0);
			break;
		default:
			add(other, 1000 * MS);
			break;
		}
	sim_run_until(begin + 1000 * MS);
	assert_in_range(sched_run_time(sim_thread((unsigned int)bound)), 750 * MS, 760 * MS);
	end();
}

static void test_bound_behind_another(void **state)
{
	(void)state;
	static const char *const orders[] = { "mbo", "mob", "bmo", "bom", "omb", "obm" };

	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++) {
		check_bound(orders[i], MS);
		check_bound(orders[i], 300 * MS);
	}
}

static void begin_with_two(void)
{
	sim_begin(2);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	add_bound(5 * MS, 10 * MS, 1);
	add(20 * MS, 40 * MS);
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, sim_thread(1));
}

static void end_with_two(void)
{
	sim_settle();
	assert_ptr_equal(harts[0]->rq.running, sim_thread(2));
	assert_ptr_equal(harts[1]->rq.running, sim_thread(1));
	end();
}

static void sleeps(struct thread *t)
{
	sim_be((unsigned int)t->hart->index);
	sched_remove(t, THREAD_BLOCKED);
	sim_be(0);
	sim_settle();
}

/* The hart beside has used up what it had. */
static void test_makes_way_for_one_that_waits(void **state)
{
	(void)state;
	begin_with_two();
	add_bound(30 * MS, 60 * MS, 0);
	sim_run_until(fake_cpu.time + 4 * MS);
	assert_ptr_equal(harts[0]->rq.running, sim_thread(1));
	sim_run_until(fake_cpu.time + 1 * MS);
	end_with_two();
}

static void test_makes_way_for_one_that_comes(void **state)
{
	(void)state;
	begin_with_two();
	add_bound(30 * MS, 60 * MS, 0);
	sleeps(sim_thread(2));
	sleeps(sim_thread(0));
	assert_ptr_equal(harts[0]->rq.running, sim_thread(1));
	sched_wake(sim_thread(2));
	end_with_two();
}

static void test_makes_way_when_it_may(void **state)
{
	(void)state;
	begin_with_two();
	sched_set_affinity(sim_thread(1), 1);
	add_bound(30 * MS, 60 * MS, 0);
	sleeps(sim_thread(0));
	assert_ptr_equal(harts[0]->rq.running, sim_thread(1));
	sched_set_affinity(sim_thread(1), 3);
	end_with_two();
}

/* Budgets at random, which are four fifths of the harts' time together; some bound to a hart. */
static void check_random(unsigned int n, bool bound)
{
	static const u64 some[] = { MS, 2 * MS, 5 * MS, 10 * MS, 20 * MS, 50 * MS, 100 * MS };
	u64 left = 800 * n, there[SIM_HARTS] = { 0 };

	sim_begin(n);
	sim_spin_everywhere(ThreadSchedPolicyFifo, 31);
	while (ntasks < TASKS && left >= 50) {
		u64 share = min_u64(50 + (u64)rand() % 750, left);
		u64 period = some[(unsigned int)rand() % ARRAY_SIZE(some)];
		unsigned int hart = (unsigned int)rand() % n;

		add(share * period / 1000, period);
		left -= share;
		if (bound && rand() % 2 && there[hart] + share <= 800) {
			there[hart] += share;
			sched_set_affinity(sim_thread(ntasks - 1), (u64)1 << hart);
		}
	}
	check_promises(500 * MS);
	end();
}

static void test_some_at_random(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		for (unsigned int n = 1; n <= SIM_HARTS; n++) {
			check_random(n, false);
			check_random(n, true);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guarantee_is_over),
		cmocka_unit_test(test_long_and_short),
		cmocka_unit_test(test_more_than_one_can_use),
		cmocka_unit_test(test_bound_behind_another),
		cmocka_unit_test(test_makes_way_for_one_that_waits),
		cmocka_unit_test(test_makes_way_for_one_that_comes),
		cmocka_unit_test(test_makes_way_when_it_may),
		cmocka_unit_test(test_some_at_random),
	};

	return cmocka_run_group_tests_name("budget_places", tests, NULL, NULL);
}
