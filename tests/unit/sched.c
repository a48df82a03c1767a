// SPDX-License-Identifier: Apache-2.0
/* The scheduler under a clock that the tests set: core/sched.c. */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/lock.h"
#include "core/task.h"
#include "core/thread.h"
#include "fake/fake.h"
#include "support/world.h"

#define THREADS 6u

static struct thread threads[THREADS];

static void expired(struct timer *t)
{
	sched_wake(container_of(t, struct thread, wait_timer));
}

static int setup(void **state)
{
	static struct task task;

	(void)state;
	fake_reset();
	lock_take();
	for (unsigned int i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ .hart = &fake_hart, .task = &task };
		threads[i].wait_timer.expired = expired;
		list_init(&threads[i].ready);
		list_init(&threads[i].waiting);
	}
	return 0;
}

static struct thread *make(unsigned int i, ThreadSchedPolicy policy, ThreadPriority priority)
{
	sched_set_policy(&threads[i], policy, priority, 10 * MS);
	return &threads[i];
}

static struct thread *start(unsigned int i, ThreadSchedPolicy policy, ThreadPriority priority)
{
	struct thread *t = make(i, policy, priority);

	sched_wake(t);
	return t;
}

#define fifo(i, p) start(i, ThreadSchedPolicyFifo, p)
#define rr(i, p) start(i, ThreadSchedPolicyRR, p)
#define standard(i, p) start(i, ThreadSchedPolicyOther, p)

/* Time passes; the timer interrupt comes when it is due. */
static void pass(u64 ticks)
{
	u64 end = fake_cpu.time + ticks;

	while (fake_hart.timer_at <= end) {
		fake_cpu.time = max_u64(fake_cpu.time, fake_hart.timer_at);
		sched_timer_interrupt();
		sched_work();
	}
	fake_cpu.time = end;
}

#define assert_runs(thread) assert_ptr_equal(sched_work(), thread)

static void block(struct thread *t)
{
	sched_remove(t, THREAD_BLOCKED);
}

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

		setup(state);
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

static void test_standard_quantum(void **state)
{
	(void)state;
	for (ThreadPriority p = 0; p < STD_PRIORITIES; p++) {
		struct thread *a, *b;

		setup(state);
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
		setup(state);
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
		cmocka_unit_test_setup(test_higher_priority_preempts, setup),
		cmocka_unit_test_setup(test_realtime_preempts_standard, setup),
		cmocka_unit_test_setup(test_standard_never_preempts_standard, setup),
		cmocka_unit_test_setup(test_fifo_order_within_a_priority, setup),
		cmocka_unit_test_setup(test_preempted_goes_first_woken_goes_last, setup),
		cmocka_unit_test_setup(test_round_robin_interval, setup),
		cmocka_unit_test_setup(test_round_robin_only_among_equals, setup),
		cmocka_unit_test_setup(test_yield, setup),
		cmocka_unit_test_setup(test_standard_quantum, setup),
		cmocka_unit_test_setup(test_higher_standard_priority_gets_more, setup),
		cmocka_unit_test_setup(test_equal_standard_threads_share_alike, setup),
		cmocka_unit_test_setup(test_waiting_gives_no_extra_turns, setup),
		cmocka_unit_test_setup(test_changes_give_no_extra_turns, setup),
		cmocka_unit_test_setup(test_tickless_with_one_thread, setup),
		cmocka_unit_test_setup(test_policy_changes_at_once, setup),
		cmocka_unit_test_setup(test_every_realtime_priority, setup),
		cmocka_unit_test_setup(test_idle_sleeps_until_a_deadline, setup),
		cmocka_unit_test_setup(test_stopped_threads_do_not_run, setup),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
