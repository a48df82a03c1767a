/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is not write-back. Argument: "types" where the machine has Svpbmt
 * in the second stage, "none" where it has not.
 */
#include "api-test.h"

#include <kos/random/random_api.h>

static const rtl_uint32_t types[] = { VMM_FLAG_WRITE_COMBINE, VMM_FLAG_CACHE_DISABLE };

/* Same on every machine: what is no type, or none that RISC-V has. */
static void never(void)
{
	void *at = (void *)1ul;

	FAILS(rcUnimplemented,
	      KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH | VMM_FLAG_WRITE_THROUGH, &at));
	FAILS(rcInvalidArgument,
	      KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH | types[0] | types[1], &at));
	FAILS(rcInvalidArgument,
	      KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH | VMM_FLAG_CACHE_MASK, &at));
	FAILS(rcInvalidArgument, KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH, RTL_NULL));
	CHECK(at == (void *)1ul);
	CHECK_RC(rcOk, KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH | VMM_FLAG_WRITE_BACK, &at));
	CHECK_RC(rcOk, KnVmUnmap(at, PAGE));
}

static void refused(void)
{
	void *at = (void *)1ul;

	for (size_t i = 0; i < 2; i++) {
		FAILS(rcUnimplemented,
		      KnVmAllocateEx(RTL_NULL, PAGE, RW | ON_TOUCH | types[i], &at));
		CHECK(!KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE | types[i]));
	}
	CHECK(at == (void *)1ul);
}

/* The pages of a region are written, read, protected, decommitted as any other. */
static void used(rtl_uint32_t type)
{
	const rtl_size_t size = (2ul << 20) + 3 * PAGE;
	volatile unsigned *words;
	void *at = RTL_NULL;

	CHECK_RC(rcOk, KnVmAllocateEx(RTL_NULL, size, RW | AT_ONCE | type, &at));
	words = at;
	for (rtl_size_t i = 0; i < size / 4; i += 1021) {
		CHECK_EQUAL(0, words[i]);
		words[i] = (unsigned)i;
	}
	CHECK_RC(rcOk, KnVmProtect((char *)at + PAGE, PAGE, R));
	for (rtl_size_t i = 0; i < size / 4; i += 1021)
		CHECK_EQUAL(i, words[i]);
	CHECK_RC(rcOk, KnVmDecommit((char *)at + PAGE, 2 * PAGE));
	CHECK_RC(rcOk, KnVmCommit((char *)at + PAGE, 2 * PAGE, VMM_FLAG_COMMIT));
	CHECK_EQUAL(0, words[2 * PAGE / 4]);
	FAILS(rcTargetFault, KosRandomGenerate(1, at));
	FAILS(rcInvalidArgument, KnVmProtect(at, PAGE, R | type));
	CHECK_RC(rcOk, KnVmUnmap(at, size));
}

/* A view of the same pages has the same content, with the same type. */
static void viewed(rtl_uint32_t type)
{
	void *at = RTL_NULL, *view = RTL_NULL;
	Handle mdl = INVALID_HANDLE;

	NEED(KnVmAllocateEx(RTL_NULL, PAGE, RW | AT_ONCE | type, &at));
	NEED(KnPmmMdlCreateFromVm(at, PAGE, RW, &mdl));
	FAILS(rcInvalidArgument, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R | type, &view));
	NEED(KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, &view));
	*(volatile char *)at = 'x';
	CHECK_EQUAL('x', *(volatile char *)view);
	FAILS(rcTargetFault, KosRandomGenerate(1, view));
	NEED(KnHandleClose(mdl));
	NEED(KnVmUnmap(at, PAGE));
	CHECK_EQUAL('x', *(volatile char *)view);
	NEED(KnVmUnmap(view, PAGE));
}

/* A process that freezes with such memory: its flags and its content. */
static void inspected(rtl_uint32_t type, const char *mode)
{
	Handle task = another("frozen", mode, KOS_TASK_FLAG_DUMPABLE, RTL_NULL);
	void *next = (void *)0x5ffff000ul, *view = RTL_NULL;
	rtl_uint32_t flags = 0;
	rtl_size_t size = 0;
	Handle mdl = INVALID_HANDLE;

	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	NEED(KnTaskGetNextVmRegion(task, next, &next, &size, &flags, &mdl));
	CHECK(next == (void *)0x60000000ul && size == 3 * PAGE);
	CHECK_EQUAL(RW | type, flags);
	NEED(KnPmmMdlMap(mdl, 0, size, RTL_NULL, R, &view));
	CHECK_EQUAL(0, *((char *)view + PAGE - 1));
	CHECK_EQUAL('y', *((char *)view + PAGE));
	NEED(KnHandleClose(mdl));
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
	CHECK_EQUAL('y', *((char *)view + PAGE));
	NEED(KnVmUnmap(view, size));
}

static int freeze(rtl_uint32_t type)
{
	char *p = KnVmAllocate((void *)0x60000000ul, 3 * PAGE, RW | ON_TOUCH | type);

	p[PAGE] = 'y';
	KnTaskPanic();
	return 0;
}

int main(int argc, char **argv)
{
	SysCounters before;

	if (argc > 1 && (argv[1][0] == '0' || argv[1][0] == '1'))
		return freeze(types[argv[1][0] - '0']);
	touch_stack();
	before = settled();
	never();
	if (argc > 1 && argv[1][0] == 't') {
		for (size_t i = 0; i < 2; i++) {
			used(types[i]);
			viewed(types[i]);
			inspected(types[i], i ? "1" : "0");
		}
	} else {
		refused();
	}
	CHECK_EQUAL(before.mdls, settled().mdls);
	return checks_result();
}
