// SPDX-License-Identifier: Apache-2.0
/* What is there of a CPU budget when, whatever is used of it: core/budget_piece.c, core/budget.c */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/budget.h"
#include "fake/fake.h"
#include "support/queues.h"
#include "support/simulation.h"

#include <stdlib.h>

#define PERIOD (10 * MS)

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

static void run_noting_until(u64 end)
{
	for (;;) {
		u64 next = end;

		sim_settle();
		note();
		queues_check_parked(sim_tasks[1].budget);
		if (sim_tasks[2].budget)
			queues_check_parked(sim_tasks[2].budget);
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

/* No stretch of that length has more: the worst ones begin or end at an event. */
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

/* Whatever threads do: no stretch has more than one budget for each period and one more. */
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
		check_stretches(1, 2 * 3 * MS, PERIOD);
		check_stretches(1, 6 * 3 * MS, 5 * PERIOD);
		check_stretches(2, 2 * half, PERIOD);
		check_stretches(2, 6 * half, 5 * PERIOD);
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

/* Harts are always a bit late: what that cuts off does not come by itself for ever. */
static void test_small_pieces(void **state)
{
	unsigned int interrupts = 0;
	u64 before, end;

	(void)state;
	srand(1);
	sim_begin(1);
	assert_int_equal(budget_set(&sim_tasks[1], MS / 20, MS / 2, false), rcOk);
	sim_spin_everywhere(ThreadSchedPolicyOther, 0);
	for (unsigned int i = 0; i < 3; i++)
		sim_start(SIM_SPINNERS + i, 1, ThreadSchedPolicyRR, 1);
	sim_run_until(fake_cpu.time + PERIOD);
	before = sim_ran(1);
	end = fake_cpu.time + 1000 * MS / 2;
	for (; fake_cpu.time < end; interrupts++) {
		sim_settle();
		fake_cpu.time = harts[0]->timer_at + (u64)rand() % 4;
	}
	assert_in_range(sim_ran(1) - before, 1000 * MS / 20 * 97 / 100, 1001 * MS / 20);
	assert_in_range(interrupts, 2000, 4000);

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
		cmocka_unit_test(test_never_more),
		cmocka_unit_test(test_many_pieces),
		cmocka_unit_test(test_small_pieces),
		cmocka_unit_test(test_late_in_the_period),
	};

	return cmocka_run_group_tests_name("budget_pieces", tests, NULL, NULL);
}
