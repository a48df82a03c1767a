/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inspection calls on processes in every state, on a thread that crashed and
 * on others of its process, on memory as it comes to be; and who may not.
 */
#include "api-test.h"

#include <coresrv/console/console_api.h>
#include <coresrv/task/inspect_api.h>

#define ALLOCATED ((void *)0x40000000ul)

/* With an argument: this program as the one that is looked at. */
static int sleeper(void *context)
{
	(void)context;
	KnSleep(1000000);
	return 0;
}

static int crash(void)
{
	Handle thread;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, 4, 0, RTL_NULL, sleeper, RTL_NULL,
				    ThreadFlagSchedFifo));
	if (KnVmAllocate(ALLOCATED, 4 * PAGE, RW | ON_TOUCH) != ALLOCATED)
		return 1;
	*(volatile int *)ALLOCATED = 1;
	KnSleep(20);
	__asm__ volatile("fcvt.d.w ft0, %0\nli s11, 0x5151\nunimp" : : "r"(1) : "s11");
	return 0;
}

static TaskInfo info_of(Handle task)
{
	TaskInfo info;

	CHECK_RC(rcOk, KnTaskGetInfo(task, &info));
	return info;
}

static void states(void)
{
	const TaskLimits limits = { .memoryLimit = 0x200000 };
	Handle task = another("looked-at", "crash", KOS_TASK_FLAG_DUMPABLE, &limits);
	TaskInfo info = info_of(task);
	char text[64];

	CHECK_EQUAL(TaskStateEntrySet, info.state);
	CHECK_EQUAL(KnTaskGetId(), info.creator);
	CHECK_EQUAL(KnTaskGetId(), info.root);
	CHECK_EQUAL(0, info.threads);
	CHECK_EQUAL(0x200000, info.memoryLimit);
	CHECK_RC(rcOk, KnTaskGetString(task, TaskStringName, text, sizeof(text)));
	CHECK_EQUAL(0, strcmp(text, "looked-at"));
	CHECK_RC(rcOk, KnTaskGetString(task, TaskStringPath, text, sizeof(text)));
	CHECK_EQUAL(0, strcmp(text, "api-inspect.elf"));
	FAILS(rcBufferTooSmall, KnTaskGetString(task, TaskStringPath, text, 5));
	FAILS(rcInvalidArgument, KnTaskGetString(task, (TaskString)3, text, sizeof(text)));
	FAILS(rcTargetFault, KnTaskGetString(task, TaskStringName, NOWHERE, 64));
	NEED(KnTaskTerminate(task));
	CHECK_EQUAL(TaskStateEnded, info_of(task).state);
	CHECK_EQUAL(TaskExitTerminated, info_of(task).exitStatus);
	CHECK_EQUAL(0, info_of(task).memory);
	NEED(KnHandleClose(task));
}

static Handle frozen(void)
{
	Handle task = another("looked-at", "crash", KOS_TASK_FLAG_DUMPABLE, RTL_NULL);
	TaskFaultRecord record;
	KnThreadState state;

	/* Before it can run, and freeze, on another hart. */
	FAILS(rcInvalidOperation, KnTaskGetFaultRecord(task, &record));
	FAILS(rcInvalidOperation, KnTaskGetThreadState(task, 0, &state));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	return task;
}

static void record_of(Handle task)
{
	static TaskFaultRecord r;

	CHECK_RC(rcOk, KnTaskGetFaultRecord(task, &r));
	CHECK_EQUAL(TaskFaultException, r.fault.kind);
	CHECK_EQUAL(2, r.fault.cause);
	CHECK_EQUAL(2, r.fault.instructionSize);
	CHECK_EQUAL(0, r.fault.instruction);
	CHECK_EQUAL(TaskFaultHandlerNone, r.handler);
	CHECK_EQUAL(0x5151, r.frame.x[27]);
	CHECK_EQUAL(r.fault.pc, r.frame.pc);
	CHECK_EQUAL(1, r.atPc.base <= r.fault.pc && r.fault.pc - r.atPc.base < r.atPc.size);
	CHECK_EQUAL(RX, r.atPc.access);
	FAILS(rcTargetFault, KnTaskGetFaultRecord(task, NOWHERE));
	FAILS(rcInvalidArgument, KnTaskGetFaultRecord(task, RTL_NULL));
}

/* The same threads by their ids. */
static void thread_infos_of(Handle task, Tid faulted)
{
	TaskThreadInfo info = { .tid = 0 };
	unsigned count = 0;

	while (KnTaskGetThreadInfo(task, info.tid, &info) == rcOk) {
		count++;
		CHECK_EQUAL(TaskThreadHalted, info.state);
		CHECK_EQUAL(info.tid == faulted ? ThreadSchedPolicyOther : ThreadSchedPolicyFifo,
			    info.policy);
		CHECK_EQUAL(1, info.cpuMask != 0);
	}
	CHECK_EQUAL(2, count);
	FAILS(rcResourceNotFound, KnTaskGetThreadInfo(task, info.tid, &info));
	FAILS(rcTargetFault, KnTaskGetThreadInfo(task, 0, NOWHERE));
	FAILS(rcInvalidArgument, KnTaskGetThreadInfo(task, 0, RTL_NULL));
}

static void threads_of(Handle task)
{
	static KnThreadState first, other;
	static KnThreadContext context;

	CHECK_RC(rcOk, KnTaskGetThreadState(task, 0, &first));
	CHECK_RC(rcOk, KnTaskGetThreadState(task, 1, &other));
	FAILS(rcResourceNotFound, KnTaskGetThreadState(task, 2, &other));
	CHECK_EQUAL(0x5151, first.frame.x[27]);
	CHECK_EQUAL(0x3ff0000000000000, first.f[0]);
	CHECK_EQUAL(ThreadSchedPolicyOther, first.policy);
	CHECK_EQUAL(1, first.runTime > 0);
	CHECK_EQUAL(ThreadSchedPolicyFifo, other.policy);
	CHECK_EQUAL(4, other.priority);
	CHECK_EQUAL(1, other.tid != first.tid);
	CHECK_RC(rcOk, KnTaskGetThreadContext(task, 1, &context));
	CHECK_EQUAL(0, memcmp(&context.frame, &other.frame, sizeof(context.frame)));
	CHECK_EQUAL(2, info_of(task).threads);
	CHECK_EQUAL(1, info_of(task).runTime >= first.runTime + other.runTime);
	thread_infos_of(task, first.tid);
}

static rtl_size_t untouched_in(Handle task, const TaskRegionInfo *r)
{
	rtl_size_t sum = 0, n;

	for (rtl_size_t at = 0; at < r->size; at += n ? n : PAGE) {
		CHECK_RC(rcOk, KnTaskGetUntouched(task, (void *)(r->base + at), &n));
		sum += n;
	}
	return sum;
}

/* The same regions as KnTaskGetNextVmRegion(), with what lies behind them. */
static void regions_of(Handle task)
{
	TaskRegionInfo r = { .base = 0 };
	void *next = RTL_NULL;
	rtl_size_t size, stacks = 0, symbols = 0, segments = 0;
	rtl_uint32_t flags;

	while (KnTaskGetNextVmRegion(task, next, &next, &size, &flags, RTL_NULL) == rcOk) {
		CHECK_RC(rcOk, KnTaskGetRegionInfo(task, (void *)r.base, &r));
		CHECK_EQUAL((rtl_uintptr_t)next, r.base);
		CHECK_EQUAL(size, r.size);
		CHECK_EQUAL(flags, r.flags);
		CHECK_EQUAL(1, r.committed <= r.size);
		CHECK_EQUAL(r.committed, r.size - untouched_in(task, &r));
		stacks += r.kind == TaskRegionStack;
		symbols += r.kind == TaskRegionSymbols;
		segments += r.kind == TaskRegionMapped;
		if (next == ALLOCATED) {
			CHECK_EQUAL(PAGE, r.committed);
			CHECK_EQUAL(TaskRegionPrivate, r.kind);
		}
	}
	FAILS(rcResourceNotFound, KnTaskGetRegionInfo(task, (void *)r.base, &r));
	CHECK_EQUAL(2, stacks);
	CHECK_EQUAL(2, symbols);
	CHECK_EQUAL(3, segments);
}

/* What runs may be asked as well; time goes on. */
static void self(void)
{
	TaskInfo before, after;
	TaskRegionInfo r;
	Handle own;

	NEED(KnTaskGetNext(KnTaskGetId() - 1, &own));
	before = info_of(own);
	CHECK_EQUAL(TaskStateRunning, before.state);
	CHECK_EQUAL(1, before.threads);
	do
		after = info_of(own);
	while (after.runTime < before.runTime + KnTaskGetGsi()->ticksPerSecond / 100);
	KnSleep(100);
	before = info_of(own);
	CHECK_EQUAL(1, before.runTime < after.runTime + KnTaskGetGsi()->ticksPerSecond / 20);
	CHECK_RC(rcOk, KnTaskGetRegionInfo(own, RTL_NULL, &r));
	CHECK_EQUAL(before.symTabSize != 0, 1);
	NEED(KnHandleClose(own));
}

static void console(void)
{
	char c;
	rtl_size_t count;

	FAILS(rcInvalidArgument, KnConsoleSetMode((ConsoleMode)3));
	CHECK_RC(rcTimeout, KnConsoleRead(&c, 1, 0, &count));
	CHECK_EQUAL(0, count);
	CHECK_RC(rcTimeout, KnConsoleRead(&c, 1, 15, &count));
	CHECK_RC(rcInvalidArgument, KnConsoleRead(&c, 0, 0, &count));
	NEED(KnConsoleSetMode(ConsoleModeRaw));
	NEED(KnConsoleWrite("raw ", 4));
	NEED(KnConsoleWrite("and whole\n", 10));
	NEED(KnConsoleSetMode(ConsoleModeLine));
}

static void not_allowed(void)
{
	char c;
	rtl_size_t count;

	CHECK_RC(rcSecurityDisallow, KnConsoleSetMode(ConsoleModeRaw));
	CHECK_RC(rcSecurityDisallow, KnConsoleRead(&c, 1, 0, &count));
}

int main(int argc, char **argv)
{
	Handle task;

	if (argc > 1 && strcmp(argv[1], "crash") == 0)
		return crash();
	if (argc > 1) {
		not_allowed();
		return checks_result();
	}
	touch_stack();
	settled(); /* the other partition has come and gone */
	states();
	task = frozen();
	record_of(task);
	threads_of(task);
	regions_of(task);
	NEED(KnTaskTerminateAfterFreezing(task));
	FAILS(rcInvalidOperation, KnTaskGetRegionInfo(task, RTL_NULL, RTL_NULL + 8));
	CHECK_EQUAL(TaskStateEnded, info_of(task).state);
	record_of(task);
	NEED(KnHandleClose(task));
	FAILS(rcInvalidArgument, KnTaskGetInfo(task, NOWHERE));
	self();
	console();
	return checks_result();
}
