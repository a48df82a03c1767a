// SPDX-License-Identifier: Apache-2.0
/* The SDK's time functions at their edges: rounding, odd rates, times that do not fit. */
#include "unit.h"

#include "../../guest/sdk/lib/ticks.h"

#define SEC(s, ns) (&(struct timespec){ .tv_sec = (s), .tv_nsec = (ns) })

static void assert_time(i64 sec, long nsec, struct timespec seen)
{
	assert_int_equal(sec, seen.tv_sec);
	assert_int_equal(nsec, seen.tv_nsec);
}

static void test_ticks_become_seconds(void **state)
{
	(void)state;
	assert_time(0, 0, ticks_to_timespec(0, 10000000));
	assert_time(0, 100, ticks_to_timespec(1, 10000000));
	assert_time(1, 999999900, ticks_to_timespec(19999999, 10000000));
	assert_time(0, 30517, ticks_to_timespec(1, 32768));
	assert_time(58494241735, 507203243, ticks_to_timespec(UINT64_MAX, 315360000));
	assert_time(1152921504, 606846975, ticks_to_timespec(UINT64_MAX, 16000000000ull));
}

static void test_seconds_become_ticks_rounded_up(void **state)
{
	(void)state;
	assert_int_equal(0, ticks_from_timespec(SEC(0, 0), 10000000));
	assert_int_equal(1, ticks_from_timespec(SEC(0, 1), 10000000));
	assert_int_equal(1, ticks_from_timespec(SEC(0, 100), 10000000));
	assert_int_equal(2, ticks_from_timespec(SEC(0, 101), 10000000));
	assert_int_equal(30000000, ticks_from_timespec(SEC(2, 999999999), 10000000));
	assert_int_equal(16000000000ull,
			 ticks_from_timespec(SEC(0, 999999999), 16000000000ull) + 16);
}

/* What is waited for has come when the clock says so, not a nanosecond earlier. */
static void test_there_and_back_is_not_before(void **state)
{
	static const u64 rates[] = {
		1, 32768, 1000000, 10000000, 24000000, 1000000000, 3333333333
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (long nsec = 0; nsec < 1000000000; nsec += 999983) {
			struct timespec time = { .tv_sec = 7, .tv_nsec = nsec };
			u64 ticks = ticks_from_timespec(&time, rates[i]);
			struct timespec then = ticks_to_timespec(ticks, rates[i]);
			struct timespec before = ticks_to_timespec(ticks - 1, rates[i]);

			assert_true(then.tv_sec > 7 || then.tv_nsec >= nsec);
			assert_true(before.tv_sec < 7 || before.tv_nsec < nsec);
		}
}

static void test_a_time_beyond_all_is_never(void **state)
{
	(void)state;
	assert_int_equal(UINT64_MAX, ticks_from_timespec(SEC(INT64_MAX, 999999999), 10000000));
	assert_int_equal(UINT64_MAX, ticks_from_timespec(SEC(1844674407371, 0), 10000000));
	assert_int_equal(1844674407370ull * 10000000,
			 ticks_from_timespec(SEC(1844674407370, 0), 10000000));
	/* The seconds fit, and what comes on top does not. */
	assert_int_equal(UINT64_MAX, ticks_from_timespec(SEC(1844674407370, 999999999), 10000000));
}

static void test_what_is_no_time(void **state)
{
	(void)state;
	assert_true(ticks_is_time(SEC(0, 0)) && ticks_is_time(SEC(INT64_MAX, 999999999)));
	assert_false(ticks_is_time(SEC(-1, 0)));
	assert_false(ticks_is_time(SEC(0, -1)));
	assert_false(ticks_is_time(SEC(0, 1000000000)));
}

static void test_a_sleep_is_rounded_up_and_in_pieces(void **state)
{
	(void)state;
	assert_int_equal(0, ticks_to_sleep(0, 10000000));
	assert_int_equal(1, ticks_to_sleep(1, 10000000));
	assert_int_equal(1, ticks_to_sleep(10000, 10000000));
	assert_int_equal(2, ticks_to_sleep(10001, 10000000));
	assert_int_equal(1, ticks_to_sleep(32, 32768));
	assert_int_equal(2, ticks_to_sleep(33, 32768));
	assert_int_equal(1000000000, ticks_to_sleep(UINT64_MAX, 10000000));
	assert_int_equal(1000000000, ticks_to_sleep(UINT64_MAX, 16000000000ull));
}

static void test_units_of_a_second(void **state)
{
	(void)state;
	assert_int_equal(0, ticks_to_units(9, 10000000, 1000000));
	assert_int_equal(1, ticks_to_units(10, 10000000, 1000000));
	assert_int_equal(1844674407370955161ull, ticks_to_units(UINT64_MAX, 10000000, 1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ticks_become_seconds),
		cmocka_unit_test(test_seconds_become_ticks_rounded_up),
		cmocka_unit_test(test_there_and_back_is_not_before),
		cmocka_unit_test(test_a_time_beyond_all_is_never),
		cmocka_unit_test(test_what_is_no_time),
		cmocka_unit_test(test_a_sleep_is_rounded_up_and_in_pieces),
		cmocka_unit_test(test_units_of_a_second),
	};

	return cmocka_run_group_tests_name("ticks", tests, NULL, NULL);
}
