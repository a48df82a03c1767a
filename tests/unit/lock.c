// SPDX-License-Identifier: Apache-2.0
/* The lock: who gets it when, and who is woken for it. core/lock.h. */
#include "unit.h"

#include "arch/this_hart.h"
#include "core/lock.h"
#include "fake/fake.h"
#include "support/queued.h"

/* Who sleeps gets the lock, in turn. */
static void test_lock_is_handed_over(void **state)
{
	(void)state;
	assert_false(lock_try());
	lock_release();
	assert_true(lock_try());
	assert_int_equal(lock_word, (u64)&fake_hart);
	lock_release();
	assert_int_equal(lock_word, 0);
	lock_take();
}

static void holder_releases(void)
{
	struct hart *self = fake_this_hart;

	assert_int_equal(lock_word, (u64)harts[2] | LOCK_AWAITED);
	fake_this_hart = harts[2];
	lock_release();
	fake_this_hart = self;
}

static void test_lock_is_awaited(void **state)
{
	(void)state;
	sim_be(2);
	fake_this_hart = harts[1];
	fake_cpu.asleep = holder_releases;
	fake_cpu.wfi = 0;
	fake_cpu.ipi = 0;
	lock_take();
	assert_int_equal(fake_cpu.wfi, 1);
	assert_int_equal(fake_cpu.ipi, 1);
	assert_int_equal(lock_word, (u64)harts[1]);
}

/* The hart that was awaiting it has got it otherwise: nobody is left. */
static void test_lock_is_awaited_by_nobody(void **state)
{
	(void)state;
	lock_word |= LOCK_AWAITED;
	fake_cpu.ipi = 0;
	lock_release();
	assert_int_equal(lock_word, 0);
	assert_int_equal(fake_cpu.ipi, 0);
	lock_take();
}

static void second_waits(void)
{
	struct hart *self = fake_this_hart;

	fake_cpu.asleep = holder_releases;
	fake_this_hart = harts[3];
	lock_take();
	assert_int_equal(lock_word, (u64)harts[3] | LOCK_AWAITED);
	lock_release();
	fake_this_hart = self;
}

/* The next in the order of the harts gets it first, and gives it to the other one. */
static void test_lock_is_awaited_by_two(void **state)
{
	(void)state;
	sim_be(2);
	fake_this_hart = harts[1];
	fake_cpu.asleep = second_waits;
	lock_take();
	assert_int_equal(lock_word, (u64)harts[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALL_HARTS_TEST(test_lock_is_handed_over),
		ALL_HARTS_TEST(test_lock_is_awaited),
		ALL_HARTS_TEST(test_lock_is_awaited_by_two),
		ALL_HARTS_TEST(test_lock_is_awaited_by_nobody),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
