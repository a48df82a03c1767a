// SPDX-License-Identifier: Apache-2.0
/* Deadlines: core/timer.c against a plain array. */
#include "unit.h"

#include "core/timer.h"
#include "fake/fake.h"

#define TIMERS 300u

static struct timer timers[TIMERS];
static u64 due[TIMERS]; /* model: TIME_NEVER: not armed */
static u64 now;
static u64 last_expired;

static void expired(struct timer *t)
{
	u64 i = (u64)(t - timers);

	assert_null(t->queue);
	assert_int_equal(t->at, due[i]);
	assert_true(t->at <= now);
	/* In order. */
	assert_true(t->at >= last_expired);
	last_expired = t->at;
	due[i] = TIME_NEVER;
}

static void reset(void)
{
	for (unsigned int i = 0; i < TIMERS; i++) {
		timers[i] = (struct timer){ .expired = expired };
		due[i] = TIME_NEVER;
	}
	now = 0;
	last_expired = 0;
}

static u64 earliest(void)
{
	u64 at = TIME_NEVER;

	for (unsigned int i = 0; i < TIMERS; i++)
		at = min_u64(at, due[i]);
	return at;
}

static void test_empty(void **state)
{
	struct timer_queue q = TIMER_QUEUE_EMPTY;

	(void)state;
	reset();
	assert_int_equal(q.next, TIME_NEVER);
	timer_run(&q, TIME_NEVER);
	timer_cancel(&timers[0]);
	assert_int_equal(q.next, TIME_NEVER);
}

static void test_order(void **state)
{
	struct timer_queue q = TIMER_QUEUE_EMPTY;

	(void)state;
	reset();
	for (unsigned int i = 0; i < 10; i++)
		timer_arm(&q, &timers[i], due[i] = 100 + i * 7 % 10);
	assert_int_equal(q.next, 100);
	now = 104;
	timer_run(&q, now);
	assert_int_equal(q.next, 105);
	assert_int_equal(last_expired, 104);
	/* The deadline itself counts. */
	now = 105;
	timer_run(&q, now);
	assert_int_equal(q.next, 106);
	now = 1000;
	timer_run(&q, now);
	assert_int_equal(q.next, TIME_NEVER);
	assert_int_equal(earliest(), TIME_NEVER);
}

static struct timer_queue *rearm_queue;

static void rearm(struct timer *t)
{
	if (t->at < 50)
		timer_arm(rearm_queue, t, t->at + 10);
}

static void test_armed_again_by_its_function(void **state)
{
	struct timer_queue q = TIMER_QUEUE_EMPTY;
	struct timer t = { .expired = rearm };

	(void)state;
	rearm_queue = &q;
	timer_arm(&q, &t, 5);
	timer_run(&q, 30);
	assert_int_equal(q.next, 35);
	timer_run(&q, 1000);
	assert_null(t.queue);
	assert_int_equal(t.at, 55);
	rearm_queue = NULL;
}

static void test_random_against_model(void **state)
{
	struct timer_queue q = TIMER_QUEUE_EMPTY;
	u64 random = TEST_SEED;

	(void)state;
	reset();
	for (unsigned int turn = 0; turn < 50000; turn++) {
		u64 i = test_random(&random) % TIMERS;

		switch (test_random(&random) % 8) {
		case 0:
			now += test_random(&random) % 50;
			last_expired = 0;
			timer_run(&q, now);
			assert_true(earliest() > now);
			break;
		case 1:
		case 2:
			timer_cancel(&timers[i]);
			due[i] = TIME_NEVER;
			break;
		default:
			if (timers[i].queue)
				break;
			due[i] = now + test_random(&random) % 1000;
			timer_arm(&q, &timers[i], due[i]);
			break;
		}
		assert_int_equal(q.next, earliest());
	}
	now = TIME_NEVER - 1;
	last_expired = 0;
	timer_run(&q, now);
	assert_int_equal(earliest(), TIME_NEVER);
}

static void test_ticks(void **state)
{
	(void)state;
	fake_reset();
	machine.timebase = 10000000;
	assert_int_equal(ticks_from_ms(0), 0);
	assert_int_equal(ticks_from_ms(1), 10000);
	assert_int_equal(ticks_from_ms(1500), 15000000);
	assert_int_equal(ticks_from_ns(0, 1), 1);
	assert_int_equal(ticks_from_ns(0, 100), 1);
	assert_int_equal(ticks_from_ns(0, 101), 2);
	assert_int_equal(ticks_from_ns(2, 999999999), 30000000);
	/* Never early, and never beyond what a deadline can hold. */
	machine.timebase = 32768;
	assert_int_equal(ticks_from_ms(1), 33);
	assert_int_equal(ticks_from_ns(~(u64)0, 999999999), TIME_NEVER / 2);
	assert_int_equal(ticks_from_ms(~(u64)0), TIME_NEVER / 2);
	assert_true(ticks_from_ms(0xfffffffe) < TIME_NEVER / 2);
	machine.timebase = 4000000000;
	assert_int_equal(ticks_from_ns(TIME_NEVER / 2 / 4000000000, 0), TIME_NEVER / 2);
	assert_int_equal(ticks_from_ns(1, 1), 4000000004);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_armed_again_by_its_function),
		cmocka_unit_test(test_random_against_model),
		cmocka_unit_test(test_ticks),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
