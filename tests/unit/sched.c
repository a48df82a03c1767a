// SPDX-License-Identifier: Apache-2.0
/* Who runs on one hart, and who takes it from whom: core/sched.c. */
#include "unit.h"

#include "fake/fake.h"
#include "support/queued.h"

static void test_higher_priority_preempts(void **state)
{
	struct thread *low = fifo(0, 3), *high;

	(void)state;
	assert_runs(low);
	high = fifo(1, 4);
	assert_runs(high);
	block(high);
	assert_runs(low);
	/* Lower and equal ones don't. */
	fifo(2, 2);
	fifo(3, 3);
	assert_runs(low);
	sched_wake(high);
	assert_runs(high);
}

static void test_realtime_preempts_standard(void **state)
{
	static const ThreadSchedPolicy policies[] = { ThreadSchedPolicyFifo, ThreadSchedPolicyRR };

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct thread *normal, *realtime;

		one_hart_setup(state);
		normal = standard(0, 15);
		assert_runs(normal);
		realtime = start(1, policies[i], 0);
		assert_runs(realtime);
		pass(1000 * MS);
		assert_runs(realtime);
		block(realtime);
		assert_runs(normal);
	}
}

static void test_fifo_order_within_a_priority(void **state)
{
	(void)state;
	fifo(4, 9);
	assert_runs(&threads[4]);
	for (unsigned int i = 0; i < 4; i++)
		fifo(i, 7);
	for (unsigned int i = 0; i < 4; i++) {
		block(&threads[i == 0 ? 4 : i - 1]);
		assert_runs(&threads[i]);
		/* A FIFO thread has no quantum. */
		pass(10000 * MS);
		assert_runs(&threads[i]);
	}
}

/* A preempted FIFO thread goes on before its equals; one that waited goes behind them. */
static void test_preempted_goes_first_woken_goes_last(void **state)
{
	struct thread *a = fifo(0, 5), *b = fifo(1, 5), *high;

	(void)state;
	assert_runs(a);
	high = fifo(2, 6);
	assert_runs(high);
	block(high);
	assert_runs(a);
	block(a);
	assert_runs(b);
	sched_wake(a);
	assert_runs(b);
	block(b);
	sched_wake(b);
	assert_runs(a);
}

static void test_round_robin_interval(void **state)
{
	struct thread *a = rr(0, 5), *b = rr(1, 5);

	(void)state;
	assert_runs(a);
	pass(10 * MS - 1);
	assert_runs(a);
	pass(1);
	assert_runs(b);
	pass(10 * MS);
	assert_runs(a);
	/* A preemption does not cost what is left of the interval. */
	pass(4 * MS);
	fifo(2, 9);
	assert_runs(&threads[2]);
	pass(100 * MS);
	block(&threads[2]);
	assert_runs(a);
	pass(6 * MS - 1);
	assert_runs(a);
	pass(1);
	assert_runs(b);
}

static void test_round_robin_only_among_equals(void **state)
{
	struct thread *a = rr(0, 5);

	(void)state;
	rr(1, 4);
	standard(2, 15);
	assert_runs(a);
	pass(100 * MS);
	assert_runs(a);
	/* Nobody waits for the end of its interval: no timer. */
	assert_int_equal(fake_hart.timer_at, TIME_NEVER);
}

static void test_yield(void **state)
{
	struct thread *a = fifo(0, 5), *b = fifo(1, 5);

	(void)state;
	fifo(2, 4);
	assert_runs(a);
	sched_yield();
	assert_runs(b);
	sched_yield();
	assert_runs(a);
	block(b);
	sched_yield();
	assert_runs(a);
}

static void test_policy_changes_at_once(void **state)
{
	struct thread *a = fifo(0, 5), *b = fifo(1, 4), *c = standard(2, 15);

	(void)state;
	assert_runs(a);
	sched_set_policy(a, ThreadSchedPolicyFifo, 3, 0);
	assert_runs(b);
	sched_set_policy(c, ThreadSchedPolicyRR, 31, 5 * MS);
	assert_runs(c);
	sched_set_policy(b, ThreadSchedPolicyOther, 0, 0);
	block(c);
	assert_runs(a);
	/* Of a blocked thread: it stays blocked. */
	sched_set_policy(c, ThreadSchedPolicyFifo, 30, 0);
	assert_runs(a);
	sched_wake(c);
	assert_runs(c);
	/* Behind equals of the new priority. */
	sched_set_policy(a, ThreadSchedPolicyFifo, 30, 0);
	assert_runs(c);
}

static void test_every_realtime_priority(void **state)
{
	for (ThreadPriority p = 0; p + 1 < RT_PRIORITIES; p++) {
		one_hart_setup(state);
		fifo(0, p);
		assert_runs(&threads[0]);
		rr(1, p + 1);
		assert_runs(&threads[1]);
		block(&threads[1]);
		assert_runs(&threads[0]);
		/* Its queue is known to be empty again. */
		block(&threads[0]);
		standard(2, 0);
		assert_runs(&threads[2]);
	}
}

static void test_idle_sleeps_until_a_deadline(void **state)
{
	struct thread *a = fifo(0, 5);
	u64 start = fake_cpu.time;

	(void)state;
	assert_runs(a);
	timer_arm(&fake_hart.rq.timers, &a->wait_timer, start + 77 * MS);
	block(a);
	assert_runs(a);
	assert_int_equal(fake_cpu.time, start + 77 * MS);
	assert_int_equal(fake_cpu.wfi, 1);
}

static void test_stopped_threads_do_not_run(void **state)
{
	struct thread *a = fifo(0, 5), *b = fifo(1, 5), *c = standard(2, 1);

	(void)state;
	assert_runs(a);
	sched_remove(b, THREAD_STOPPED);
	sched_remove(a, THREAD_STOPPED);
	assert_runs(c);
	assert_int_equal(a->state, THREAD_STOPPED);
	assert_int_equal(b->state, THREAD_STOPPED);
	assert_int_equal(c->state, THREAD_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_HART_TEST(test_higher_priority_preempts),
		ONE_HART_TEST(test_realtime_preempts_standard),
		ONE_HART_TEST(test_fifo_order_within_a_priority),
		ONE_HART_TEST(test_preempted_goes_first_woken_goes_last),
		ONE_HART_TEST(test_round_robin_interval),
		ONE_HART_TEST(test_round_robin_only_among_equals),
		ONE_HART_TEST(test_yield),
		ONE_HART_TEST(test_policy_changes_at_once),
		ONE_HART_TEST(test_every_realtime_priority),
		ONE_HART_TEST(test_idle_sleeps_until_a_deadline),
		ONE_HART_TEST(test_stopped_threads_do_not_run),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}