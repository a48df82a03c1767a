/* SPDX-License-Identifier: Apache-2.0 */
/* MDL buffers: made, mapped, shared by several processes, and gone with their last user. */
#include "api-test.h"

#define MESSAGE "from the creator"
#define ANSWER "from the child"
#define TWICE_AT 0x20000000ul

/* Writes 5 through the first segment and exits with what the second one has there. */
CHILD_CODE(through_both, "li t0, 0x20000000\nli t1, 0x30000000\nli t2, 5\nsw t2, 64(t0)\n"
			 "lw a0, 64(t1)\n" CHILD_CALL(18));
CHILD_CODE(exit_with_1, "li a0, 1\n" CHILD_CALL(18));

static void errors(void)
{
	Handle mdl, notice, *bad = (Handle *)NOWHERE;
	char *p = KnVmAllocate(RTL_NULL, 2 * PAGE, RW | ON_TOUCH), *far;
	void *at, **bad_at = NOWHERE;
	rtl_size_t size;

	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, RW, RTL_NULL));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, RW, (Handle *)((char *)&mdl + 1)));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(0, RW, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE + 1, RW, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, 0, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, VMM_FLAG_WRITE, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, VMM_FLAG_EXECUTE, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreate(PAGE, R | VMM_FLAG_COMMIT, &mdl));
	FAILS(rcSecurityDisallow, KnPmmMdlCreate(PAGE, VMM_FLAG_RWX_MASK, &mdl));
	FAILS(rcTargetFault, KnPmmMdlCreate(PAGE, RW, bad));
	FAILS(rcQuotaExceeded, KnPmmMdlCreate(80ul << 20, RW, &mdl));
	FAILS(rcQuotaExceeded, KnPmmMdlCreate(1ul << 50, RW, &mdl));

	p[0] = 1; /* the second page has never been touched */
	FAILS(rcInvalidArgument, KnPmmMdlCreateFromVm(p, PAGE, RW, RTL_NULL));
	FAILS(rcInvalidArgument, KnPmmMdlCreateFromVm(p + 1, PAGE, RW, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreateFromVm(p, 0, RW, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlCreateFromVm(p, PAGE, VMM_FLAG_WRITE, &mdl));
	FAILS(rcSecurityDisallow, KnPmmMdlCreateFromVm(p, PAGE, VMM_FLAG_RWX_MASK, &mdl));
	FAILS(rcInvalidOperation, KnPmmMdlCreateFromVm(p, 2 * PAGE, RW, &mdl));
	FAILS(rcInvalidOperation, KnPmmMdlCreateFromVm(NOWHERE, PAGE, RW, &mdl));
	FAILS(rcInvalidOperation, KnPmmMdlCreateFromVm(KnTaskGetPcb(), PAGE, R, &mdl));
	FAILS(rcNoCapability, KnPmmMdlCreateFromVm((void *)KnTaskGetPcb()->romfs, PAGE, RW, &mdl));
	FAILS(rcTargetFault, KnPmmMdlCreateFromVm(p, PAGE, RW, bad));

	NEED(KnPmmMdlCreate(4 * PAGE, RW, &mdl));
	NEED(KnNoticeCreate(&notice));
	far = (char *)0x70000000ul;
	CHECK(KnVmAllocate(far, PAGE, RW | ON_TOUCH) == far);
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, RTL_NULL));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 1, PAGE, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, 0, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE - 1, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, PAGE, 4 * PAGE, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, (rtl_size_t)-4096, 2 * PAGE, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, far + 1, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, (void *)(1ul << 39), RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, 0, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW | VMM_FLAG_RESERVE, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(notice, 0, PAGE, RTL_NULL, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlMap(INVALID_HANDLE, 0, PAGE, RTL_NULL, RW, &at));
	FAILS(rcNoCapability, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RX, &at));
	FAILS(rcTargetFault, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, bad_at));
	FAILS(rcAlreadyExists, KnPmmMdlMap(mdl, 0, PAGE, far, RW, &at));
	FAILS(rcAlreadyExists, KnPmmMdlMap(mdl, 0, 2 * PAGE, far - PAGE, RW, &at));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(mdl, RTL_NULL));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(notice, &size));
	FAILS(rcTargetFault, KnPmmMdlGetSize(mdl, NOWHERE));
	CHECK_RC(rcOk, KnPmmMdlGetSize(mdl, &size));
	CHECK_EQUAL(4 * PAGE, size);
	NEED(KnHandleClose(mdl));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(mdl, &size));
	NEED(KnHandleClose(notice));
	NEED(KnVmUnmap(far, PAGE));
	NEED(KnVmUnmap(p, 2 * PAGE));
}

/* Two views of one buffer, and one of a part; the last of handle and mappings frees it. */
static void mappings(void)
{
	SysCounters before, with;
	void *a, *b = (void *)0x71000000ul, *part;
	Handle mdl;

	before = settled();
	NEED(KnPmmMdlCreate(16 * PAGE, RW, &mdl));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, 16 * PAGE, RTL_NULL, RW, &a));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, 16 * PAGE, b, R, &b));
	CHECK(b == (void *)0x71000000ul);
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 3 * PAGE, PAGE, RTL_NULL, R, &part));
	with = counters();
	CHECK_EQUAL(before.mdls + 1, with.mdls);
	CHECK_EQUAL(before.handles + 1, with.handles);
	CHECK_EQUAL(0, ((char *)a)[5 * PAGE]);
	strcpy((char *)a + 3 * PAGE, MESSAGE);
	CHECK(strcmp((char *)b + 3 * PAGE, MESSAGE) == 0 && strcmp(part, MESSAGE) == 0);
	NEED(KnHandleClose(mdl));
	CHECK_RC(rcOk, KnVmUnmap(a, 16 * PAGE));
	CHECK(strcmp(part, MESSAGE) == 0);
	CHECK_RC(rcOk, KnVmUnmap(b, 16 * PAGE));
	CHECK(strcmp(part, MESSAGE) == 0);
	CHECK(before.freePages - counters().freePages >= 16);
	CHECK_RC(rcOk, KnVmUnmap(part, PAGE));
	CHECK(before.freePages - counters().freePages <= 4); /* tables */
	CHECK_EQUAL(before.mdls, counters().mdls);
}

/* No page is writable in one mapping and executable in another, made in whatever way. */
static void written_xor_executed(void)
{
	Handle mdl, code;
	void *a, *b;
	char *p = KnVmAllocate(RTL_NULL, 2 * PAGE, RW | AT_ONCE);

	NEED(KnPmmMdlCreateFromVm(p, 2 * PAGE, RW, &mdl));
	NEED(KnPmmMdlCreateFromVm(p, PAGE, RX, &code)); /* a buffer alone breaks nothing */
	FAILS(rcSecurityDisallow, KnPmmMdlMap(code, 0, PAGE, RTL_NULL, RX, &a));
	CHECK_RC(rcOk, KnPmmMdlMap(code, 0, PAGE, RTL_NULL, R, &a));
	FAILS(rcSecurityDisallow, KnVmProtect(a, PAGE, RX));
	FAILS(rcNoCapability, KnVmProtect(a, PAGE, RW));
	CHECK_RC(rcOk, KnVmProtect(p, 2 * PAGE, R));
	CHECK_RC(rcOk, KnVmProtect(a, PAGE, RX));
	FAILS(rcSecurityDisallow, KnVmProtect(p, PAGE, RW));
	CHECK_RC(rcOk, KnVmProtect(p + PAGE, PAGE, RW)); /* its other page is not executed */
	FAILS(rcSecurityDisallow, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, &b));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, PAGE, PAGE, RTL_NULL, RW, &b));
	CHECK_RC(rcOk, KnVmUnmap(b, PAGE));
	CHECK_RC(rcOk, KnVmUnmap(a, PAGE));
	CHECK_RC(rcOk, KnVmProtect(p, PAGE, RW));
	NEED(KnHandleClose(mdl));
	NEED(KnHandleClose(code));
	NEED(KnVmUnmap(p, 2 * PAGE));
}

static void written_xor_executed_by_two(void)
{
	Handle child = child_create("other", 0);
	rtl_uintptr_t at;
	VmSeg seg;
	void *a;

	NEED(KnVmSegInitFromBuf(&seg, TWICE_AT, 0, PAGE, RX, 0, RTL_NULL, 0, MESSAGE, 4));
	CHECK_RC(rcOk, KnTaskLoadSeg(child, &seg, &at));
	CHECK_RC(rcOk, KnPmmMdlMap(seg.h, 0, PAGE, RTL_NULL, RX, &a));
	FAILS(rcNoCapability, KnVmProtect(a, PAGE, RW));
	CHECK_RC(rcOk, KnVmUnmap(a, PAGE));
	NEED(KnHandleClose(seg.h));

	a = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	NEED(KnVmSegInitFromVm(&seg, TWICE_AT + PAGE, a, PAGE, RX));
	FAILS(rcSecurityDisallow, KnTaskLoadSeg(child, &seg, &at));
	CHECK_RC(rcOk, KnVmProtect(a, PAGE, R));
	CHECK_RC(rcOk, KnTaskLoadSeg(child, &seg, &at));
	FAILS(rcSecurityDisallow, KnVmProtect(a, PAGE, RW));
	NEED(KnHandleClose(seg.h));
	NEED(KnHandleClose(child)); /* and with it the executable mapping */
	CHECK_RC(rcOk, KnVmProtect(a, PAGE, RW));
	CHECK_RC(rcOk, KnVmUnmap(a, PAGE));
}

/* Two writable segments of a child that share one buffer. */
static void two_segments(void)
{
	Handle task = child_create("twice", 0);
	rtl_uintptr_t at;
	VmSeg seg;

	NEED(KnVmSegInitFromBuf(&seg, TWICE_AT, 0, PAGE, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &at));
	CHECK_EQUAL(TWICE_AT, at);
	FAILS(rcAlreadyExists, KnTaskLoadSeg(task, &seg, &at));
	seg.loadAddr = 0x30000000;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &at));
	NEED(KnHandleClose(seg.h));
	child_load(task, CHILD(through_both));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(5, exit_code_of(task));
}

/* Waits for the creator's word in the buffer, answers, and ends when told. */
static int child(void)
{
	volatile char *word;
	void *view;
	Handle mdl;

	NEED(KosTaskLookupResource("buffer", &mdl));
	NEED(KnPmmMdlMap(mdl, 0, 2 * PAGE, RTL_NULL, RW, &view));
	NEED(KnHandleClose(mdl));
	word = (char *)view + PAGE;
	CHECK(strcmp(view, MESSAGE) == 0);
	strcpy(view, ANSWER);
	for (*word = 1; *word == 1;)
		KnSleep(1);
	CHECK(strcmp(view, ANSWER) == 0);
	return checks_result();
}

/* Both directions: the creator unmaps first, or the child ends first. */
static void shared(int creator_first)
{
	SysCounters before = settled(), after;
	Handle task = another("sharer", "child", 0, RTL_NULL), mdl;
	volatile char *word;
	void *view;

	view = KnVmAllocate(RTL_NULL, 2 * PAGE, RW | AT_ONCE);
	strcpy(view, MESSAGE);
	NEED(KnPmmMdlCreateFromVm(view, 2 * PAGE, RW, &mdl));
	NEED(KosTaskTransferResource(task, mdl, INVALID_HANDLE, OCAP_MDL_MAP, "buffer"));
	NEED(KnHandleClose(mdl));
	NEED(KnTaskResume(task));
	word = (char *)view + PAGE;
	while (*word == 0)
		KnSleep(1);
	CHECK(strcmp(view, ANSWER) == 0);
	if (creator_first) {
		/* The child sees the word through a mapping of its own, which outlives this. */
		CHECK_RC(rcOk, KnVmUnmap(view, PAGE));
		*word = 2;
		CHECK_RC(rcOk, KnVmUnmap((char *)view + PAGE, PAGE));
		CHECK_EQUAL(0, exit_code_of(task));
	} else {
		*word = 2;
		CHECK_EQUAL(0, exit_code_of(task));
		settled();
		CHECK(strcmp(view, ANSWER) == 0);
		CHECK_RC(rcOk, KnVmUnmap(view, 2 * PAGE));
	}
	after = settled();
	CHECK_EQUAL(before.mdls, after.mdls);
	CHECK_EQUAL(before.handles, after.handles);
	CHECK_EQUAL(before.vmids, after.vmids);
}

/* What is shared with a child that ends is whole afterwards: 50 times, counted to the page. */
static void no_leaks(void)
{
	SysCounters before = { 0 }, after;

	for (int i = 0; i < 50; i++) {
		Handle task = child_create("leaky", 0);
		char *p = KnVmAllocate((void *)0x72000000ul, 4 * PAGE, RW | AT_ONCE);
		rtl_uintptr_t at;
		VmSeg seg;

		if (i == 5)
			before = settled();
		NEED(KnVmSegInitFromVm(&seg, TWICE_AT, p + PAGE, 2 * PAGE, R));
		NEED(KnTaskLoadSeg(task, &seg, &at));
		NEED(KnHandleClose(seg.h));
		child_load(task, CHILD(exit_with_1));
		NEED(KnTaskResume(task));
		if (i % 2)
			NEED(KnVmUnmap(p, 4 * PAGE));
		CHECK_EQUAL(1, exit_code_of(task));
		if (!(i % 2))
			NEED(KnVmUnmap(p, 4 * PAGE));
	}
	{
		Handle task = child_create("leaky", 0);
		char *p = KnVmAllocate((void *)0x72000000ul, 4 * PAGE, RW | AT_ONCE);

		after = settled();
		check_counters(__LINE__, "shared memory", &before, &after);
		NEED(KnHandleClose(task));
		NEED(KnVmUnmap(p, 4 * PAGE));
	}
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return child();
	touch_stack();
	errors();
	mappings();
	written_xor_executed();
	written_xor_executed_by_two();
	two_segments();
	shared(1);
	shared(0);
	no_leaks();
	return checks_result();
}
