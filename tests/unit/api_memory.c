// SPDX-License-Identifier: Apache-2.0
/* Calls on memory, notices, random numbers and the caller itself. */
#include "unit.h"

#include "core/page.h"
#include "core/region.h"
#include "fake/fake.h"
#include "support/vm_snapshot.h"
#include "support/world.h"

#include <stdlib.h>
#include <string.h>

#define RESERVE ((u64)VMM_FLAG_RESERVE)
#define NOW (RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)
#define USER_END ((u64)1 << 39)
#define FREE_AT ((gpa_t)0x50000000)

struct test_case {
	u64 function;
	u64 a[6];
	Retcode rc;
};

static void must_fail(const struct test_case *t)
{
	struct vm_snapshot *self = vm_snapshot(&world_self->vm);
	u32 handles = world_self->handles.count;
	Retcode rc = world_call(t->function, t->a);

	if (rc != t->rc)
		fail_msg("function %u (0x%lx, 0x%lx, 0x%lx, 0x%lx, 0x%lx): %d instead of %d",
			 (unsigned int)t->function, t->a[0], t->a[1], t->a[2], t->a[3], t->a[4], rc,
			 t->rc);
	assert_int_equal(world_value, 0);
	assert_int_equal(world_self->handles.count, handles);
	vm_snapshot_compare(self, &world_self->vm);
}

static void must_all_fail(const struct test_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		must_fail(&cases[i]);
}

static void test_wrong_ranges(void **state)
{
	static const struct test_case cases[] = {
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
	struct test_case pcb = { FloeFnVmUnmap, { 0, PAGE_SIZE }, rcInvalidOperation };

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnTaskGetPcb), rcOk);
	pcb.a[0] = world_value;
	must_fail(&pcb);
}

static void test_segment_of_own_memory(void **state)
{
#define FROM_VM(out, load, addr, size, flags, rc)                                                  \
	{                                                                                          \
		FloeFnVmSegInitFromVm, { out, load, addr, size, flags }, rc                        \
	}
	static const struct test_case cases[] = {
		FROM_VM(0, 0, RW_BASE, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT + 4, 0, RW_BASE, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 1, RW_BASE, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE + 8, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, 0, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, 100, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, 0, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, (u64)1 << 50, PAGE_SIZE, R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, 0, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, VMM_FLAG_WRITE, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, RESERVE | R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, RWX_, rcSecurityDisallow),
		FROM_VM(UNMAPPED, 0, RW_BASE, PAGE_SIZE, R_, rcTargetFault),
		FROM_VM(RO_BASE, 0, RW_BASE, PAGE_SIZE, R_, rcTargetFault),
		FROM_VM(OUT_AT, 0, FREE_AT, PAGE_SIZE, R_, rcInvalidOperation),
		FROM_VM(OUT_AT, 0, RW_BASE, (RW_PAGES + 1) << PAGE_SHIFT, R_, rcInvalidOperation),
		FROM_VM(OUT_AT, 0, VM_ROMFS, PAGE_SIZE, RW_, rcNoCapability),
		FROM_VM(OUT_AT, 0, VM_TRAP_PAGE, PAGE_SIZE, R_, rcInvalidOperation),
	};
	VmSeg seg;

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnVmSegInitFromVm, OUT_AT, 0x7000, VM_ROMFS, 2 * PAGE_SIZE, RX_), rcOk);
	memcpy(&seg, at(OUT_AT), sizeof(seg));
	assert_int_equal(seg.loadAddr, 0x7000);
	assert_int_equal(seg.offset, 0);
	assert_int_equal(seg.size, 2 * PAGE_SIZE);
	assert_int_equal(seg.flags, RX_);
}

#define LARGE (16 * PAGE_SIZE)

static void test_segment_of_a_buffer(void **state)
{
	static const struct {
		FloeSegFromBuf f;
		Retcode rc;
	} cases[] = {
		{ { 1, 0, PAGE_SIZE, R_, 0, NULL, 0, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE - 1, R_, 0, NULL, 0, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 0, 0, R_, 0, NULL, 0, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, 0, 0, NULL, 0, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, VMM_FLAG_EXECUTE, 0, NULL, 0, NULL, 0, 0 },
		  rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, R_ | VMM_FLAG_LOCKED, 0, NULL, 0, NULL, 0, 0 },
		  rcInvalidArgument },
		{ { 0, PAGE_SIZE + 1, PAGE_SIZE, R_, 0, NULL, 0, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 1, PAGE_SIZE, R_, 0, NULL, 0, (void *)BUFFER_AT, PAGE_SIZE, 0 },
		  rcInvalidArgument },
		{ { 0, 1, PAGE_SIZE, R_, 0, NULL, 0, (void *)BUFFER_AT, ~(u64)0, 0 },
		  rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, R_, 0, NULL, 0, NULL, 1, 0 }, rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, R_, 0, NULL, 1, NULL, 0, 0 }, rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, R_, 0, NULL, 0, (void *)UNMAPPED, 1, 1 }, rcInvalidArgument },
		{ { 0, 0, LARGE, R_, 0, NULL, 0, (void *)BUFFER_AT, LARGE, LARGE },
		  rcInvalidArgument },
		{ { 0, 0, PAGE_SIZE, RWX_, 0, NULL, 0, NULL, 0, 0 }, rcSecurityDisallow },
		{ { 0, 0, PAGE_SIZE, R_, 0, NULL, 0, (void *)UNMAPPED, 1, 0 }, rcSourceFault },
		{ { 0, 0, 2 * PAGE_SIZE, R_, 0, NULL, 0, (void *)(RO_BASE), PAGE_SIZE + 1, 0 },
		  rcSourceFault },
		{ { 0, 0, LARGE, R_, 0, NULL, 0, (void *)UNMAPPED, LARGE, PAGE_SIZE },
		  rcSourceFault },
		{ { 0, 0, 2990 * PAGE_SIZE, R_, 0, NULL, 0, NULL, 0, 0 }, rcQuotaExceeded },
		{ { 0, 0, ~PAGE_MASK, R_, 0, NULL, 0, NULL, 0, 0 }, rcQuotaExceeded },
	};
	static const struct test_case pointers[] = {
		{ FloeFnVmSegInitFromBuf, { 0, IN_AT }, rcInvalidArgument },
		{ FloeFnVmSegInitFromBuf, { OUT_AT, 0 }, rcInvalidArgument },
		{ FloeFnVmSegInitFromBuf, { OUT_AT + 1, IN_AT }, rcInvalidArgument },
		{ FloeFnVmSegInitFromBuf, { OUT_AT, IN_AT + 4 }, rcInvalidArgument },
		{ FloeFnVmSegInitFromBuf, { OUT_AT, UNMAPPED }, rcSourceFault },
		{ FloeFnVmSegInitFromBuf, { UNMAPPED, IN_AT }, rcTargetFault },
		{ FloeFnVmSegInitFromBuf, { RO_BASE, IN_AT }, rcTargetFault },
	};
	FloeSegFromBuf f = { .size = PAGE_SIZE, .flags = R_ };

	(void)state;
	store(IN_AT, &f, sizeof(f));
	must_all_fail(pointers, ARRAY_SIZE(pointers));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_case t = { FloeFnVmSegInitFromBuf, { OUT_AT, IN_AT }, cases[i].rc };

		store(IN_AT, &cases[i].f, sizeof(f));
		must_fail(&t);
	}
}

static void test_buffer_is_copied(void **state)
{
	FloeSegFromBuf f = { .loadAddr = 0x9000,
			     .offset = 100,
			     .size = 3 * PAGE_SIZE,
			     .flags = RX_,
			     .fileOffset = 77,
			     .buf = (void *)(BUFFER_AT + 3),
			     .bufSize = 2 * PAGE_SIZE };
	const struct mdl *mdl;
	struct object *object;
	const char *page;
	VmSeg seg;

	(void)state;
	for (u64 i = 0; i < 3 * PAGE_SIZE; i++)
		*(char *)at(BUFFER_AT + i) = (char)(i * 3 + 1);
	store(IN_AT, &f, sizeof(f));
	assert_rc(call(FloeFnVmSegInitFromBuf, OUT_AT, IN_AT), rcOk);
	memcpy(&seg, at(OUT_AT), sizeof(seg));
	assert_int_equal(seg.loadAddr, 0x9000);
	assert_int_equal(seg.offset, 0);
	assert_int_equal(seg.size, 3 * PAGE_SIZE);
	assert_int_equal(seg.fileOffset, 77);
	assert_rc(handle_get(&world_self->handles, seg.h, OBJECT_MDL, OCAP_MDL_FULL, &object),
		  rcOk);
	mdl = container_of(object, struct mdl, object);
	for (u64 i = 0; i < 3 * PAGE_SIZE; i++) {
		bool copied = i >= 100 && i < 100 + 2 * PAGE_SIZE;
		u64 npages;

		page = memobj_at(mdl->mem, i >> PAGE_SHIFT, &npages);
		assert_int_equal(page[i & PAGE_MASK], copied ? (char)((i - 100 + 3) * 3 + 1) : 0);
	}
	/* It counts for the caller until it goes. */
	assert_rc(call(FloeFnHandleClose, seg.h), rcOk);
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
	static const struct test_case cases[] = {
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
	must_all_fail(cases, ARRAY_SIZE(cases));
	assert_rc(call(FloeFnAbiVersion), rcOk);
	assert_int_equal(world_value, FLOE_ABI_VERSION);
	assert_rc(call(FloeFnTaskGetName, OUT_AT, 7), rcOk);
	assert_string_equal(at(OUT_AT), "caller");
	assert_rc(call(FloeFnTaskGetPath, OUT_AT, 1), rcOk);
	assert_string_equal(at(OUT_AT), "");
}

static void test_random_fills_just_the_buffer(void **state)
{
	(void)state;
	memset(at(OUT_AT), 0x11, 64);
	assert_rc(call(FloeFnRandomGenerate, 13, OUT_AT + 5), rcOk);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(((char *)at(OUT_AT))[i], 0x11);
	for (unsigned int i = 18; i < 64; i++)
		assert_int_equal(((char *)at(OUT_AT))[i], 0x11);
	assert_int_not_equal(load_u64(OUT_AT + 5), 0x1111111111111111);
	assert_rc(call(FloeFnRandomGenerate, 65536, BUFFER_AT), rcOk);
}

static void test_allocate_and_unmap(void **state)
{
	u64 used = vm_used(&world_self->vm), place;

	(void)state;
	assert_rc(call(FloeFnVmAllocate, 0, 8 * PAGE_SIZE, RESERVE | VMM_FLAG_COMMIT | RW_), rcOk);
	place = world_value;
	assert_in_range(place, VM_AUTO_MIN, VM_AUTO_END);
	assert_rc(call(FloeFnRandomGenerate, 100, place + 3 * PAGE_SIZE - 50), rcOk);
	assert_true(vm_used(&world_self->vm) >= used + 2);
	assert_rc(call(FloeFnVmUnmap, place, 8 * PAGE_SIZE), rcOk);
	assert_int_equal(vm_used(&world_self->vm), used);
	assert_rc(call(FloeFnRandomGenerate, 100, place), rcTargetFault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_wrong_ranges),
		WORLD_TEST(test_segment_of_own_memory),
		WORLD_TEST(test_segment_of_a_buffer),
		WORLD_TEST(test_buffer_is_copied),
		WORLD_TEST(test_failing_allocations),
		WORLD_TEST(test_wrong_arguments_of_the_rest),
		WORLD_TEST(test_random_fills_just_the_buffer),
		WORLD_TEST(test_allocate_and_unmap),
	};

	return cmocka_run_group_tests_name("api_memory", tests, NULL, NULL);
}
