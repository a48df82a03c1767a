// SPDX-License-Identifier: Apache-2.0
/* Segments out of memory of the caller, by its calls. */
#include "unit.h"

#include "core/region.h"
#include "support/refused.h"

#include <string.h>

static void test_segment_of_own_memory(void **state)
{
#define FROM_VM(out, load, addr, size, flags, rc)                                                  \
	{                                                                                          \
		FloeFnVmSegInitFromVm, { out, load, addr, size, flags }, rc                        \
	}
	static const struct refused_call cases[] = {
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
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, VMM_FLAG_RESERVE | R_, rcInvalidArgument),
		FROM_VM(OUT_AT, 0, RW_BASE, PAGE_SIZE, RWX_, rcSecurityDisallow),
		FROM_VM(UNMAPPED, 0, RW_BASE, PAGE_SIZE, R_, rcTargetFault),
		FROM_VM(RO_BASE, 0, RW_BASE, PAGE_SIZE, R_, rcTargetFault),
		FROM_VM(OUT_AT, 0, UNMAPPED, PAGE_SIZE, R_, rcInvalidOperation),
		FROM_VM(OUT_AT, 0, RW_BASE, (RW_PAGES + 1) << PAGE_SHIFT, R_, rcInvalidOperation),
		FROM_VM(OUT_AT, 0, VM_ROMFS, PAGE_SIZE, RW_, rcNoCapability),
		FROM_VM(OUT_AT, 0, VM_TRAP_PAGE, PAGE_SIZE, R_, rcInvalidOperation),
	};
	VmSeg seg;

	(void)state;
	must_refuse_all(cases, ARRAY_SIZE(cases));
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
	static const struct refused_call pointers[] = {
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
	must_refuse_all(pointers, ARRAY_SIZE(pointers));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct refused_call t = { FloeFnVmSegInitFromBuf, { OUT_AT, IN_AT }, cases[i].rc };

		store(IN_AT, &cases[i].f, sizeof(f));
		must_refuse(&t);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_segment_of_own_memory),
		WORLD_TEST(test_segment_of_a_buffer),
		WORLD_TEST(test_buffer_is_copied),
	};

	return cmocka_run_group_tests_name("api_segments", tests, NULL, NULL);
}
