// SPDX-License-Identifier: Apache-2.0
/* Calls on memory, notices, random numbers and the caller itself. */
#include "unit.h"

#include "core/page.h"
#include "core/region.h"
#include "fake/fake.h"
#include "support/refused.h"
#include "support/vm_snapshot.h"

#include <stdlib.h>
#include <string.h>

#define RESERVE ((u64)VMM_FLAG_RESERVE)
#define NOW (RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)
#define USER_END ((u64)1 << 39)
#define FREE_AT ((gpa_t)0x50000000)

static void test_wrong_ranges(void **state)
{
	static const struct refused_call cases[] = {
		{ FloeFnVmAllocate, { 0, 0, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, 1, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE + 1, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 1, PAGE_SIZE, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { USER_END, PAGE_SIZE, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate,
		  { USER_END - PAGE_SIZE, 2 * PAGE_SIZE, RESERVE | RW_ },
		  rcInvalidArgument },
		{ FloeFnVmAllocate, { PAGE_SIZE, USER_END, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { FREE_AT, ~PAGE_MASK, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { ~PAGE_MASK, PAGE_SIZE, RESERVE | RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE, RW_ }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE, RESERVE }, rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE, RESERVE | VMM_FLAG_WRITE }, rcInvalidArgument },
		{ FloeFnVmAllocate,
		  { 0, PAGE_SIZE, RESERVE | VMM_FLAG_EXECUTE },
		  rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE, RESERVE | RW_ | 0x1000 }, rcInvalidArgument },
		{ FloeFnVmAllocate,
		  { 0, PAGE_SIZE, RESERVE | RW_ | (u64)1 << 32 },
		  rcInvalidArgument },
		{ FloeFnVmAllocate, { 0, PAGE_SIZE, RESERVE | RWX_ }, rcSecurityDisallow },
		{ FloeFnVmAllocate, { RW_BASE, PAGE_SIZE, RESERVE | RW_ }, rcAlreadyExists },
		{ FloeFnVmAllocate,
		  { RW_BASE - PAGE_SIZE, 3 * PAGE_SIZE, RESERVE | RW_ },
		  rcAlreadyExists },
		{ FloeFnVmUnmap, { 0, PAGE_SIZE }, rcInvalidArgument },
		{ FloeFnVmUnmap, { FREE_AT, 0 }, rcInvalidArgument },
		{ FloeFnVmUnmap, { FREE_AT + 1, PAGE_SIZE }, rcInvalidArgument },
		{ FloeFnVmUnmap, { FREE_AT, PAGE_SIZE + 1 }, rcInvalidArgument },
		{ FloeFnVmUnmap, { RW_BASE, ~PAGE_MASK }, rcInvalidArgument },
		{ FloeFnVmUnmap, { (u64)1 << 41, PAGE_SIZE }, rcInvalidArgument },
		{ FloeFnVmUnmap, { ~PAGE_MASK, PAGE_SIZE }, rcInvalidArgument },
		{ FloeFnVmUnmap, { FREE_AT, PAGE_SIZE }, rcInvalidOperation },
		{ FloeFnVmUnmap, { RW_BASE, (RW_PAGES + 1) << PAGE_SHIFT }, rcInvalidOperation },
		{ FloeFnVmUnmap, { VM_ROMFS, PAGE_SIZE }, rcInvalidOperation },
		{ FloeFnVmUnmap, { VM_TRAP_PAGE, PAGE_SIZE }, rcInvalidOperation },
	};
	struct refused_call pcb = { FloeFnVmUnmap, { 0, PAGE_SIZE }, rcInvalidOperation };

	(void)state;
	must_refuse_all(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnTaskGetPcb), rcOk);
	pcb.a[0] = world_value;
	must_refuse(&pcb);
}

static void test_failing_allocations(void **state)
{
	static const struct {
		u64 function;
		u64 a[6];
	} calls[] = {
		{ FloeFnVmAllocate, { FREE_AT, 20 * PAGE_SIZE, NOW | RW_ } },
		{ FloeFnVmAllocate, { 0, 20 * PAGE_SIZE, RESERVE | RW_ } },
		{ FloeFnVmSegInitFromBuf, { OUT_AT, IN_AT } },
		{ FloeFnVmSegInitFromVm, { OUT_AT, 0, VM_ROMFS, PAGE_SIZE, R_ } },
		{ FloeFnNoticeCreate, { OUT_AT } },
	};
	FloeSegFromBuf f = {
		.size = 30 * PAGE_SIZE, .flags = R_, .buf = (void *)BUFFER_AT, .bufSize = 100
	};

	(void)state;
	store(IN_AT, &f, sizeof(f));
	for (size_t c = 0; c < ARRAY_SIZE(calls); c++)
		for (unsigned int n = 0;; n++) {
			struct vm_snapshot *before = vm_snapshot(&world_self->vm);
			u32 handles = world_self->handles.count;
			Retcode rc;

			memory_fail(FAIL_FROM, n);
			rc = world_call(calls[c].function, calls[c].a);
			if (!memory_fail_end()) {
				assert_rc(rc, rcOk);
				free(before);
				break;
			}
			assert_rc(rc, rcOutOfMemory);
			assert_int_equal(world_self->handles.count, handles);
			vm_snapshot_compare(before, &world_self->vm);
		}
}

static void test_wrong_arguments_of_the_rest(void **state)
{
	static const struct refused_call cases[] = {
		{ FloeFnTaskFreeEnv, { 0 }, rcInvalidOperation },
		{ FloeFnTaskGetName, { 0, 10 }, rcInvalidArgument },
		{ FloeFnTaskGetName, { OUT_AT, 0 }, rcInvalidArgument },
		{ FloeFnTaskGetName, { OUT_AT, 6 }, rcBufferTooSmall },
		{ FloeFnTaskGetName, { UNMAPPED, 10 }, rcTargetFault },
		{ FloeFnTaskGetName, { RO_BASE, 10 }, rcTargetFault },
		{ FloeFnTaskGetPath, { 0, 10 }, rcInvalidArgument },
		{ FloeFnTaskGetPath, { UNMAPPED, 10 }, rcTargetFault },
		{ FloeFnHandleClose, { 0 }, rcInvalidArgument },
		{ FloeFnHandleClose, { INVALID_HANDLE }, rcInvalidArgument },
		{ FloeFnHandleClose, { 999 }, rcInvalidArgument },
		{ FloeFnNoticeCreate, { 0 }, rcInvalidArgument },
		{ FloeFnNoticeCreate, { OUT_AT + 1 }, rcInvalidArgument },
		{ FloeFnNoticeCreate, { UNMAPPED }, rcTargetFault },
		{ FloeFnRandomGenerate, { 0, OUT_AT }, rcInvalidArgument },
		{ FloeFnRandomGenerate, { 8, 0 }, rcInvalidArgument },
		{ FloeFnRandomGenerate, { 65537, OUT_AT }, rcBufferTooLarge },
		{ FloeFnRandomGenerate, { ~(u64)0, OUT_AT }, rcBufferTooLarge },
		{ FloeFnRandomGenerate, { 8, UNMAPPED }, rcTargetFault },
		{ FloeFnRandomGenerate, { 8, RO_BASE }, rcTargetFault },
		{ FloeFnCount, { 0 }, rcUnimplemented },
		{ FloeFnCount + 1, { 0 }, rcUnimplemented },
		{ ~(u64)0, { 0 }, rcUnimplemented },
		{ (u64)1 << 32 | FloeFnAbiVersion, { 0 }, rcUnimplemented },
	};

	(void)state;
	must_refuse_all(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnAbiVersion), rcOk);
	assert_int_equal(world_value, FLOE_ABI_VERSION);
	assert_rc(call(FloeFnTaskGetName, OUT_AT, 7), rcOk);
	assert_string_equal(at(OUT_AT), "caller");
	assert_rc(call(FloeFnTaskGetPath, OUT_AT, 1), rcOk);
	assert_string_equal(at(OUT_AT), "");
}

static void test_random_fills_just_the_buffer(void **state)
{
	const u8 *bytes = at(OUT_AT);
	u8 changes[18] = { 0 }, before[18] = { 0 };

	(void)state;
	memset(at(OUT_AT), 0x11, 64);
	for (unsigned int draw = 0; draw < 64; draw++) {
		assert_rc(call(FloeFnRandomGenerate, 13, OUT_AT + 5), rcOk);
		assert_int_equal(world_value, 13);
		for (unsigned int i = 5; i < 18; i++)
			changes[i] += bytes[i] != before[i];
		memcpy(before, bytes, sizeof(before));
	}
	for (unsigned int i = 0; i < 64; i++)
		if (i < 5 || i >= 18)
			assert_int_equal(bytes[i], 0x11);
		else
			assert_true(changes[i] > 50);
	/* Of much it does a portion. */
	memset(at(BUFFER_AT + PAGE_SIZE), 0x11, 1024);
	assert_rc(call(FloeFnRandomGenerate, 65536, BUFFER_AT + PAGE_SIZE - 300), rcOk);
	assert_int_equal(world_value, 512);
	assert_int_not_equal(load_u64(BUFFER_AT + PAGE_SIZE + 204), 0x1111111111111111);
	assert_int_equal(load_u64(BUFFER_AT + PAGE_SIZE + 212), 0x1111111111111111);
}

static void test_allocate_and_unmap(void **state)
{
	u64 used = vm_used(&world_self->vm), place;
	unsigned int fences;

	(void)state;
	assert_rc(call(FloeFnVmAllocate, 0, 8 * PAGE_SIZE, RESERVE | VMM_FLAG_COMMIT | RW_), rcOk);
	place = world_value;
	assert_in_range(place, VM_AUTO_MIN, VM_AUTO_END);
	fences = fake_cpu.fence_vmid + fake_cpu.fence_page;
	assert_rc(call(FloeFnRandomGenerate, 100, place + 3 * PAGE_SIZE - 50), rcOk);
	/* The hart may remember of each page that it was not there. */
	assert_int_equal(fake_cpu.fence_vmid + fake_cpu.fence_page, fences + 2);
	assert_true(vm_used(&world_self->vm) >= used + 2);
	assert_rc(call(FloeFnVmUnmap, place, 8 * PAGE_SIZE), rcOk);
	assert_int_equal(vm_used(&world_self->vm), used);
	assert_rc(call(FloeFnRandomGenerate, 100, place), rcTargetFault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_wrong_ranges),
		WORLD_TEST(test_failing_allocations),
		WORLD_TEST(test_wrong_arguments_of_the_rest),
		WORLD_TEST(test_random_fills_just_the_buffer),
		WORLD_TEST(test_allocate_and_unmap),
	};

	return cmocka_run_group_tests_name("api_memory", tests, NULL, NULL);
}
