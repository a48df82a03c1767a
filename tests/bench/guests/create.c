/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition from KnTaskCreateEx() to its first instruction: text that it shares
 * with others like it, a page of data of its own, and a stack. Then the memory
 * that such partitions take beside that.
 */
#include "bench.h"

enum {
	CREATIONS = 200,
	PARTITIONS = 64,
	DATA_AT = CHILD_CODE_AT + FLOE_PAGE_SIZE, /* as a linker puts it */
	DATA_PAGES = 1,
};

/* Its first instruction counts; the exit code is the lower half of that. */
CHILD_CODE(first, "rdinstret a0\n" CHILD_CALL(18));
CHILD_CODE(sleep, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

static const char data[100] = "initialized data";

/* Text that partitions can share. */
static VmSeg make_text(struct child_code code)
{
	VmSeg text;

	NEED(KnVmSegInitFromBuf(&text, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, code.start,
				(rtl_size_t)(code.end - code.start)));
	return text;
}

/* Real-time above this one: it runs at once. */
static Handle create(const char *name, const VmSeg *text)
{
	const TaskInitialState state = { CHILD_CODE_AT, 0 };
	rtl_uintptr_t at;
	VmSeg own;
	Handle task;

	NEED(KnTaskCreateEx(name, "bench.Child", RTL_NULL, 0, ThreadPriorityNormal, TaskEmpty,
			    &task));
	NEED(KnTaskLoadSeg(task, text, &at));
	NEED(KnVmSegInitFromBuf(&own, DATA_AT, 0, DATA_PAGES * FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_WRITE, 0, RTL_NULL, 0, data,
				sizeof(data)));
	NEED(KnTaskLoadSeg(task, &own, &at));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 31, RTL_NULL));
	NEED(KnTaskResume(task));
	NEED(KnHandleClose(own.h));
	return task;
}

static void measure_time(void)
{
	VmSeg text = make_text(CHILD(first));
	uint64_t total = 0;

	for (int i = -1; i < CREATIONS; i++) {
		uint32_t start = (uint32_t)instret();
		Handle task = create("child", &text);
		rtl_int32_t code;

		NEED(KnTaskGetExitCode(task, &code));
		NEED(KnHandleClose(task));
		/* The first one touches pages of this program's own. */
		total += i < 0 ? 0 : (uint32_t)code - start;
		/* Its end is said on the console, before the next is measured. */
		KnSleep(20);
	}
	bench_print("partition_create", total, CREATIONS);
}

static void measure_memory(void)
{
	VmSeg text = make_text(CHILD(sleep));
	SysCounters before, after;
	char name[16];

	NEED(KnSysGetCounters(&before));
	for (int i = 0; i < PARTITIONS; i++) {
		snprintf(name, sizeof(name), "child%d", i);
		create(name, &text);
	}
	NEED(KnSysGetCounters(&after));
	bench_print("partition_overhead_bytes",
		    (before.freePages - after.freePages - PARTITIONS * DATA_PAGES) * FLOE_PAGE_SIZE,
		    PARTITIONS);
}

int main(void)
{
	measure_time();
	measure_memory();
	return 0;
}
