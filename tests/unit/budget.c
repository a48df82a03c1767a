// SPDX-License-Identifier: Apache-2.0
/* CPU budgets on several harts, under a clock that the tests set: core/budget.c. */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/place.h"
#include "fake/fake.h"
#include "support/simulation.h"

#include <stdlib.h>

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

static void change_something(void)
{
	struct thread *t =
		&sim_threads[SIM_SPINNERS + (unsigned int)rand() % (SIM_THREADS - SIM_SPINNERS)];

	switch (rand() % 4) {
	case 0:
		if (t->state == THREAD_BLOCKED)
			sched_wake(t);
		else
			sched_remove(t, THREAD_BLOCKED);
		break;
	case 1:
		sched_set_policy(t, (ThreadSchedPolicy)(rand() % 3), (ThreadPriority)rand() % 16,
				 MS);
		break;
	case 2:
		sched_set_affinity(t, 1u + (unsigned int)rand() % ((1u << nharts) - 1));
		break;
	default:
		sim_be((unsigned int)rand() % nharts);
		if (this_hart()->rq.running)
			sched_yield();
		break;
	}
	sim_settle();
}

/* How long sim_tasks had run when: what is run between two entries runs evenly. */
#define EVENTS 20000u

static struct event {
	u64 time, ran[SIM_TASKS];
} events[EVENTS];
static unsigned int nevents;

static void note(void)
{
	struct event *e = &events[nevents++];

	assert_true(nevents < EVENTS);
	e->time = fake_cpu.time;
	for (unsigned int task = 0; task < SIM_TASKS; task++)
		e->ran[task] = sim_ran(task);
}

/* Nobody waits for what is there, and nobody for what nobody would wake him for. */
static void check_parked(const struct budget *b)
{
	if (list_empty(&b->parked))
		return;
	assert_true(!b->npieces || b->pieces[0].at > fake_cpu.time);
	for (unsigned int i = 0; i < nharts; i++)
		if (harts[i]->rq.running && harts[i]->rq.running->budget == b &&
		    harts[i]->rq.running->grant)
			return;
	assert_true(b->npieces && b->refill.queue);
}

static void run_noting_until(u64 end)
{
	for (;;) {
		u64 next = end;

		sim_settle();
		note();
		check_parked(sim_tasks[1].budget);
		if (sim_tasks[2].budget)
			check_parked(sim_tasks[2].budget);
		for (unsigned int i = 0; i < nharts; i++)
			next = min_u64(next, harts[i]->timer_at);
		if (fake_cpu.time >= end)
			return;
		fake_cpu.time = next;
	}
}

/* Up to a time between events e - 1 and e, in 1/1024 ticks. */
static u64 ran_until(const struct event *e, u64 time, unsigned int task)
{
	u64 before = e[-1].ran[task], length = e->time - e[-1].time;

	if (!length)
		return before << 10;
	return (before << 10) + ((e->ran[task] - before) << 10) * (time - e[-1].time) / length;
}

/* No stretch as long as a period has more: the worst ones begin or end at an event. */
static void check_stretches(unsigned int task, u64 most, u64 length)
{
	for (unsigned int from = 1, to = 1, i = 1; i < nevents; i++) {
		u64 end = events[i].time + length, begin = events[i].time - length;

		while (to < nevents && events[to].time < end)
			to++;
		if (to < nevents)
			assert_true(ran_until(&events[to], end, task) -
					    (events[i].ran[task] << 10) <=
				    (most << 10) + 2);
		if (begin < events[0].time || events[i].time < length)
			continue;
		while (events[from].time < begin)
			from++;
		assert_true((events[i].ran[task] << 10) - ran_until(&events[from], begin, task) <=
			    (most << 10) + 2);
	}
}

/* Whatever threads do: no stretch as long as a period has more than the budget. */
static void test_never_more(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 100; seed++) {
		u64 half;

		srand(seed);
		sim_begin(1 + seed % SIM_HARTS);
		half = PERIOD * nharts / 2;
		assert_int_equal(budget_set(&sim_tasks[1], 3 * MS, PERIOD, false), rcOk);
		assert_int_equal(budget_set(&sim_tasks[2], half, PERIOD, false), rcOk);
		assert_int_equal(budget_set(&sim_tasks[3], MS, PERIOD, true), rcOk);
		sim_spin_everywhere(ThreadSchedPolicyOther, 0);
		for (unsigned int i = SIM_SPINNERS; i < SIM_THREADS; i++)
			sim_start(i, i % SIM_TASKS, (ThreadSchedPolicy)(rand() % 3), i % 16);
		nevents = 0;
		for (unsigned int i = 0; i < 500; i++) {
			run_noting_until(fake_cpu.time +
					 (u64)rand() % (seed % 2 ? 2 * MS : MS / 4));
			change_something();
		}
		check_stretches(1, 3 * MS, PERIOD);
		check_stretches(2, half, PERIOD);
		sim_end(NULL);
	}
}

/* Used in more pieces than are kept: what is joined comes later, nothing sooner. */
static void test_many_pieces(void **state)
{
	struct thread *t;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	t = sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 1);
	nevents = 0;
	for (unsigned int i = 0; i < 2 * BUDGET_PIECES; i++) {
		run_noting_until(fake_cpu.time + MS / 10);
		sched_remove(t, THREAD_BLOCKED);
		run_noting_until(fake_cpu.time + MS / 5);
		sched_wake(t);
	}
	run_noting_until(fake_cpu.time + 5 * PERIOD);
	check_stretches(1, 4 * MS, PERIOD);
	assert_in_range(sim_ran(1), 16 * MS, 24 * MS);
	sim_end(NULL);
}

/* Who sleeps up to the end of a period has no more in the next one for that. */
static void test_late_in_the_period(void **state)
{
	struct thread *t;

	(void)state;
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], 4 * MS, PERIOD, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	t = sim_start(SIM_SPINNERS, 1, ThreadSchedPolicyFifo, 1);
	sched_remove(t, THREAD_BLOCKED);
	sim_run_until(fake_cpu.time + 3 * PERIOD - fake_cpu.time % PERIOD - 4 * MS);
	sched_wake(t);
	sim_run_until(fake_cpu.time + PERIOD);
	assert_int_equal(sim_ran(1), 4 * MS);
	sim_run_until(fake_cpu.time + MS);
	assert_int_equal(sim_ran(1), 5 * MS);
	sim_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),         cmocka_unit_test(test_earliest_end_first),
		cmocka_unit_test(test_soft),          cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_late),          cmocka_unit_test(test_parked),
		cmocka_unit_test(test_many_pieces),   cmocka_unit_test(test_late_in_the_period),
		cmocka_unit_test(test_after_a_sleep), cmocka_unit_test(test_very_late),
		cmocka_unit_test(test_never_more),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
