/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The permissions of the manifest, asked for in every way there is: allow-rwx,
 * inspect, may-create and memory-limit, each with and without, as the arguments
 * say; and what a creator may hand on of them.
 */
#include "api-test.h"

#include <coresrv/elf/elf_api.h>
#include <coresrv/trace/trace_api.h>
#include <kos/romfs.h>
#include <unistd.h>

#define RWX VMM_FLAG_RWX_MASK
#define AT 0x20000000ul
#define MIB (1ul << 20)

CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));

/* Writes an instruction behind the next one, in the page that it runs in, and runs it. */
CHILD_CODE(write_itself,
	   ".option push\n.option norvc\nlla t0, 1f\nli t1, 0x02a00513\nsw t1, 0(t0)\n"
	   "fence.i\n1: nop\n.option pop\n" CHILD_CALL(18));

static int has_rwx;

/* Writable and executable pages by each call that could make some. */
static void rwx(void)
{
	Retcode expected = has_rwx ? rcOk : rcSecurityDisallow;
	static const TaskLimits limits = { 0, 0, TaskMayRwx, 0, 0 };
	Handle task = child_create("rwx", 0), mdl = INVALID_HANDLE;
	char *page = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE), *all;
	void *at = RTL_NULL;
	VmSeg seg = { .h = INVALID_HANDLE };

	page[0] = 1;
	all = KnVmAllocate(RTL_NULL, PAGE, RWX | ON_TOUCH);
	CHECK_EQUAL(has_rwx, all != RTL_NULL);
	CHECK_RC(expected, KnVmProtect(page, PAGE, RWX));
	CHECK_RC(expected, KnPmmMdlCreate(PAGE, RWX, &mdl));
	CHECK_EQUAL(has_rwx, mdl != INVALID_HANDLE);
	if (has_rwx) {
		CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RWX, &at));
		CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RX, &at)); /* beside it */
		NEED(KnHandleClose(mdl));
	}
	CHECK_RC(expected, KnPmmMdlCreateFromVm(page, PAGE, RWX, &mdl));
	if (has_rwx)
		NEED(KnHandleClose(mdl));
	CHECK_RC(expected, KnVmSegInitFromVm(&seg, AT, page, PAGE, RWX));
	if (has_rwx)
		NEED(KnHandleClose(seg.h));
	CHECK_RC(expected, KnVmSegInitFromBuf(&seg, AT, 0, PAGE, RWX, 0, RTL_NULL, 0, write_itself,
					      (rtl_size_t)(write_itself_end - write_itself)));
	/* The child has no permission of its own before it was given one. */
	CHECK_RC(rcSecurityDisallow, KnTaskVmReserve(task, RTL_NULL, PAGE, RWX, &at));
	if (has_rwx)
		CHECK_RC(rcSecurityDisallow, KnTaskLoadSeg(task, &seg, (rtl_uintptr_t *)&at));
	CHECK_RC(expected, KnTaskSetLimits(task, &limits));
	CHECK_RC(expected, KnTaskVmReserve(task, RTL_NULL, PAGE, RWX, &at));
	if (has_rwx) {
		const TaskInitialState state = { AT, 0 };

		CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, (rtl_uintptr_t *)&at));
		NEED(KnHandleClose(seg.h));
		NEED(KnTaskSetInitialState(task, &state));
		NEED(KnTaskResume(task));
		CHECK_EQUAL(42, exit_code_of(task));
		NEED(KnVmUnmap(all, PAGE));
	} else {
		NEED(KnHandleClose(task));
	}
	NEED(KnVmUnmap(page, PAGE));
}

/* The same pages, writable in one mapping and executable in another. */
static void two_mappings(void)
{
	Retcode expected = has_rwx ? rcOk : rcSecurityDisallow;
	char *page = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	void *at;
	Handle mdl;

	page[0] = 1;
	NEED(KnPmmMdlCreateFromVm(page, PAGE, RX, &mdl));
	CHECK_RC(expected, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RX, &at));
	if (has_rwx)
		NEED(KnVmUnmap(at, PAGE));
	NEED(KnHandleClose(mdl));
	NEED(KnVmUnmap(page, PAGE));
}

/* An image with a writable and executable segment. */
static void rwx_image(void)
{
	rtl_size_t size, count, sym_size, str_size, header_size;
	unsigned sym, str;
	TaskInitialState state;
	const void *image;
	void *header;
	VmSeg *segs;
	Retcode rc;

	NEED(KosRomfsMap("rwx.elf", &image, &size));
	rc = KnElfCreateVmSegEx(image, size, &state.entryAddr, &state.relocBase, &segs, &count,
				&sym, &sym_size, &str, &str_size, &header, &header_size);
	CHECK_RC(has_rwx ? rcOk : rcSecurityDisallow, rc);
	if (rc == rcOk)
		NEED(KnElfFreeVmSeg(segs, count));
}

static void inspect(int permitted)
{
	static const TaskLimits limits = { 0, 0, TaskMayInspect, 0, 0 };
	Retcode expected = permitted ? rcOk : rcSecurityDisallow;
	SysCounters c = { .allPages = 0 };
	Handle handle = INVALID_HANDLE, task = child_create("inspects", 0);

	CHECK_RC(expected, KnTaskGetNext(0, &handle));
	CHECK_EQUAL(permitted, handle != INVALID_HANDLE);
	if (permitted)
		NEED(KnHandleClose(handle));
	handle = INVALID_HANDLE;
	CHECK_RC(expected, KnTraceOpen(0, &handle));
	CHECK_EQUAL(permitted, handle != INVALID_HANDLE);
	if (permitted)
		NEED(KnHandleClose(handle));
	CHECK_RC(expected, KnSysGetCounters(&c));
	CHECK_EQUAL(permitted, c.allPages != 0);
	CHECK_RC(expected, KnTaskSetLimits(task, &limits));
	/* Only init promises CPU time. */
	CHECK_RC(rcSecurityDisallow, KnTaskSetCpuBudget(task, 1000, 10000, 0));
	CHECK_RC(rcInvalidArgument, KnTaskSetCpuBudget(task, 0, 10000, 0));
	/* Arguments first, then the permission, then memory. */
	CHECK_RC(rcInvalidArgument, KnTaskGetNext(0, RTL_NULL));
	CHECK_RC(permitted ? rcTargetFault : rcSecurityDisallow, KnTaskGetNext(0, NOWHERE));
	CHECK_RC(permitted ? rcTargetFault : rcSecurityDisallow, KnSysGetCounters(NOWHERE));
	CHECK_EQUAL(permitted ? TaskMayInspect : 0, KnTaskGetPcb()->permissions & TaskMayInspect);
	NEED(KnHandleClose(task));
}

/* Memory that a child keeps counts for the child, the rest for who made it: 2 MiB in all. */
static void memory(void)
{
	static const TaskLimits quarter = { MIB / 4, 0, 0, 0, 0 }, odd = { 100, 0, 0, 0, 0 },
				more = { 2 * MIB + 1, 0, 0, 0, 0 }, most = { 2 * MIB, 0, 0, 0, 0 };
	Handle task = child_create("small", 0), mdl[2];
	rtl_uintptr_t at;
	void *reserved;
	VmSeg seg;

	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &more));
	CHECK_RC(rcOk, KnTaskSetLimits(task, &most));
	CHECK_RC(rcOk, KnTaskSetLimits(task, &quarter));
	CHECK_RC(rcQuotaExceeded, KnPmmMdlCreate(2 * MIB, RW, &mdl[0]));
	CHECK_RC(rcOk, KnPmmMdlCreate(MIB, RW, &mdl[0]));
	CHECK_RC(rcQuotaExceeded, KnPmmMdlCreate(MIB, RW, &mdl[1]));
	CHECK_RC(rcQuotaExceeded,
		 KnVmSegInitFromBuf(&seg, 0, 0, MIB, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	CHECK(!KnVmAllocate(RTL_NULL, MIB, RW | AT_ONCE));
	CHECK(KnVmAllocate((void *)AT, MIB, RW | ON_TOUCH) == (void *)AT); /* none of it yet */
	CHECK_RC(rcQuotaExceeded, KnVmCommit((void *)AT, MIB, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	NEED(KnHandleClose(mdl[0]));
	CHECK_RC(rcOk, KnVmCommit((void *)AT, MIB, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	CHECK_RC(rcQuotaExceeded, KnPmmMdlCreate(MIB, RW, &mdl[0]));
	CHECK_RC(rcOk, KnVmDecommit((void *)AT, MIB));
	CHECK_RC(rcOk, KnPmmMdlCreate(MIB, RW, &mdl[0]));
	NEED(KnHandleClose(mdl[0]));
	NEED(KnVmUnmap((void *)AT, MIB));

	/* What is mapped into the child must fit its own limit, reserved space need not. */
	NEED(KnVmSegInitFromBuf(&seg, AT, 0, MIB / 2, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	CHECK_RC(rcQuotaExceeded, KnTaskLoadSeg(task, &seg, &at));
	seg.size = MIB / 16;
	CHECK_RC(rcOk, KnTaskSetLimits(task, &odd)); /* not a single page */
	CHECK_RC(rcQuotaExceeded, KnTaskLoadSeg(task, &seg, &at));
	CHECK_RC(rcOk, KnTaskSetLimits(task, &quarter));
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &at));
	CHECK_RC(rcQuotaExceeded, KnTaskSetLimits(task, &odd)); /* less than it has */
	NEED(KnHandleClose(seg.h));
	CHECK_RC(rcOk, KnTaskVmReserve(task, RTL_NULL, 64 * MIB, RW, &reserved));
	NEED(KnHandleClose(task));
}

/* Nobody creates more than it may, or gives its children more than that. */
static void creation(rtl_uint32_t may)
{
	const TaskLimits same = { 0, may, 0, 0, 0 }, one_more = { 0, may + 1, 0, 0, 0 };
	Handle task[4];

	if (!may) {
		CHECK_RC(rcSecurityDisallow,
			 KnTaskCreate("a", "x", RTL_NULL, 0, ThreadPriorityNormal, &task[0]));
		CHECK_RC(rcSecurityDisallow,
			 KnTaskCreate("a", "x", RTL_NULL, 0, ThreadPriorityNormal, NOWHERE));
		CHECK_RC(rcInvalidArgument,
			 KnTaskCreate("a", "x", RTL_NULL, 0, ThreadPriorityNormal, RTL_NULL));
		return;
	}
	for (rtl_uint32_t i = 0; i < may; i++) {
		char name[2] = { (char)('a' + i), 0 };

		task[i] = child_create(name, 0);
	}
	CHECK_RC(rcQuotaExceeded,
		 KnTaskCreate("z", "x", RTL_NULL, 0, ThreadPriorityNormal, &task[3]));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task[0], &one_more));
	CHECK_RC(rcOk, KnTaskSetLimits(task[0], &same));
	NEED(KnTaskTerminate(task[0])); /* which still counts */
	CHECK_RC(rcQuotaExceeded,
		 KnTaskCreate("z", "x", RTL_NULL, 0, ThreadPriorityNormal, &task[3]));
	for (rtl_uint32_t i = 0; i < may; i++)
		NEED(KnHandleClose(task[i]));
	CHECK_RC(rcOk, KnTaskCreate("z", "x", RTL_NULL, 0, ThreadPriorityNormal, &task[3]));
	NEED(KnHandleClose(task[3]));
}

static int is(int argc, char **argv, const char *what)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], what) == 0)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	has_rwx = is(argc, argv, "rwx");
	if (is(argc, argv, "nothing")) {
		creation(0);
		return checks_result();
	}
	creation(2);
	inspect(is(argc, argv, "inspect"));
	rwx();
	two_mappings();
	rwx_image();
	if (is(argc, argv, "limit"))
		memory();
	return checks_result();
}
