/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an inspector sees of a frozen process: its regions in order, their
 * memory, and its end; and how it finds it without having created it.
 */
#include "api-test.h"

#define STACK (64 * 1024ul)
#define DATA_AT 0x20000000ul
#define RESERVED_AT 0x30000000ul
#define GUARDED_AT 0x40000000ul

/*
 * Allocates four pages with guards at 0x40000000, touches the third one and its
 * stack, writes to its data, and crashes.
 */
CHILD_CODE(touch_and_crash, "li a0, 0x40000000\nli a1, 0x4000\nli a2, 0xdb\n" CHILD_CALL(
				    40) "li t0, 0x11223344\nli t1, 0x40002000\nsw t0, 8(t1)\n"
					"sw t0, -16(sp)\nli t1, 0x20000000\nsw t0, 4(t1)\nunimp");
CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");
CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));

static const struct {
	rtl_uintptr_t base; /* 0: the stack, somewhere above all of these */
	rtl_size_t size;
	rtl_uint32_t flags;
	int has_memory;
	rtl_size_t mark; /* where 0x11223344 was written; beyond the size: nowhere */
} expected[] = {
	{ CHILD_CODE_AT, PAGE, RX, 1, PAGE },
	{ DATA_AT, 2 * PAGE, RW, 1, 4 },
	{ RESERVED_AT, 3 * PAGE, R | VMM_FLAG_LOCKED | VMM_FLAG_HIGH_GUARD, 0, 3 * PAGE },
	{ GUARDED_AT, 4 * PAGE, RW | VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD, 1, 2 * PAGE + 8 },
	{ 0, STACK, RW | VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD, 1, STACK - 16 },
};

enum {
	COUNT = sizeof(expected) / sizeof(expected[0]),
};

static Handle frozen(void)
{
	Handle task = INVALID_HANDLE;
	rtl_uintptr_t address;
	void *reserved;
	VmSeg seg;

	NEED(KnTaskCreateEx("frozen", "x", RTL_NULL, STACK, 10,
			    TaskEmpty | TaskExceptionFreezesTask, &task));
	NEED(KnVmSegInitFromBuf(&seg, DATA_AT, 0, 2 * PAGE, RW, 0, RTL_NULL, 0, "data", 4));
	NEED(KnTaskLoadSeg(task, &seg, &address));
	NEED(KnHandleClose(seg.h));
	NEED(KnTaskVmReserve(task, (void *)RESERVED_AT, 3 * PAGE,
			     R | VMM_FLAG_LOCKED | VMM_FLAG_HIGH_GUARD, &reserved));
	child_load(task, CHILD(touch_and_crash));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	return task;
}

/* The whole region, word by word. */
static void check_content(Handle mdl, size_t i)
{
	const rtl_size_t size = expected[i].size, mark = expected[i].mark;
	const unsigned *words;
	rtl_size_t bytes = 0, others = 0;
	void *view;

	CHECK_RC(rcOk, KnPmmMdlGetSize(mdl, &bytes));
	CHECK_EQUAL(size, bytes);
	FAILS(rcNoCapability, KnPmmMdlMap(mdl, 0, size, RTL_NULL, RW, &view));
	FAILS(rcNoCapability, KnPmmMdlMap(mdl, 0, size, RTL_NULL, RX, &view));
	NEED(KnPmmMdlMap(mdl, 0, size, RTL_NULL, R, &view));
	NEED(KnHandleClose(mdl));
	words = view;
	if (mark < size)
		CHECK_EQUAL(0x11223344, words[mark / 4]);
	if (expected[i].base == DATA_AT)
		CHECK(memcmp(view, "data", 4) == 0);
	for (rtl_size_t w = expected[i].base == DATA_AT; w < size / 4; w++)
		others += w != mark / 4 && words[w];
	if (expected[i].base != CHILD_CODE_AT)
		CHECK_EQUAL(0, others);
	else
		CHECK(memcmp(view, touch_and_crash,
			     (size_t)(touch_and_crash_end - touch_and_crash)) == 0);
	NEED(KnVmUnmap(view, size));
}

static void walk(Handle task)
{
	void *at = RTL_NULL, *last;
	rtl_uint32_t flags;
	rtl_size_t size;
	Handle mdl, again;

	for (size_t i = 0; i < COUNT; i++) {
		last = at;
		CHECK_RC(rcOk, KnTaskGetNextVmRegion(task, at, &at, &size, &flags, &mdl));
		CHECK(at > last && (!expected[i].base || (rtl_uintptr_t)at == expected[i].base));
		CHECK_EQUAL(expected[i].size, size);
		CHECK_EQUAL(expected[i].flags, flags);
		CHECK_EQUAL(expected[i].has_memory, mdl != INVALID_HANDLE);
		CHECK_RC(rcOk, KnTaskGetNextVmRegion(task, last, &at, &size, &flags, &again));
		CHECK(again == INVALID_HANDLE || again != mdl);
		if (again != INVALID_HANDLE)
			NEED(KnHandleClose(again));
		if (mdl != INVALID_HANDLE)
			check_content(mdl, i);
	}
	FAILS(rcResourceNotFound, KnTaskGetNextVmRegion(task, at, &at, &size, &flags, &mdl));
	FAILS(rcResourceNotFound, KnTaskGetNextVmRegion(task, at, &at, &size, &flags, RTL_NULL));
	FAILS(rcResourceNotFound,
	      KnTaskGetNextVmRegion(task, (void *)-1ul, &at, &size, &flags, RTL_NULL));
	CHECK_RC(rcOk,
		 KnTaskGetNextVmRegion(task, (void *)(DATA_AT - 1), &at, &size, &flags, RTL_NULL));
	CHECK_EQUAL(DATA_AT, (rtl_uintptr_t)at);
}

static void errors(Handle task)
{
	rtl_uint32_t flags = 0;
	rtl_size_t size;
	Handle mdl;
	void *at;
	void **odd = (void **)((char *)&at + 4);

	FAILS(rcInvalidArgument,
	      KnTaskGetNextVmRegion(task, RTL_NULL, RTL_NULL, &size, &flags, &mdl));
	FAILS(rcInvalidArgument, KnTaskGetNextVmRegion(task, RTL_NULL, odd, &size, &flags, &mdl));
	FAILS(rcInvalidArgument,
	      KnTaskGetNextVmRegion(task, RTL_NULL, &at, RTL_NULL, &flags, &mdl));
	FAILS(rcInvalidArgument, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, RTL_NULL, &mdl));
	FAILS(rcInvalidArgument, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags,
						       (Handle *)((char *)&mdl + 1)));
	FAILS(rcInvalidArgument, KnTaskGetNextVmRegion(0, RTL_NULL, &at, &size, &flags, &mdl));
	FAILS(rcTargetFault, KnTaskGetNextVmRegion(task, RTL_NULL, NOWHERE, &size, &flags, &mdl));
	FAILS(rcTargetFault, KnTaskGetNextVmRegion(task, RTL_NULL, &at, NOWHERE, &flags, &mdl));
	FAILS(rcTargetFault, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, NOWHERE, &mdl));
	FAILS(rcTargetFault, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, NOWHERE));
}

/* A frozen process's memory can be read when it is gone. */
static void survives(Handle task)
{
	void *at, *view, *code;
	rtl_uint32_t flags;
	rtl_size_t size;
	Handle stack, text;

	NEED(KnTaskGetNextVmRegion(task, (void *)GUARDED_AT, &at, &size, &flags, &stack));
	NEED(KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &text));
	NEED(KnPmmMdlMap(text, 0, PAGE, RTL_NULL, R, &code));
	CHECK_RC(rcOk, KnTaskTerminateAfterFreezing(task));
	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &text));
	NEED(KnHandleClose(task));
	settled();
	NEED(KnPmmMdlMap(stack, 0, STACK, RTL_NULL, R, &view));
	CHECK_EQUAL(0x11223344, ((unsigned *)view)[STACK / 4 - 4]);
	CHECK_EQUAL(0, ((unsigned *)view)[0]);
	CHECK(memcmp(code, touch_and_crash, 16) == 0);
	NEED(KnVmUnmap(view, STACK));
	NEED(KnVmUnmap(code, PAGE));
	NEED(KnHandleClose(stack));
	NEED(KnHandleClose(text));
}

static void no_leaks(void)
{
	SysCounters before = { 0 }, after;

	for (int i = 0; i < 10; i++) {
		if (i == 2)
			before = settled();
		survives(frozen());
	}
	after = settled();
	check_counters(__LINE__, "frozen processes", &before, &after);
}

/* Only a frozen one. */
static void other_states(void)
{
	Handle task = child_create("states", 0), ended;
	rtl_uint32_t flags;
	rtl_size_t size;
	Handle mdl;
	void *at;

	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &mdl));
	child_load(task, CHILD(sleep_forever));
	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &mdl));
	NEED(KnTaskResume(task));
	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &mdl));
	NEED(KnTaskTerminate(task));
	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &mdl));
	NEED(KnHandleClose(task));
	ended = child_start("ended", CHILD(exit_at_once), 0);
	wait_for(ended);
	FAILS(rcInvalidOperation, KnTaskGetNextVmRegion(ended, RTL_NULL, &at, &size, &flags, &mdl));
	NEED(KnHandleClose(ended));
}

/* All processes, by ascending ids; the handles permit to inspect and to end, not to prepare. */
static void enumerate(Handle task)
{
	static const TaskInitialState state = { 0x1000, 0 };
	Handle found, empty = child_create("empty", 0);
	Pid after = 0, pid, own, ids[8];
	rtl_uint32_t flags;
	rtl_size_t size;
	unsigned count = 0;
	void *at;

	NEED(KnTaskGetIdByHandle(task, &own));
	while (KnTaskGetNext(after, &found) == rcOk && count < 8) {
		NEED(KnTaskGetIdByHandle(found, &pid));
		CHECK(pid > after);
		ids[count++] = after = pid;
		if (pid == own)
			CHECK_RC(rcOk, KnTaskGetNextVmRegion(found, RTL_NULL, &at, &size, &flags,
							     RTL_NULL));
		else
			CHECK_RC(rcInvalidOperation,
				 KnTaskGetNextVmRegion(found, RTL_NULL, &at, &size, &flags,
						       RTL_NULL));
		CHECK_RC(rcNoCapability, KnTaskSetInitialState(found, &state));
		CHECK_RC(rcNoCapability, KnTaskVmFree(found, (void *)DATA_AT, PAGE));
		CHECK_RC(rcNoCapability,
			 KnTaskTransferResource(empty, found, INVALID_HANDLE, 0, &found));
		NEED(KnHandleClose(found));
	}
	CHECK_EQUAL(5, count); /* init, this one, the bystander, the frozen one, the empty one */
	CHECK(ids[0] == 1 && ids[1] == KnTaskGetId() && ids[3] == own);
	FAILS(rcResourceNotFound, KnTaskGetNext(after, &found));
	FAILS(rcResourceNotFound, KnTaskGetNext((Pid)-1, &found));
	FAILS(rcInvalidArgument, KnTaskGetNext(0, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskGetNext(0, (Handle *)((char *)&found + 1)));
	FAILS(rcTargetFault, KnTaskGetNext(0, NOWHERE));
	FAILS(rcInvalidArgument, KnSysGetCounters(RTL_NULL));
	FAILS(rcTargetFault, KnSysGetCounters(NOWHERE));
	NEED(KnHandleClose(empty));
}

/* Of another partition, found by its id alone. */
static void end_the_bystander(void)
{
	TaskExitStatus status;
	Handle found;

	NEED(KnTaskGetNext(KnTaskGetId(), &found));
	CHECK_RC(rcOk, KnTaskTerminate(found));
	CHECK_RC(rcOk, KnTaskGetExitStatus(found, &status));
	CHECK_EQUAL(TaskExitTerminated, status);
	NEED(KnHandleClose(found));
}

/* Without the permission there is nothing to see. */
static void bystander(void)
{
	SysCounters c;
	Handle found;

	CHECK_RC(rcSecurityDisallow, KnTaskGetNext(0, &found));
	CHECK_RC(rcSecurityDisallow, KnTaskGetNext(0, NOWHERE));
	CHECK_RC(rcSecurityDisallow, KnSysGetCounters(&c));
	checks_result();
	for (;;)
		KnSleep(1000);
}

int main(int argc, char **argv)
{
	Handle task;

	(void)argv;
	if (argc > 1)
		bystander();
	touch_stack();
	KnSleep(200); /* the bystander has had its say */
	task = frozen();
	walk(task);
	walk(task); /* the same once more: looking changes nothing */
	errors(task);
	enumerate(task);
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
	no_leaks();
	other_states();
	end_the_bystander();
	return checks_result();
}
