// SPDX-License-Identifier: Apache-2.0
/* Standard threads share a hart: who gets how much of it. core/sched.c. */
#include "unit.h"

#include "fake/fake.h"
#include "support/queued.h"

static void test_standard_never_preempts_standard(void **state)
{
	struct thread *low = standard(0, 0);

	(void)state;
	assert_runs(low);
	standard(1, 15);
	assert_runs(low);
	block(low);
	assert_runs(&threads[1]);
}

static void test_standard_quantum(void **state)
{
	(void)state;
	for (ThreadPriority p = 0; p < STD_PRIORITIES; p++) {
		struct thread *a, *b;

		one_hart_setup(state);
		a = standard(0, p);
		b = standard(1, p);
		assert_runs(a);
		pass((p + 1) * MS - 1);
		assert_runs(a);
		pass(1);
		assert_runs(b);
	}
}

static u64 share[THREADS];

/* Who gets how much of a time, in turns of the smallest step. */
static void measure(u64 time)
{
	for (unsigned int i = 0; i < THREADS; i++)
		share[i] = 0;
	for (u64 done = 0; done < time; done += MS / 2) {
		struct thread *t = sched_work();

		share[t - threads] += MS / 2;
		pass(MS / 2);
	}
}

static void test_higher_standard_priority_gets_more(void **state)
{
	(void)state;
	standard(0, 0);
	standard(1, 4);
	standard(2, 11);
	standard(3, 15);
	/* A rotation: 1, 2, 3 and 4 quanta of 1, 5, 12 and 16 ms. */
	measure(20 * (1 + 10 + 36 + 64) * MS);
	assert_int_equal(share[0], 20 * 1 * MS);
	assert_int_equal(share[1], 20 * 10 * MS);
	assert_int_equal(share[2], 20 * 36 * MS);
	assert_int_equal(share[3], 20 * 64 * MS);
}

static void test_equal_standard_threads_share_alike(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		standard(i, 10);
	measure(5 * 3 * 11 * 10 * MS);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(share[i], 3 * 11 * 10 * MS);
}

/* Who waits all the time gets no more turns than who does not. */
static void test_waiting_gives_no_extra_turns(void **state)
{
	struct thread *busy = standard(0, 0), *sly = standard(1, 15);
	u64 of_busy = 0;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct thread *t = sched_work();

		if (t == busy) {
			of_busy++;
			pass(MS);
			continue;
		}
		assert_ptr_equal(t, sly);
		/* Gives the hart up just before its quantum ends. */
		fake_cpu.time += 15 * MS;
		block(sly);
		sched_wake(sly);
	}
	/* Each rotation has one quantum of the low one: it is never starved. */
	assert_true(of_busy > 20000 / 10);
}

/* Nor does who changes his priority all the time. */
static void test_changes_give_no_extra_turns(void **state)
{
	struct thread *busy = standard(0, 0), *sly = standard(1, 15);
	u64 of_busy = 0;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct thread *t = sched_work();

		if (t == busy) {
			of_busy++;
			pass(MS);
			continue;
		}
		assert_ptr_equal(t, sly);
		fake_cpu.time += 15 * MS;
		sched_set_policy(sly, ThreadSchedPolicyOther, 14 + i % 2, 0);
	}
	assert_true(of_busy > 20000 / 10);
}

static void test_tickless_with_one_thread(void **state)
{
	struct thread *a = standard(0, 3);

	(void)state;
	assert_runs(a);
	assert_int_equal(fake_hart.timer_at, TIME_NEVER);
	standard(1, 3);
	assert_runs(a);
	assert_int_equal(fake_hart.timer_at, fake_cpu.time + 4 * MS);
	block(&threads[1]);
	sched_request(WORK_TIMER);
	assert_runs(a);
	assert_int_equal(fake_hart.timer_at, TIME_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_HART_TEST(test_standard_never_preempts_standard),
		ONE_HART_TEST(test_standard_quantum),
		ONE_HART_TEST(test_higher_standard_priority_gets_more),
		ONE_HART_TEST(test_equal_standard_threads_share_alike),
		ONE_HART_TEST(test_waiting_gives_no_extra_turns),
		ONE_HART_TEST(test_changes_give_no_extra_turns),
		ONE_HART_TEST(test_tickless_with_one_thread),
	};

	return cmocka_run_group_tests_name("sched_standard", tests, NULL, NULL);
}
