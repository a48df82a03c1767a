// SPDX-License-Identifier: Apache-2.0
/* Wrong sizes, classes, priorities and segments of calls on tasks; that nothing has changed. */
#include "unit.h"

#include "support/family.h"

#include <string.h>

#define FLAGS(f) ((u64)(f) << 32)

static void test_sizes(void **state)
{
	static const struct test_case cases[] = {
		{ "0", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "33", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, 33 }, rcBufferTooLarge },
		{ "much", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, ~(u64)0 }, rcBufferTooLarge },
		{ "end", FloeFnTaskReseedAslr, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "0", FloeFnTaskSetElfHdr, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "1025", FloeFnTaskSetElfHdr, { EMPTY, BUFFER_AT, 1025 }, rcBufferTooLarge },
		{ "end", FloeFnTaskSetElfHdr, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "0", FloeFnTaskSetEnv, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "131073", FloeFnTaskSetEnv, { EMPTY, BUFFER_AT, 131073 }, rcBufferTooLarge },
		{ "end", FloeFnTaskSetEnv, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 0, SEG_AT, 1 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 1, SEG_AT, 0 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 4097, SEG_AT, 1 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 24, SEG_AT, 4097 },
		  rcInvalidArgument },
		/* The two tables do not fit at one address: nothing stays mapped. */
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 24, SEG_AT, 24 },
		  rcAlreadyExists },
		{ "path", FloeFnTaskSetPath, { EMPTY, LONG_AT }, rcBufferTooLarge },
		{ "path", FloeFnTaskSetPath, { EMPTY, LAST_BYTE + 1 }, rcSourceFault },
	};

	(void)state;
	*(char *)at(LAST_BYTE) = 'x';
	must_all_fail(cases, ARRAY_SIZE(cases));
}

static void test_scheduling(void **state)
{
	static const struct test_case cases[] = {
		{ "class", FloeFnTaskSetInitialPolicy, { ENTRY_SET, 3, 0, 0 }, rcInvalidArgument },
		{ "class",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, FLAGS(1), 0, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 0, 16, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 1, 32, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 32, 0 },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 0, 1, PARAM_AT },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 1, 1, PARAM_AT },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 1, PARAM_AT + 4 },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 1, UNMAPPED },
		  rcSourceFault },
		{ "priority",
		  FloeFnTaskSetInitialThreadPriority,
		  { ENTRY_SET, 16 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialThreadPriority,
		  { ENTRY_SET, 32 },
		  rcInvalidArgument },
		/* Beyond every class's range it does not matter whose. */
		{ "priority", FloeFnTaskSetInitialThreadPriority, { 0, 32 }, rcInvalidArgument },
		{ "state first",
		  FloeFnTaskSetInitialPolicy,
		  { EMPTY, 2, 1, UNMAPPED },
		  rcInvalidOperation },
	};
	static const RtlTimeSpec intervals[] = { { 0, 0 }, { 0, 1000000000 }, { 1, 0xffffffff } };
	struct test_case t = { "interval",
			       FloeFnTaskSetInitialPolicy,
			       { ENTRY_SET, 2, 1, PARAM_AT },
			       rcInvalidArgument };

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		store(PARAM_AT, &intervals[i], sizeof(intervals[i]));
		must_fail(&t);
	}
	/* After a change of class the other range counts. */
	assert_rc(call(FloeFnTaskSetInitialPolicy, resolve(ENTRY_SET), 1, 31, 0), rcOk);
	assert_rc(call(FloeFnTaskSetInitialThreadPriority, resolve(ENTRY_SET), 20), rcOk);
}

static void test_budgets(void **state)
{
	static const struct test_case cases[] = {
		{ "0", FloeFnTaskSetCpuBudget, { EMPTY, 0, 10000, 0 }, rcInvalidArgument },
		{ "little", FloeFnTaskSetCpuBudget, { EMPTY, 9, 10000, 0 }, rcInvalidArgument },
		{ "period", FloeFnTaskSetCpuBudget, { EMPTY, 10, 99, 0 }, rcInvalidArgument },
		{ "period", FloeFnTaskSetCpuBudget, { EMPTY, 10, 10000001, 0 }, rcInvalidArgument },
		{ "much", FloeFnTaskSetCpuBudget, { EMPTY, 64001, 1000, 0 }, rcInvalidArgument },
		{ "flags", FloeFnTaskSetCpuBudget, { EMPTY, 10, 1000, 2 }, rcInvalidArgument },
	};
	struct test_case forbidden = {
		"permission", FloeFnTaskSetCpuBudget, { EMPTY, 10, 100, 0 }, rcSecurityDisallow
	};

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnTaskSetCpuBudget, resolve(EMPTY), 10, 10000000, 1), rcOk);
	world_self->limits.permissions &= ~(u32)TaskMaySchedule;
	must_fail(&forbidden);
}

/* More about the values in tests/unit/window.c, without processes: here there are several. */
static void test_windows(void **state)
{
	static const struct test_case cases[] = {
		{ "cpu", FloeFnSchedAddWindow, { 10000, 1, 0, 1000 }, rcInvalidArgument },
		{ "cpu", FloeFnSchedAddWindow, { 10000, 1ul << 32, 0, 1000 }, rcInvalidArgument },
		{ "frame", FloeFnSchedAddWindow, { 10000001, 0, 0, 1000 }, rcInvalidArgument },
		{ "start", FloeFnSchedAddWindow, { 10000, 0, 9001, 1000 }, rcInvalidArgument },
		{ "short", FloeFnSchedAddWindow, { 10000, 0, 0, 99 }, rcInvalidArgument },
		{ "late", FloeFnSchedAddWindow, { 10000, 0, 0, 1000 }, rcInvalidOperation },
	};
	struct test_case forbidden = {
		"permission", FloeFnSchedAddWindow, { 10000, 0, 0, 1000 }, rcSecurityDisallow
	};

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	world_self->limits.permissions &= ~(u32)TaskMaySchedule;
	must_fail(&forbidden);
	/* Wrong arguments come before missing permission. */
	must_all_fail(cases, ARRAY_SIZE(cases) - 1);
}

static void test_segments(void **state)
{
	const Handle mdl = (Handle)stand_in[MDL - EMPTY];
	const struct {
		VmSeg seg;
		Retcode rc;
	} segments[] = {
		{ { mdl, 0x10001, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 1, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE + 1, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, 0, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, 0, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, VMM_FLAG_WRITE, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, VMM_FLAG_EXECUTE, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, R_ | VMM_FLAG_COMMIT, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, USER_END, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, USER_END - PAGE_SIZE, 0, 2 * PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, 0x10000, 4 * PAGE_SIZE, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, 5 * PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, ~PAGE_MASK, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, PAGE_SIZE, ~PAGE_MASK, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { 0, 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { (Handle)stand_in[NOTICE - EMPTY], 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { (Handle)stand_in[CLOSED - EMPTY], 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, RW_, 0, NULL, 0 }, rcNoCapability },
		{ { mdl, 0x10000, 0, PAGE_SIZE, RX_, 0, NULL, 0 }, rcNoCapability },
	};
	static const struct test_case load = {
		"segment", FloeFnTaskLoadSeg, { EMPTY, SEG_AT, OUT_AT }, 0
	};
	static const struct test_case syms = {
		"segment", FloeFnTaskLoadElfSyms, { EMPTY, SEG_AT, 24, FREE_SEG_AT, 24 }, 0
	};
	struct test_case t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
		store(SEG_AT, &segments[i].seg, sizeof(VmSeg));
		t = load;
		t.rc = segments[i].rc;
		must_fail(&t);
		t = syms;
		t.rc = segments[i].rc;
		must_fail(&t);
		t.a[1] = FREE_SEG_AT;
		t.a[3] = SEG_AT;
		must_fail(&t);
	}
	/* Where something is already. */
	write_inputs();
	assert_rc(call(FloeFnTaskLoadSeg, resolve(EMPTY), SEG_AT, OUT_AT), rcOk);
	assert_int_equal(load_u64(OUT_AT), 0x10000);
	t = load;
	t.rc = rcAlreadyExists;
	must_fail(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAMILY_TEST(test_sizes),   FAMILY_TEST(test_scheduling), FAMILY_TEST(test_budgets),
		FAMILY_TEST(test_windows), FAMILY_TEST(test_segments),
	};

	return cmocka_run_group_tests_name("api_values", tests, NULL, NULL);
}
