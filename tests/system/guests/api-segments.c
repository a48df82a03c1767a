/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnVmSegInitFromVm and KnVmSegInitFromBuf: arguments, what the segment says,
 * what the buffer holds, and who keeps the pages: the creator or the child,
 * whichever stays longer.
 */
#include "api-test.h"

#define AT 0x20000000ul
#define WORD 0x1234567
#define MOST 100ul /* pages of the largest buffer */

/* Exits with the word at 0x20000000. */
CHILD_CODE(give_word, "li t0, 0x20000000\nlw a0, 0(t0)\n" CHILD_CALL(18));
/* Adds one to it first. */
CHILD_CODE(add_one,
	   "li t0, 0x20000000\nlw a0, 0(t0)\naddi a0, a0, 1\nsw a0, 0(t0)\n" CHILD_CALL(18));

static VmSeg seg;

static void from_vm_errors(void)
{
	char *p = KnVmAllocate(RTL_NULL, 4 * PAGE, RW | ON_TOUCH);
	const VmSeg untouched = { .h = 77, .size = 88 };

	p[0] = 1;
	p[PAGE] = 1; /* the third page was never touched */
	seg = untouched;
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(RTL_NULL, 0, p, PAGE, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm((VmSeg *)((char *)&seg + 4), 0, p, PAGE, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 1, p, PAGE, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, RTL_NULL, PAGE, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p + 1, PAGE, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, 0, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, PAGE + 1, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, (rtl_size_t)-4096, R));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, PAGE, 0));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, PAGE, VMM_FLAG_WRITE));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, PAGE, VMM_FLAG_EXECUTE));
	FAILS(rcInvalidArgument, KnVmSegInitFromVm(&seg, 0, p, PAGE, RW | VMM_FLAG_LOCKED));
	FAILS(rcSecurityDisallow, KnVmSegInitFromVm(&seg, 0, p, PAGE, VMM_FLAG_RWX_MASK));
	FAILS(rcTargetFault, KnVmSegInitFromVm(NOWHERE, 0, p, PAGE, R));
	FAILS(rcInvalidOperation, KnVmSegInitFromVm(&seg, 0, p + PAGE, 2 * PAGE, R));
	FAILS(rcInvalidOperation, KnVmSegInitFromVm(&seg, 0, p + 2 * PAGE, PAGE, R));
	FAILS(rcInvalidOperation, KnVmSegInitFromVm(&seg, 0, NOWHERE, PAGE, R));
	FAILS(rcInvalidOperation, KnVmSegInitFromVm(&seg, 0, KnTaskGetPcb(), PAGE, R));
	FAILS(rcNoCapability, KnVmSegInitFromVm(&seg, 0, (void *)KnTaskGetPcb()->romfs, PAGE, RW));
	CHECK(memcmp(&seg, &untouched, sizeof(seg)) == 0);
	NEED(KnVmUnmap(p, 4 * PAGE));
}

static void from_buf_errors(void)
{
	static const char id[4] = "id", data[] = "data";
	const VmSeg untouched = { .h = 77, .size = 88 };
	rtl_size_t n = sizeof(data);

	seg = untouched;
#define BAD(expected, at, offset, size, flags, id, id_size, buf, buf_size)                         \
	FAILS(expected,                                                                            \
	      KnVmSegInitFromBuf(&seg, at, offset, size, flags, 0, id, id_size, buf, buf_size))
	FAILS(rcInvalidArgument,
	      KnVmSegInitFromBuf(RTL_NULL, 0, 0, PAGE, R, 0, RTL_NULL, 0, data, n));
	FAILS(rcTargetFault, KnVmSegInitFromBuf(NOWHERE, 0, 0, PAGE, R, 0, RTL_NULL, 0, data, n));
	BAD(rcInvalidArgument, 1, 0, PAGE, R, id, 4, data, n);
	BAD(rcInvalidArgument, 0, 0, 0, R, id, 4, data, 0);
	BAD(rcInvalidArgument, 0, 0, PAGE - 1, R, id, 4, data, n);
	BAD(rcInvalidArgument, 0, PAGE, PAGE, R, id, 4, data, n);
	BAD(rcInvalidArgument, 0, PAGE + 1, PAGE, R, id, 4, data, 0);
	BAD(rcInvalidArgument, 0, PAGE - n + 1, PAGE, R, id, 4, data, n);
	BAD(rcInvalidArgument, 0, 0, PAGE, R, id, 4, data, PAGE + 1);
	BAD(rcInvalidArgument, 0, 8, PAGE, R, id, 4, data, (rtl_size_t)-8);
	BAD(rcInvalidArgument, 0, 0, PAGE, R, id, 4, RTL_NULL, n);
	BAD(rcInvalidArgument, 0, 0, PAGE, R, RTL_NULL, 4, data, n);
	BAD(rcInvalidArgument, 0, 0, PAGE, 0, id, 4, data, n);
	BAD(rcInvalidArgument, 0, 0, PAGE, VMM_FLAG_WRITE, id, 4, data, n);
	BAD(rcInvalidArgument, 0, 0, PAGE, R | VMM_FLAG_RESERVE, id, 4, data, n);
	BAD(rcSecurityDisallow, 0, 0, PAGE, VMM_FLAG_RWX_MASK, id, 4, data, n);
	BAD(rcSourceFault, 0, 0, PAGE, R, id, 4, NOWHERE, n);
	BAD(rcSourceFault, 0, 0, 1024 * PAGE, R, id, 4, data, 1024 * PAGE);
	BAD(rcQuotaExceeded, 0, 0, 1ul << 40, R, id, 4, data, n);
#undef BAD
	CHECK(memcmp(&seg, &untouched, sizeof(seg)) == 0);
}

/* What both fill in; the id is kept as it was given, and never looked at. */
static void fields(void)
{
	static const char id[20];
	char *p = KnVmAllocate(RTL_NULL, 2 * PAGE, RW | AT_ONCE);
	rtl_size_t size = 0;

	memset(&seg, 0xff, sizeof(seg));
	CHECK_RC(rcOk, KnVmSegInitFromVm(&seg, AT, p, 2 * PAGE, R));
	CHECK_EQUAL(AT, seg.loadAddr);
	CHECK(seg.offset == 0 && seg.size == 2 * PAGE && seg.flags == R && seg.fileOffset == 0);
	CHECK(seg.buildId == RTL_NULL && seg.buildIdSize == 0);
	CHECK_RC(rcOk, KnPmmMdlGetSize(seg.h, &size));
	CHECK_EQUAL(2 * PAGE, size);
	NEED(KnHandleClose(seg.h));
	NEED(KnVmUnmap(p, 2 * PAGE));
	memset(&seg, 0xff, sizeof(seg));
	CHECK_RC(rcOk,
		 KnVmSegInitFromBuf(&seg, AT, 100, 3 * PAGE, RW, 4711, id, sizeof(id), "x", 1));
	CHECK_EQUAL(AT, seg.loadAddr);
	CHECK(seg.offset == 0 && seg.size == 3 * PAGE && seg.flags == RW);
	CHECK(seg.fileOffset == 4711 && seg.buildId == id && seg.buildIdSize == sizeof(id));
	CHECK_RC(rcOk, KnPmmMdlGetSize(seg.h, &size));
	CHECK_EQUAL(3 * PAGE, size);
	NEED(KnHandleClose(seg.h));
	CHECK_RC(rcOk, KnVmSegInitFromBuf(&seg, 0, 0, PAGE, R, 0, NOWHERE, 5, RTL_NULL, 0));
	CHECK(seg.loadAddr == 0 && seg.buildId == NOWHERE);
	NEED(KnHandleClose(seg.h));
}

/* Copied to the offset, across pages; zero before and behind, also where a dirty page was. */
static void contents(void)
{
	static const struct {
		rtl_size_t pages, offset, bytes;
	} cases[] = {
		{ 3, 0, 0 },
		{ 3, 0, 1 },
		{ 3, 1, PAGE },
		{ 3, PAGE - 1, 2 },
		{ 3, 0, 3 * PAGE },
		{ 3, 3 * PAGE, 0 },
		{ 3, 3 * PAGE - 5, 5 },
		/* What the hypervisor copies at most, and what its caller copies. */
		{ 9, 7, 8 * PAGE },
		{ 9, 7, 8 * PAGE + 1 },
		{ 64, 100, 60000 },
		{ 64, 1, 64 * PAGE - 1 },
		{ MOST, 3, (MOST - 1) * PAGE },
	};
	unsigned char *data = malloc(MOST * PAGE);

	for (size_t i = 0; i < MOST * PAGE; i++)
		data[i] = (unsigned char)(i % 251 + 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rtl_size_t o = cases[i].offset, n = cases[i].bytes, wrong = 0;
		rtl_size_t size = cases[i].pages * PAGE;
		const unsigned char *view;
		void *at;

		CHECK_RC(rcOk, KnVmSegInitFromBuf(&seg, 0, o, size, RW, 0, RTL_NULL, 0, data, n));
		NEED(KnPmmMdlMap(seg.h, 0, size, RTL_NULL, RW, &at));
		NEED(KnHandleClose(seg.h));
		view = at;
		for (rtl_size_t b = 0; b < size; b++)
			wrong += view[b] != (b >= o && b - o < n ? data[b - o] : 0);
		CHECK_EQUAL(0, wrong);
		memset(at, 0xff, size);
		NEED(KnVmUnmap(at, size));
	}
	free(data);
}

/* Of a large buffer as well all of it has to be there. */
static void part_of_a_buffer(void)
{
	for (rtl_size_t gone = 0; gone < MOST; gone += 11) {
		char *p = KnVmAllocate(RTL_NULL, (MOST + 1) * PAGE, RW | ON_TOUCH);

		NEED(KnVmUnmap(p + gone * PAGE, PAGE));
		FAILS(rcSourceFault, KnVmSegInitFromBuf(&seg, 0, 0, MOST * PAGE, RW, 0, RTL_NULL, 0,
							p, MOST * PAGE));
		if (gone)
			NEED(KnVmUnmap(p, gone * PAGE));
		NEED(KnVmUnmap(p + (gone + 1) * PAGE, (MOST - gone) * PAGE));
	}
}

/* A buffer's memory is there at once, and counts for who made it until it goes. */
static void memory(void)
{
	SysCounters before = settled(), with;

	NEED(KnVmSegInitFromBuf(&seg, 0, 0, 64 * PAGE, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	with = counters();
	CHECK(before.freePages - with.freePages >= 64 && before.freePages - with.freePages <= 66);
	CHECK_EQUAL(before.mdls + 1, with.mdls);
	NEED(KnHandleClose(seg.h));
	CHECK(before.freePages - settled().freePages <= 1);
	CHECK_EQUAL(before.mdls, counters().mdls);
}

enum order {
	UNMAPPED_BEFORE_LOADING,
	UNMAPPED_BEFORE_THE_START,
	UNMAPPED_AFTER_THE_END,
	ORDERS,
};

/* One page of the creator's is the child's as well, in every order of letting go. */
static void lifetimes(rtl_uint32_t access, struct child_code code, int code_of_end)
{
	for (enum order order = 0; order < ORDERS; order++) {
		SysCounters before = settled(), after;
		int *page = KnVmAllocate((void *)0x50000000ul, PAGE, RW | AT_ONCE);
		Handle task = child_create("life", 0);
		rtl_uintptr_t at;

		*page = WORD;
		NEED(KnVmSegInitFromVm(&seg, AT, page, PAGE, access));
		if (order == UNMAPPED_BEFORE_LOADING)
			NEED(KnVmUnmap(page, PAGE));
		NEED(KnTaskLoadSeg(task, &seg, &at));
		NEED(KnHandleClose(seg.h));
		child_load(task, code);
		if (order == UNMAPPED_BEFORE_THE_START)
			NEED(KnVmUnmap(page, PAGE));
		NEED(KnTaskResume(task));
		CHECK_EQUAL(code_of_end, exit_code_of(task));
		settled();
		if (order == UNMAPPED_AFTER_THE_END) {
			CHECK_EQUAL(access & VMM_FLAG_WRITE ? code_of_end : WORD, *page);
			NEED(KnVmUnmap(page, PAGE));
		}
		after = settled();
		CHECK_EQUAL(before.mdls, after.mdls);
		CHECK_EQUAL(before.handles, after.handles);
		CHECK_EQUAL(before.vmids, after.vmids);
		CHECK(before.freePages - after.freePages <= 2 ||
		      after.freePages >= before.freePages);
	}
}

/* The segment is all that holds the pages: they last, and go with it. */
static void held_by_the_handle(void)
{
	SysCounters before = settled();
	int *page = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	void *view;

	*page = WORD;
	NEED(KnVmSegInitFromVm(&seg, 0, page, PAGE, R));
	NEED(KnVmUnmap(page, PAGE));
	CHECK_EQUAL(before.mdls + 1, counters().mdls);
	NEED(KnPmmMdlMap(seg.h, 0, PAGE, RTL_NULL, R, &view));
	CHECK_EQUAL(WORD, *(int *)view);
	NEED(KnVmUnmap(view, PAGE));
	NEED(KnHandleClose(seg.h));
	CHECK_EQUAL(before.mdls, counters().mdls);
}

int main(void)
{
	touch_stack();
	from_vm_errors();
	from_buf_errors();
	fields();
	contents();
	part_of_a_buffer();
	memory();
	lifetimes(R, CHILD(give_word), WORD);
	lifetimes(RW, CHILD(add_one), WORD + 1);
	held_by_the_handle();
	return checks_result();
}
