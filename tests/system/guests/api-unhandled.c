// SPDX-License-Identifier: Apache-2.0
/*
 * Exceptions that end the process: its handlers refuse, cannot run, or have one themselves. Each
 * mode is a child of its own, which freezes.
 */
#include "api-test.h"

#include <stdint.h>

#define HOLE 0x70000000ul /* nothing is mapped there */

static int faults(ExceptionInfo *info)
{
	(void)info;
	return *(volatile int *)(HOLE + 8);
}

static int sleeps_and_refuses(ExceptionInfo *info)
{
	(void)info;
	KnSleep(2);
	return 0;
}

static int handles(ExceptionInfo *info)
{
	(void)info;
	return 1;
}

static int breaks_unhandled(void *context)
{
	(void)context;
	__asm__ volatile("ebreak");
	return 0;
}

__attribute__((noinline)) static unsigned deeper(unsigned n)
{
	volatile char frame_of_it[512];

	frame_of_it[0] = (char)n;
	return n ? deeper(n + 1) + (unsigned)frame_of_it[0] : 0;
}

__attribute__((noinline)) static int child(const char *mode)
{
	Handle thread;
	Tid tid;

	if (!strcmp(mode, "nested")) {
		KnTaskSetExceptionHandler(faults);
		__asm__ volatile("ebreak");
	} else if (!strcmp(mode, "refused")) {
		KnTaskSetExceptionHandler(sleeps_and_refuses);
		KnThreadSetExceptionHandler(sleeps_and_refuses);
		*(volatile int *)(HOLE + 4) = 1;
	} else if (!strcmp(mode, "no-stack")) {
		KnTaskSetExceptionHandler(handles);
		__asm__ volatile("li sp, 0x70000000\nebreak");
	} else if (!strcmp(mode, "overflow")) {
		KnTaskSetExceptionHandler(handles);
		deeper(1);
	} else if (!strcmp(mode, "panic")) {
		KnTaskSetExceptionHandler(handles);
		KnTaskPanic();
	} else if (!strcmp(mode, "handler-nowhere")) {
		KnTaskSetExceptionHandler((TaskExceptionHandler)HOLE);
		__asm__ volatile("ebreak");
	} else if (!strcmp(mode, "thread")) {
		NEED(KnThreadCreateByHandle(&thread, &tid, 10, 0, RTL_NULL, breaks_unhandled,
					    RTL_NULL, 0));
		KnSleep(1000);
	} else if (!strcmp(mode, "return-page")) {
		/* Where handlers return to, without having been called. */
		__asm__ volatile("li t0, 0xffc0000008\njr t0");
	}
	return 100;
}

static void unhandled(void)
{
	static const struct {
		const char *mode;
		HalExceptionCode type;
		HalArchException code;
		uint64_t value;
	} cases[] = {
		{ "nested", HalExcAccess, 21, HOLE + 8 },
		{ "refused", HalExcAccess, 23, HOLE + 4 },
		{ "no-stack", HalExcBreakpoint, 3, 0 },
		{ "overflow", HalExcAccess, 23, 0 },
		{ "panic", HalExcPanic, 3, 0 },
		{ "handler-nowhere", HalExcAccess, 20, HOLE },
		{ "thread", HalExcBreakpoint, 3, 0 },
		{ "return-page", HalExcOther, 10, 0 },
	};
	static const TaskLimits limits = { 0, 0, TaskMayInspect, 0, 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Handle task = another(cases[i].mode, cases[i].mode, KOS_TASK_FLAG_DUMPABLE,
				      &limits);
		KnThreadContext context;
		HalExceptionCode type = 0;
		HalArchException code = 0;
		HalTrapFrame at;

		NEED(KnTaskResume(task));
		CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
		CHECK_RC(rcOk, KnTaskGetExceptionInfo(task, &type, &code, &at));
		CHECK_EQUAL(cases[i].type, type);
		CHECK_EQUAL(cases[i].code, code);
		if (cases[i].value)
			CHECK_EQUAL(cases[i].value, at.stval);
		CHECK_RC(rcOk, KnTaskGetThreadContext(task, 0, &context));
		CHECK_EQUAL(at.pc, context.frame.pc);
		CHECK_RC(strcmp(cases[i].mode, "thread") ? rcResourceNotFound : rcOk,
			 KnTaskGetThreadContext(task, 1, &context));
		CHECK_RC(rcOk, KnTaskTerminateAfterFreezing(task));
		CHECK_RC(rcOk, KnHandleClose(task));
	}
}

int main(int argc, char **argv)
{
	SysCounters before, after;

	if (argc > 1)
		return child(argv[1]);
	touch_stack();
	unhandled();
	before = settled();
	unhandled();
	after = settled();
	check_counters(__LINE__, "unhandled", &before, &after);
	return checks_result();
}
