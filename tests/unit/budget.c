// SPDX-License-Identifier: Apache-2.0
/* CPU budgets on several harts, under a clock that the tests set: core/budget.c. */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/budget.h"
#include "core/lock.h"
#include "core/place.h"
#include "core/task.h"
#include "core/thread.h"
#include "fake/fake.h"
#include "support/world.h"

#include <stdlib.h>

#define HARTS 4u
#define SPINNERS HARTS /* first of the threads, one for each hart */
#define THREADS (SPINNERS + 12u)
#define TASKS 4u
#define PERIOD (10 * MS)

static struct hart others[HARTS - 1];
static FloeTraceRing rings[HARTS - 1];
static struct task tasks[TASKS];
static struct thread threads[THREADS];

static void be(unsigned int i)
{
	lock_word = 0;
	fake_this_hart = harts[i];
	lock_take();
}

static void with_harts(unsigned int n)
{
	machine_setup(NULL);
	nharts = n;
	for (unsigned int i = 1; i < n; i++) {
		others[i - 1] = (struct hart){ .id = 10 + i,
					       .index = i,
					       .timer_at = TIME_NEVER,
					       .vmid_generation = 1,
					       .trace = &rings[i - 1] };
		harts[i] = &others[i - 1];
		sched_init(&harts[i]->rq);
	}
	place_joined = 0;
	for (unsigned int i = 0; i < n; i++)
		place_join(harts[i]);
	for (unsigned int i = 0; i < TASKS; i++) {
		tasks[i] = (struct task){ .pid = i + 1 };
		list_init(&tasks[i].threads);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = (struct thread){ .task = NULL };
	be(0);
}

static void drop(void)
{
	for (unsigned int i = 0; i < TASKS; i++)
		budget_drop(&tasks[i]);
}

static int teardown(void **state)
{
	be(0);
	drop();
	nharts = 1;
	place_joined = 1;
	fake_this_hart = &fake_hart;
	machine_teardown(state);
	return 0;
}

/* What arch/exit.c does when a hart looks at its queue; idle() waits for its timer. */
static void look(unsigned int i)
{
	struct hart *h = harts[i];
	struct thread *t;

	be(i);
	if (h->timer_at <= fake_cpu.time)
		sched_timer_interrupt();
	if (!h->rq.running && !h->rq.work)
		return;
	t = sched_work();
	if (t != h->current)
		vcpu_switch(t);
}

static bool anything_to_do(void)
{
	for (unsigned int i = 0; i < nharts; i++)
		if (harts[i]->rq.work || harts[i]->timer_at <= fake_cpu.time)
			return true;
	return false;
}

static void settle(void)
{
	while (anything_to_do())
		for (unsigned int i = 0; i < nharts; i++) {
			look(i);
			harts[i]->kicks = 0;
		}
	be(0);
}

static void run_until(u64 end)
{
	for (;;) {
		u64 next = end;

		settle();
		for (unsigned int i = 0; i < nharts; i++)
			next = min_u64(next, harts[i]->timer_at);
		if (fake_cpu.time >= end)
			return;
		fake_cpu.time = next;
	}
}

static struct thread *start(unsigned int i, unsigned int task, ThreadSchedPolicy policy,
			    ThreadPriority priority)
{
	struct thread *t = &threads[i];

	*t = (struct thread){ .hart = &fake_hart,
			      .task = &tasks[task],
			      .budget = tasks[task].budget,
			      .affinity = ~(u64)0 };
	list_init(&t->ready);
	list_init(&t->waiting);
	thread_init_waits(t);
	list_add_tail(&tasks[task].threads, &t->task_link);
	tasks[task].nthreads++;
	sched_set_policy(t, policy, priority, 10 * MS);
	sched_wake(t);
	return t;
}

/* No hart is ever without anything to do. */
static void spin_everywhere(ThreadSchedPolicy policy, ThreadPriority priority)
{
	for (unsigned int i = 0; i < nharts; i++)
		sched_set_affinity(start(i, 0, policy, priority), (u64)1 << i);
}

static u64 ran(unsigned int task)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < THREADS; i++)
		if (threads[i].task == &tasks[task])
			sum += sched_run_time(&threads[i]);
	return sum;
}

/* Alone on the machine or beside FIFO 31 on each hart: in each period its budget, exactly. */
static void check_exact(unsigned int n, unsigned int mine, u64 amount, unsigned int beside)
{
	u64 before = 0;

	with_harts(n);
	assert_int_equal(budget_set(&tasks[1], amount, PERIOD, false), rcOk);
	spin_everywhere(beside ? ThreadSchedPolicyFifo : ThreadSchedPolicyOther, 15 + 16 * beside);
	for (unsigned int i = 0; i < mine; i++)
		start(SPINNERS + i, 1, ThreadSchedPolicyOther, i);
	for (unsigned int i = 0; i < 20; i++) {
		run_until(fake_cpu.time + PERIOD);
		assert_int_equal(ran(1) - before, amount);
		before = ran(1);
	}
	teardown(NULL);
}

static void test_exact(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= HARTS; n++)
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
	with_harts(1);
	assert_int_equal(budget_set(&tasks[1], 50 * MS, 100 * MS, false), rcOk);
	assert_int_equal(budget_set(&tasks[2], 4 * MS, PERIOD, false), rcOk);
	spin_everywhere(ThreadSchedPolicyFifo, 31);
	start(SPINNERS + 1, 1, ThreadSchedPolicyFifo, 31);
	start(SPINNERS + 2, 2, ThreadSchedPolicyOther, 0);
	for (unsigned int i = 1; i <= 50; i++) {
		run_until(fake_cpu.time + PERIOD);
		assert_int_equal(ran(2) - b, 4 * MS);
		b = ran(2);
		if (i % 10 == 0) {
			assert_int_equal(ran(1) - a, 50 * MS);
			a = ran(1);
		}
	}
	assert_int_equal(ran(0), 50 * MS);
	teardown(NULL);
}

/* Within a process class and priority decide. */
static void test_classes_within_a_budget(void **state)
{
	(void)state;
	with_harts(1);
	assert_int_equal(budget_set(&tasks[1], 4 * MS, PERIOD, false), rcOk);
	spin_everywhere(ThreadSchedPolicyOther, 0);
	start(SPINNERS + 0, 1, ThreadSchedPolicyOther, 15);
	start(SPINNERS + 1, 1, ThreadSchedPolicyRR, 3);
	start(SPINNERS + 2, 1, ThreadSchedPolicyFifo, 4);
	run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sched_run_time(&threads[SPINNERS + 2]), 40 * MS);
	sched_remove(&threads[SPINNERS + 2], THREAD_BLOCKED);
	run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(sched_run_time(&threads[SPINNERS + 1]), 40 * MS);
	teardown(NULL);
}

/* A guarantee: its share beside FIFO 31, everything where nobody else wants it. */
static void test_soft(void **state)
{
	u64 before = 0;

	(void)state;
	with_harts(1);
	assert_int_equal(budget_set(&tasks[1], 1 * MS, PERIOD, true), rcOk);
	spin_everywhere(ThreadSchedPolicyOther, 0);
	start(SPINNERS + 1, 1, ThreadSchedPolicyOther, 10);
	run_until(fake_cpu.time + 5 * PERIOD);
	assert_in_range(ran(1), 4 * PERIOD, 5 * PERIOD);
	before = ran(1);
	sched_set_policy(&threads[0], ThreadSchedPolicyFifo, 31, 0);
	for (unsigned int i = 0; i < 10; i++) {
		run_until(fake_cpu.time + PERIOD);
		assert_int_equal(ran(1) - before, 1 * MS);
		before = ran(1);
	}
	/* It sleeps, and takes what is its own when it wakes. */
	sched_remove(&threads[SPINNERS + 1], THREAD_BLOCKED);
	run_until(fake_cpu.time + PERIOD + PERIOD / 2);
	sched_wake(&threads[SPINNERS + 1]);
	settle();
	assert_ptr_equal(fake_hart.rq.running, &threads[SPINNERS + 1]);
	teardown(NULL);
}

static void test_children_share(void **state)
{
	(void)state;
	with_harts(2);
	assert_int_equal(budget_set(&tasks[1], 3 * MS, PERIOD, false), rcOk);
	assert_int_equal(budget_set(&tasks[2], 3 * MS, PERIOD, true), rcOk);
	budget_inherit(&tasks[3], &tasks[2]);
	assert_null(tasks[3].budget);
	budget_inherit(&tasks[3], &tasks[1]);
	assert_ptr_equal(tasks[3].budget, tasks[1].budget);
	spin_everywhere(ThreadSchedPolicyOther, 0);
	start(SPINNERS + 0, 1, ThreadSchedPolicyOther, 1);
	start(SPINNERS + 1, 3, ThreadSchedPolicyFifo, 1);
	run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(ran(1) + ran(3), 30 * MS);
	/* The creator's end leaves it to the child. */
	sched_remove(&threads[SPINNERS + 0], THREAD_STOPPED);
	budget_drop(&tasks[1]);
	run_until(fake_cpu.time + 10 * PERIOD);
	assert_int_equal(ran(1) + ran(3), 60 * MS);
	teardown(NULL);
}

/* One that was taken off too late pays, until it is even. */
static void test_late(void **state)
{
	(void)state;
	with_harts(1);
	assert_int_equal(budget_set(&tasks[1], 2 * MS, PERIOD, false), rcOk);
	spin_everywhere(ThreadSchedPolicyOther, 0);
	start(SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	settle();
	fake_cpu.time += 9 * MS;
	run_until(fake_cpu.time + MS);
	assert_int_equal(ran(1), 9 * MS);
	run_until(fake_cpu.time + 3 * PERIOD);
	assert_int_equal(ran(1), 9 * MS);
	run_until(fake_cpu.time + 6 * PERIOD);
	assert_int_equal(ran(1), 20 * MS);
	teardown(NULL);
}

/* What meets a parked thread. */
static void test_parked(void **state)
{
	struct thread *t;

	(void)state;
	with_harts(2);
	assert_int_equal(budget_set(&tasks[1], 1 * MS, PERIOD, false), rcOk);
	spin_everywhere(ThreadSchedPolicyOther, 0);
	t = start(SPINNERS + 1, 1, ThreadSchedPolicyOther, 1);
	run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(t->state, THREAD_PARKED);
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	sched_set_affinity(t, 2);
	assert_int_equal(t->state, THREAD_PARKED);
	run_until(fake_cpu.time + PERIOD - 3 * MS / 2);
	assert_ptr_equal(harts[1]->rq.running, t);
	run_until(fake_cpu.time + 2 * MS);
	assert_int_equal(t->state, THREAD_PARKED);
	thread_stop(t);
	assert_true(list_empty(&tasks[1].budget->parked));
	assert_int_equal(t->state, THREAD_STOPPED);
	run_until(fake_cpu.time + 3 * PERIOD);
	assert_int_equal(ran(1), 2 * MS);
	teardown(NULL);
}

static void change_something(void)
{
	struct thread *t = &threads[SPINNERS + (unsigned int)rand() % (THREADS - SPINNERS)];

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
		be((unsigned int)rand() % nharts);
		if (this_hart()->rq.running)
			sched_yield();
		break;
	}
	settle();
}

/* Whatever threads do: no period has more than the budget, and no hart idles for nothing. */
static void test_never_more(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 60; seed++) {
		u64 before[3] = { 0 }, end;

		srand(seed);
		with_harts(1 + seed % HARTS);
		assert_int_equal(budget_set(&tasks[1], 3 * MS, PERIOD, false), rcOk);
		assert_int_equal(budget_set(&tasks[2], PERIOD * nharts / 2, PERIOD, false), rcOk);
		assert_int_equal(budget_set(&tasks[3], MS, PERIOD, true), rcOk);
		spin_everywhere(ThreadSchedPolicyOther, 0);
		for (unsigned int i = SPINNERS; i < THREADS; i++)
			start(i, i % TASKS, (ThreadSchedPolicy)(rand() % 3), i % 16);
		end = fake_cpu.time + PERIOD;
		for (unsigned int i = 0; i < 500; i++) {
			run_until(min_u64(end, fake_cpu.time + (u64)rand() % (2 * MS)));
			if (fake_cpu.time < end) {
				change_something();
				continue;
			}
			end += PERIOD;
			for (unsigned int task = 1; task <= 2; task++) {
				assert_true(ran(task) - before[task] <=
					    (task == 1 ? 3 * MS : PERIOD * nharts / 2));
				before[task] = ran(task);
			}
		}
		teardown(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_earliest_end_first),
		cmocka_unit_test(test_classes_within_a_budget),
		cmocka_unit_test(test_soft),
		cmocka_unit_test(test_children_share),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_never_more),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
