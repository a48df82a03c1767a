/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls give when memory, the partition's limit, regions or handles are
 * used up; its argument says whether the limit or the machine ends first.
 */
#include "api-test.h"

#define HUGE (1ul << 30)

CHILD_CODE(crash, "unimp");

/* More memory at a time than there is; the limit, the machine's size without one, decides first. */
static void memory(Retcode expected)
{
	char *p = KnVmAllocate(RTL_NULL, HUGE, RW | RESERVED);
	rtl_size_t more = (counters().freePages + 1) * PAGE;
	Handle mdl;

	CHECK(p != RTL_NULL); /* address space costs nothing */
	FAILS(expected, KnVmCommit(p, more, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	CHECK_RC(rcOk, KnVmCommit(p, HUGE, VMM_FLAG_COMMIT)); /* nor do promises */
	FAILS(rcQuotaExceeded, KnVmCommit(p, HUGE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	FAILS(expected, KnPmmMdlCreate(more, RW, &mdl));
	CHECK_RC(rcOk, KnVmUnmap(p, HUGE));
	CHECK(!KnVmAllocate(RTL_NULL, HUGE, RW | AT_ONCE));
}

/* A first touch that finds nothing left ends the one that touches, and gives all of it back. */
static void touches(void)
{
	SysCounters before, after;
	HalExceptionCode code = HalExcOther;
	HalArchException cause;
	HalTrapFrame frame;

	before = settled();
	for (int i = 0; i < 2; i++) {
		Handle task = another("glutton", "glutton", 0, RTL_NULL);

		NEED(KnTaskResume(task));
		wait_for(task);
		CHECK_RC(rcOk, KnTaskGetExceptionInfo(task, &code, &cause, &frame));
		CHECK_EQUAL(HalExcOutOfMemory, code);
		NEED(KnHandleClose(task));
		if (i == 0)
			before = settled();
	}
	after = settled();
	check_counters(__LINE__, "a glutton", &before, &after);
}

static void glutton(void)
{
	volatile char *p = KnVmAllocate(RTL_NULL, HUGE, RW | ON_TOUCH);

	for (rtl_size_t at = 0; at < HUGE; at += PAGE)
		p[at] = 1;
}

/* Every other page protected makes two regions more. */
static void regions(void)
{
	const rtl_size_t size = 2048 * PAGE;
	char *p = KnVmAllocate(RTL_NULL, size, RW | RESERVED);
	rtl_size_t at = 0;
	Retcode rc = rcOk;
	void *view;
	Handle mdl;

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	for (; rc == rcOk && at < size; at += 2 * PAGE)
		rc = KnVmProtect(p + at, PAGE, R);
	CHECK_RC(rcQuotaExceeded, rc);
	CHECK(at > size / 4 && at < size);
	FAILS(rcQuotaExceeded, KnVmProtect(p + at, PAGE, R));
	FAILS(rcQuotaExceeded, KnVmCommit(p + at, PAGE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	CHECK_RC(rcOk, KnVmDecommit(p + at, PAGE)); /* it is only reserved: no need to split it */
	CHECK_RC(rcOk, KnVmUnmap(p, 16 * PAGE));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, &view));
	CHECK_RC(rcOk, KnVmUnmap(view, PAGE));
	for (rc = rcOk; rc == rcOk;)
		rc = KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R, &view);
	CHECK_RC(rcQuotaExceeded, rc);
	FAILS(rcQuotaExceeded, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R, &view));
	CHECK_RC(rcOk, KnVmUnmap(p + 16 * PAGE, size - 16 * PAGE));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R, &view));
	NEED(KnHandleClose(mdl));
}

/* Of the caller's own handles none is left: nothing that makes one can. */
static void handles(void)
{
	Handle task = child_start("frozen", CHILD(crash), TaskExceptionFreezesTask), mdl, last = 0,
	       all[4100];
	char *p = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	rtl_uint32_t flags;
	rtl_size_t size;
	unsigned count = 0;
	VmSeg seg;
	void *at;

	wait_for(task);
	settled();
	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	while (count < 4100 && KnTaskGetNext(0, &all[count]) == rcOk)
		count++;
	CHECK_EQUAL(4096 - 2, count);
	FAILS(rcQuotaExceeded, KnTaskGetNext(0, &last));
	FAILS(rcQuotaExceeded, KnPmmMdlCreate(PAGE, RW, &last));
	FAILS(rcQuotaExceeded, KnPmmMdlCreateFromVm(p, PAGE, RW, &last));
	FAILS(rcQuotaExceeded, KnVmSegInitFromVm(&seg, 0, p, PAGE, RW));
	FAILS(rcQuotaExceeded, KnVmSegInitFromBuf(&seg, 0, 0, PAGE, RW, 0, RTL_NULL, 0, "x", 1));
	FAILS(rcQuotaExceeded, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &last));
	CHECK_RC(rcOk, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, RTL_NULL));
	CHECK_EQUAL(0, last);
	for (unsigned i = 0; i < count; i++)
		CHECK_RC(rcOk, KnHandleClose(all[i]));
	CHECK_RC(rcInvalidArgument, KnHandleClose(all[0]));
	NEED(KnHandleClose(mdl));
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	touch_stack();
	if (argc > 1 && strcmp(argv[1], "glutton") == 0)
		glutton();
	memory(argc > 1 && strcmp(argv[1], "limit") == 0 ? rcQuotaExceeded : rcOutOfMemory);
	touches();
	regions();
	handles();
	return checks_result();
}
