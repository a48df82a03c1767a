/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits and permissions of the manifest: started with `none` it has none, with
 * `some` it has may-create = 2 and a memory-limit of 2 MiB.
 */
#include "child.h"

#include <stdint.h>

CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));

#define READ_WRITE (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define COMMITTED (VMM_FLAG_RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)
#define MIB ((rtl_size_t)1 << 20)

static void may_create_nothing(void)
{
	Handle task;

	CHECK_RC(rcSecurityDisallow, KnTaskCreate("a", "x", RTL_NULL, 0, 10, &task));
	CHECK_RC(rcInvalidArgument, KnTaskCreate("a", "x", RTL_NULL, 0, 16, &task));
	CHECK(KnVmAllocate(RTL_NULL, 4 * MIB, READ_WRITE | COMMITTED) != RTL_NULL);
}

/* Objects count until they go. */
static void may_create_two(void)
{
	Handle one, two, three;

	NEED(KnTaskCreate("one", "x", RTL_NULL, 0, 10, &one));
	two = child_start("two", CHILD(exit_at_once), 0);
	CHECK_RC(rcQuotaExceeded, KnTaskCreate("three", "x", RTL_NULL, 0, 10, &three));
	NEED(KnTaskTerminate(one));
	CHECK_RC(rcQuotaExceeded, KnTaskCreate("three", "x", RTL_NULL, 0, 10, &three));
	NEED(KnHandleClose(one));
	CHECK_RC(rcOk, KnTaskCreate("three", "x", RTL_NULL, 0, 10, &three));
	NEED(KnHandleClose(three));
	KnTaskTerminate(two); /* if it has not ended yet: a running one would run on */
	NEED(KnHandleClose(two));
}

/* Nobody gives more than it has. */
static void gives(void)
{
	Handle task = child_create("given", 0);
	static const TaskLimits same = { 2 * MIB, 2, 0, 1, 0 }, as_creator = { 0, 0, 0, 0, 0 },
				memory = { 2 * MIB + FLOE_PAGE_SIZE, 0, 0, 0, 0 },
				tasks = { 0, 3, 0, 0, 0 }, rwx = { 0, 0, TaskMayRwx, 0, 0 },
				inspect = { 0, 0, TaskMayInspect, 0, 0 }, cpus = { 0, 0, 0, 2, 0 },
				absent_cpus = { 0, 0, 0, (rtl_uint64_t)1 << 63, 0 },
				unknown = { 0, 0, 1u << 31, 0, 0 },
				low = { FLOE_PAGE_SIZE, 0, 0, 0, 0 };

	CHECK_RC(rcOk, KnTaskSetLimits(task, &same));
	CHECK_RC(rcOk, KnTaskSetLimits(task, &as_creator));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &memory));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &tasks));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &rwx));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &inspect));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &cpus));
	CHECK_RC(rcSecurityDisallow, KnTaskSetLimits(task, &absent_cpus));
	CHECK_RC(rcInvalidArgument, KnTaskSetLimits(task, &unknown));
	CHECK_RC(rcInvalidArgument, KnTaskSetLimits(task, RTL_NULL));
	child_load(task, CHILD(exit_at_once));
	CHECK_RC(rcQuotaExceeded, KnTaskSetLimits(task, &low));
	NEED(KnHandleClose(task));
}

static void memory_of_a_child(void)
{
	static const TaskLimits limits = { 64 * 1024, 0, 0, 0, 0 };
	Handle task = child_create("small", 0);
	rtl_uintptr_t address;
	VmSeg seg;

	NEED(KnTaskSetLimits(task, &limits));
	NEED(KnVmSegInitFromBuf(&seg, 0, 0, 128 * 1024, READ_WRITE, 0, RTL_NULL, 0, "x", 1));
	CHECK_RC(rcQuotaExceeded, KnTaskLoadSeg(task, &seg, &address));
	seg.size = 16 * 1024;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &address));
	seg.flags = VMM_FLAG_READ | VMM_FLAG_EXECUTE;
	CHECK_RC(rcNoCapability, KnTaskLoadSeg(task, &seg, &address));
	seg.flags = VMM_FLAG_READ;
	seg.offset = 128 * 1024;
	CHECK_RC(rcInvalidArgument, KnTaskLoadSeg(task, &seg, &address));
	seg.offset = 0;
	seg.loadAddr = address;
	CHECK_RC(rcInvalidArgument,
		 KnTaskLoadSeg(task, &seg, &address)); /* automatic addresses are not for us */
	seg.loadAddr = 0x7000;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &address));
	CHECK_EQUAL(0x7000, address);
	CHECK_RC(rcAlreadyExists, KnTaskLoadSeg(task, &seg, &address));
	seg.loadAddr = 0xa000;
	CHECK_RC(rcAlreadyExists, KnTaskLoadSeg(task, &seg, &address));
	NEED(KnHandleClose(seg.h));
	CHECK_RC(rcInvalidArgument, KnTaskLoadSeg(task, &seg, &address));
	NEED(KnHandleClose(task));
}

static void own_memory(void)
{
	char *all = KnVmAllocate(RTL_NULL, MIB, READ_WRITE | COMMITTED), *more;

	CHECK(all != RTL_NULL);
	CHECK(KnVmAllocate(RTL_NULL, MIB, READ_WRITE | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate(RTL_NULL, (rtl_size_t)1 << 38, READ_WRITE | COMMITTED) == RTL_NULL);
	more = KnVmAllocate(RTL_NULL, 256 * 1024, READ_WRITE | COMMITTED);
	CHECK(more != RTL_NULL);
	CHECK_RC(rcOk, KnVmUnmap(more, 256 * 1024));
	CHECK_RC(rcInvalidOperation, KnVmUnmap(more, 256 * 1024));
	CHECK_RC(rcOk, KnVmUnmap(all, MIB));
	all = KnVmAllocate(RTL_NULL, MIB + 256 * 1024, READ_WRITE | COMMITTED);
	CHECK(all != RTL_NULL); /* what was given back counts no longer */
	CHECK_RC(rcOk, KnVmUnmap(all, MIB + 256 * 1024));
	CHECK(KnVmAllocate(RTL_NULL, FLOE_PAGE_SIZE, VMM_FLAG_RWX_MASK | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate(RTL_NULL, FLOE_PAGE_SIZE, VMM_FLAG_WRITE | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate(RTL_NULL, FLOE_PAGE_SIZE, READ_WRITE) == RTL_NULL);
	CHECK(KnVmAllocate(RTL_NULL, 100, READ_WRITE | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate((void *)0x100, FLOE_PAGE_SIZE, READ_WRITE | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate((void *)((rtl_uintptr_t)1 << 39), FLOE_PAGE_SIZE,
			   READ_WRITE | COMMITTED) == RTL_NULL);
	CHECK(KnVmAllocate((void *)0x1000, FLOE_PAGE_SIZE, READ_WRITE | COMMITTED) ==
	      (void *)0x1000);
	CHECK(KnVmAllocate((void *)0x1000, FLOE_PAGE_SIZE, READ_WRITE | COMMITTED) == RTL_NULL);
}

/* Pages are writable or executable, never both, whoever maps them. */
static void writable_or_executable(void)
{
	Handle task = child_create("wx", 0);
	char *page = KnVmAllocate(RTL_NULL, FLOE_PAGE_SIZE, READ_WRITE | COMMITTED);
	rtl_uintptr_t address;
	VmSeg seg;

	CHECK_RC(rcSecurityDisallow, KnVmSegInitFromBuf(&seg, 0, 0, FLOE_PAGE_SIZE,
							VMM_FLAG_RWX_MASK, 0, RTL_NULL, 0, "x", 1));
	CHECK_RC(rcOk, KnVmSegInitFromVm(&seg, 0, page, FLOE_PAGE_SIZE,
					 VMM_FLAG_READ | VMM_FLAG_EXECUTE));
	CHECK_RC(rcSecurityDisallow, KnTaskLoadSeg(task, &seg, &address));
	CHECK_RC(rcOk, KnVmUnmap(page, FLOE_PAGE_SIZE));
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &address));
	NEED(KnHandleClose(seg.h));
	/* ROMFS stays as it is. */
	CHECK_RC(rcNoCapability, KnVmSegInitFromVm(&seg, 0, (void *)KnTaskGetPcb()->romfs,
						   FLOE_PAGE_SIZE, READ_WRITE));
	/* Neither the hypervisor's pages nor uncommitted ones can be shared. */
	CHECK_RC(rcInvalidOperation,
		 KnVmSegInitFromVm(&seg, 0, KnTaskGetPcb(), FLOE_PAGE_SIZE, VMM_FLAG_READ));
	page = KnVmAllocate(RTL_NULL, 2 * FLOE_PAGE_SIZE,
			    READ_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT);
	page[0] = 1;
	CHECK_RC(rcInvalidOperation,
		 KnVmSegInitFromVm(&seg, 0, page, 2 * FLOE_PAGE_SIZE, VMM_FLAG_READ));
	CHECK_RC(rcOk, KnVmSegInitFromVm(&seg, 0, page, FLOE_PAGE_SIZE, VMM_FLAG_READ));
	NEED(KnHandleClose(seg.h));
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "none") == 0) {
		may_create_nothing();
		return checks_result();
	}
	may_create_two();
	gives();
	memory_of_a_child();
	own_memory();
	writable_or_executable();
	return checks_result();
}
