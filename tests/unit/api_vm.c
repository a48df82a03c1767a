// SPDX-License-Identifier: Apache-2.0
/*
 * Wrong arguments of the calls on the caller's own memory, on MDL buffers, and of
 * an inspector's: which error, and that nothing has changed; then each once right.
 */
#include "unit.h"

#include "support/family.h"

#define FREE_AT ((u64)0x40000000)
#define MINUS_PAGE (~(u64)PAGE_SIZE + 1)

static void test_own_memory(void **state)
{
#define RANGES(f, ...)                                                                             \
	{ "null", f, { 0, PAGE_SIZE, __VA_ARGS__ }, rcInvalidArgument },                           \
		{ "unaligned", f, { RW_BASE + 1, PAGE_SIZE, __VA_ARGS__ }, rcInvalidArgument },    \
		{ "empty", f, { RW_BASE, 0, __VA_ARGS__ }, rcInvalidArgument },                    \
		{ "size", f, { RW_BASE, PAGE_SIZE + 1, __VA_ARGS__ }, rcInvalidArgument },         \
		{ "wraps", f, { RW_BASE, MINUS_PAGE, __VA_ARGS__ }, rcInvalidArgument },           \
		{ "beyond", f, { 2 * USER_END, PAGE_SIZE, __VA_ARGS__ }, rcInvalidArgument },      \
	{                                                                                          \
		"nothing there", f, { FREE_AT, PAGE_SIZE, __VA_ARGS__ }, rcInvalidOperation        \
	}
	static const struct test_case cases[] = {
		RANGES(FloeFnVmCommit, VMM_FLAG_COMMIT),
		RANGES(FloeFnVmDecommit, 0),
		RANGES(FloeFnVmProtect, R_),
		RANGES(FloeFnVmUnmap, 0),
		{ "flags", FloeFnVmCommit, { RW_BASE, PAGE_SIZE, R_ }, rcInvalidArgument },
		{ "flags", FloeFnVmCommit, { RW_BASE, PAGE_SIZE, 1u << 31 }, rcInvalidArgument },
		{ "hole", FloeFnVmCommit, { RO_BASE, 2 * PAGE_SIZE, 0 }, rcInvalidOperation },
		{ "hole", FloeFnVmDecommit, { RO_BASE, 2 * PAGE_SIZE }, rcInvalidOperation },
		{ "romfs", FloeFnVmDecommit, { VM_ROMFS, PAGE_SIZE }, rcInvalidOperation },
		{ "access", FloeFnVmProtect, { RW_BASE, PAGE_SIZE, 0 }, rcInvalidArgument },
		{ "access", FloeFnVmProtect, { RW_BASE, PAGE_SIZE, 2 }, rcInvalidArgument },
		{ "access", FloeFnVmProtect, { RW_BASE, PAGE_SIZE, 4 }, rcInvalidArgument },
		{ "flags", FloeFnVmProtect, { RW_BASE, PAGE_SIZE, R_ | 8 }, rcInvalidArgument },
		{ "W and X", FloeFnVmProtect, { RW_BASE, PAGE_SIZE, RWX_ }, rcSecurityDisallow },
		{ "hole", FloeFnVmProtect, { RO_BASE, 2 * PAGE_SIZE, R_ }, rcInvalidOperation },
	};

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnVmDecommit, RX_BASE, PAGE_SIZE), rcOk);
	assert_rc(call(FloeFnVmProtect, RX_BASE, PAGE_SIZE, RW_), rcOk);
	assert_rc(call(FloeFnVmCommit, RX_BASE, PAGE_SIZE, VMM_FLAG_LOCKED), rcOk);
	store(RX_BASE, "new", 4); /* it is there at once */
}

/* What is locked has memory once it is committed, whatever else the same call commits. */
static void test_locked_regions(void **state)
{
	u64 size = 4 * PAGE_SIZE, done, used;

	(void)state;
	for (unsigned int which = 0; which < 4; which++) {
		const u64 first = which & 1 ? VMM_FLAG_LOCKED : 0;
		const u64 second = which & 2 ? VMM_FLAG_LOCKED : 0;
		const u64 reserve = RW_ | VMM_FLAG_RESERVE;

		assert_rc(call(FloeFnVmAllocate, FREE_AT, size, reserve | first), rcOk);
		assert_rc(call(FloeFnVmAllocate, FREE_AT + size, size, reserve | second), rcOk);
		used = world_self->vm.used;
		assert_rc(call(FloeFnVmCommit, FREE_AT, 2 * size, VMM_FLAG_COMMIT), rcOk);
		for (done = world_value; done < 2 * size; done += world_value)
			assert_rc(call(FloeFnVmCommit, FREE_AT + done, 2 * size - done,
				       VMM_FLAG_LOCKED),
				  rcOk);
		assert_int_equal(world_self->vm.used - used, which ? 8 : 0);
		for (done = 0; done < 2 * size; done += world_value)
			assert_rc(call(FloeFnVmUnmap, FREE_AT + done, 2 * size - done), rcOk);
	}
}

static void test_mdls(void **state)
{
	static const struct test_case cases[] = {
		{ "null", FloeFnMdlCreate, { PAGE_SIZE, RW_, 0 }, rcInvalidArgument },
		{ "unaligned", FloeFnMdlCreate, { PAGE_SIZE, RW_, OUT_AT + 2 }, rcInvalidArgument },
		{ "empty", FloeFnMdlCreate, { 0, RW_, OUT_AT }, rcInvalidArgument },
		{ "size", FloeFnMdlCreate, { 100, RW_, OUT_AT }, rcInvalidArgument },
		{ "access", FloeFnMdlCreate, { PAGE_SIZE, 2, OUT_AT }, rcInvalidArgument },
		{ "flags", FloeFnMdlCreate, { PAGE_SIZE, RW_ | 16, OUT_AT }, rcInvalidArgument },
		{ "W and X", FloeFnMdlCreate, { PAGE_SIZE, RWX_, OUT_AT }, rcSecurityDisallow },
		{ "memory", FloeFnMdlCreate, { PAGE_SIZE, RW_, UNMAPPED }, rcTargetFault },
		{ "limit", FloeFnMdlCreate, { USER_END, RW_, OUT_AT }, rcQuotaExceeded },
		{ "null",
		  FloeFnMdlCreateFromVm,
		  { RW_BASE, PAGE_SIZE, RW_, 0 },
		  rcInvalidArgument },
		{ "unaligned",
		  FloeFnMdlCreateFromVm,
		  { RW_BASE + 8, PAGE_SIZE, RW_, OUT_AT },
		  rcInvalidArgument },
		{ "W and X",
		  FloeFnMdlCreateFromVm,
		  { RW_BASE, PAGE_SIZE, RWX_, OUT_AT },
		  rcSecurityDisallow },
		{ "uncommitted",
		  FloeFnMdlCreateFromVm,
		  { FREE_AT, PAGE_SIZE, RW_, OUT_AT },
		  rcInvalidOperation },
		{ "romfs",
		  FloeFnMdlCreateFromVm,
		  { VM_ROMFS, PAGE_SIZE, RW_, OUT_AT },
		  rcNoCapability },
		{ "null", FloeFnMdlMap, { MDL, 0, PAGE_SIZE, 0, R_, 0 }, rcInvalidArgument },
		{ "offset", FloeFnMdlMap, { MDL, 8, PAGE_SIZE, 0, R_, OUT_AT }, rcInvalidArgument },
		{ "beyond",
		  FloeFnMdlMap,
		  { MDL, 4 * PAGE_SIZE, PAGE_SIZE, 0, R_, OUT_AT },
		  rcInvalidArgument },
		{ "wraps",
		  FloeFnMdlMap,
		  { MDL, MINUS_PAGE, 2 * PAGE_SIZE, 0, R_, OUT_AT },
		  rcInvalidArgument },
		{ "hint",
		  FloeFnMdlMap,
		  { MDL, 0, PAGE_SIZE, USER_END, R_, OUT_AT },
		  rcInvalidArgument },
		{ "taken",
		  FloeFnMdlMap,
		  { MDL, 0, PAGE_SIZE, RW_BASE, R_, OUT_AT },
		  rcAlreadyExists },
		{ "ceiling", FloeFnMdlMap, { MDL, 0, PAGE_SIZE, 0, RW_, OUT_AT }, rcNoCapability },
		{ "type", FloeFnMdlMap, { EMPTY, 0, PAGE_SIZE, 0, R_, OUT_AT }, rcInvalidArgument },
		{ "closed",
		  FloeFnMdlMap,
		  { CLOSED, 0, PAGE_SIZE, 0, R_, OUT_AT },
		  rcInvalidArgument },
		/* The handle comes before the memory behind the pointer. */
		{ "type",
		  FloeFnMdlMap,
		  { NOTICE, 0, PAGE_SIZE, 0, R_, UNMAPPED },
		  rcInvalidArgument },
		{ "memory", FloeFnMdlMap, { MDL, 0, PAGE_SIZE, 0, R_, RO_BASE }, rcTargetFault },
		{ "null", FloeFnMdlGetSize, { MDL, 0 }, rcInvalidArgument },
		{ "type", FloeFnMdlGetSize, { NOTICE, UNMAPPED }, rcInvalidArgument },
		{ "memory", FloeFnMdlGetSize, { MDL, UNMAPPED }, rcTargetFault },
	};

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnMdlCreate, PAGE_SIZE, RW_, OUT_AT), rcOk);
	assert_rc(call(FloeFnMdlGetSize, load_u32(OUT_AT), OUT_AT + 8), rcOk);
	assert_int_equal(load_u64(OUT_AT + 8), PAGE_SIZE);
	assert_rc(call(FloeFnMdlCreateFromVm, RW_BASE, 2 * PAGE_SIZE, R_, OUT_AT), rcOk);
	assert_rc(
		call(FloeFnMdlMap, load_u32(OUT_AT), PAGE_SIZE, PAGE_SIZE, FREE_AT, R_, OUT_AT + 8),
		rcOk);
	assert_int_equal(load_u64(OUT_AT + 8), FREE_AT);
	assert_ptr_equal(at(FREE_AT), at(RW_BASE + PAGE_SIZE));
}

static void test_inspectors(void **state)
{
	static const struct test_case cases[] = {
		{ "null", FloeFnTaskGetNext, { 0, 0 }, rcInvalidArgument },
		{ "unaligned", FloeFnTaskGetNext, { 0, OUT_AT + 1 }, rcInvalidArgument },
		{ "memory", FloeFnTaskGetNext, { 0, UNMAPPED }, rcTargetFault },
		{ "the last", FloeFnTaskGetNext, { 0xffffffff, OUT_AT }, rcResourceNotFound },
		{ "null", FloeFnSysGetCounters, { 0 }, rcInvalidArgument },
		{ "unaligned", FloeFnSysGetCounters, { OUT_AT + 4 }, rcInvalidArgument },
		{ "memory", FloeFnSysGetCounters, { RO_BASE }, rcTargetFault },
	};
	static const struct test_case forbidden[] = {
		{ "null first", FloeFnTaskGetNext, { 0, 0 }, rcInvalidArgument },
		{ "permission", FloeFnTaskGetNext, { 0, UNMAPPED }, rcSecurityDisallow },
		{ "permission", FloeFnSysGetCounters, { UNMAPPED }, rcSecurityDisallow },
	};
	Pid last = 0;
	u32 found = 0;

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	for (; call(FloeFnTaskGetNext, last, OUT_AT) == rcOk; found++) {
		const struct task *task = world_task_of(load_u32(OUT_AT));

		assert_true(task->pid > last);
		last = task->pid;
		assert_rc(call(FloeFnHandleClose, load_u32(OUT_AT)), rcOk);
	}
	assert_int_equal(found, counters.tasks);
	assert_rc(call(FloeFnSysGetCounters, OUT_AT), rcOk);
	world_self->limits.permissions = 0;
	must_all_fail(forbidden, ARRAY_SIZE(forbidden));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAMILY_TEST(test_own_memory),
		FAMILY_TEST(test_locked_regions),
		FAMILY_TEST(test_mdls),
		FAMILY_TEST(test_inspectors),
	};

	return cmocka_run_group_tests_name("api_vm", tests, NULL, NULL);
}
