/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnTaskSetInitialPolicy, KnTaskSetInitialThreadPriority and the getter: each
 * argument wrong, before the start and while the process runs; and that a change
 * while it runs has its effect at once; and what all have run. One hart.
 */
#include "api-test.h"

#include <coresrv/task/inspect_api.h>

#define AT 0x20000000ul

CHILD_CODE(spin, "1: j 1b");
CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

/* Counts in its page, and ends when it finds the second word set. */
CHILD_CODE(count_on, "li t0, 0x20000000\n1: lw t1, 0(t0)\naddi t1, t1, 1\nsw t1, 0(t0)\n"
		     "lw t2, 4(t0)\nbeqz t2, 1b\nli a0, 0\n" CHILD_CALL(18));
/* Counts to a million, and ends. */
CHILD_CODE(count_up, "li t0, 0x20000000\nli t2, 1000000\n1: lw t1, 0(t0)\naddi t1, t1, 1\n"
		     "sw t1, 0(t0)\nblt t1, t2, 1b\nli a0, 0\n" CHILD_CALL(18));

enum {
	MILLION = 1000000,
};

static void errors(Handle task)
{
	ThreadSchedParam param = { .rrInterval = { 0, 5000000 } };
	const ThreadSchedParam wrong[] = {
		{ .rrInterval = { 0, 0 } },
		{ .rrInterval = { 0, 1000000000 } },
		{ .rrInterval = { 1, 0xffffffff } },
	};
	ThreadPriority before = 0, after = 1;

	NEED(KnTaskGetInitialThreadPriority(task, &before));
	FAILS(rcInvalidArgument,
	      KnTaskSetInitialPolicy(task, ThreadSchedPolicyOther, 16, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 32, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 32, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, (ThreadPriority)-1, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetInitialPolicy(task, (ThreadSchedPolicy)3, 1, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetInitialPolicy(task, ThreadSchedPolicyOther, 1, &param));
	FAILS(rcInvalidArgument, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, &param));
	FAILS(rcInvalidArgument,
	      KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 1,
				     (const ThreadSchedParam *)((char *)&param + 4)));
	FAILS(rcSourceFault, KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 1, NOWHERE));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		FAILS(rcInvalidArgument,
		      KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 1, &wrong[i]));
	FAILS(rcInvalidArgument, KnTaskSetInitialThreadPriority(task, 32));
	FAILS(rcInvalidArgument, KnTaskSetInitialThreadPriority(task, 16)); /* it is standard */
	FAILS(rcInvalidArgument, KnTaskSetInitialThreadPriority(INVALID_HANDLE, 1));
	FAILS(rcInvalidArgument, KnTaskGetInitialThreadPriority(task, RTL_NULL));
	NEED(KnTaskGetInitialThreadPriority(task, &after));
	CHECK_EQUAL(before, after);
}

/* Every class with the ends of its range; the getter follows, and the range is the class's. */
static void ranges(Handle task)
{
	static const struct {
		ThreadSchedPolicy policy;
		ThreadPriority highest;
	} classes[] = { { ThreadSchedPolicyFifo, 31 },
			{ ThreadSchedPolicyRR, 31 },
			{ ThreadSchedPolicyOther, 15 } };
	ThreadSchedParam shortest = { .rrInterval = { 0, 1 } },
			 longest = { .rrInterval = { (rtl_uint64_t)-1, 999999999 } };
	ThreadPriority seen;

	for (int i = 0; i < 3; i++) {
		ThreadPriority highest = classes[i].highest;

		CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, classes[i].policy, 0, RTL_NULL));
		NEED(KnTaskGetInitialThreadPriority(task, &seen));
		CHECK_EQUAL(0, seen);
		CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, classes[i].policy, highest, RTL_NULL));
		CHECK_RC(rcOk, KnTaskSetInitialThreadPriority(task, highest - 1));
		CHECK_RC(rcOk, KnTaskSetInitialThreadPriority(task, highest));
		NEED(KnTaskGetInitialThreadPriority(task, &seen));
		CHECK_EQUAL(highest, seen);
		FAILS(rcInvalidArgument, KnTaskSetInitialThreadPriority(task, highest + 1));
	}
	CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 5, &shortest));
	CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 5, &longest));
	CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, ThreadSchedPolicyOther, 3, RTL_NULL));
}

static void before_and_while_running(void)
{
	Handle task = child_create("sleeper", 0);

	FAILS(rcInvalidOperation, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, RTL_NULL));
	FAILS(rcInvalidOperation, KnTaskSetInitialThreadPriority(task, 1));
	child_load(task, CHILD(sleep_forever));
	errors(task);
	ranges(task);
	NEED(KnTaskResume(task));
	errors(task);
	ranges(task);
	NEED(KnTaskTerminate(task));
	FAILS(rcInvalidOperation, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, RTL_NULL));
	FAILS(rcInvalidOperation, KnTaskSetInitialThreadPriority(task, 1));
	NEED(KnHandleClose(task));
}

static volatile int *page;

static Handle counting(struct child_code code)
{
	Handle task = child_create("counting", 0);
	rtl_uintptr_t at;
	void *view;
	VmSeg seg;

	NEED(KnVmSegInitFromBuf(&seg, AT, 0, PAGE, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	NEED(KnTaskLoadSeg(task, &seg, &at));
	NEED(KnPmmMdlMap(seg.h, 0, PAGE, RTL_NULL, RW, &view));
	NEED(KnHandleClose(seg.h));
	page = view;
	child_load(task, code);
	return task;
}

static void done(Handle task)
{
	CHECK_EQUAL(0, exit_code_of(task));
	NEED(KnVmUnmap((void *)page, PAGE));
}

static void wait_a_moment(void)
{
	for (volatile int i = 0; i < 300000; i++)
		;
}

/* This program is FIFO, 10: a standard thread waits while it runs, a higher one does not. */
static void effects(void)
{
	Handle task = counting(CHILD(count_up));
	int reached;

	NEED(KnTaskResume(task));
	wait_a_moment();
	CHECK_EQUAL(0, page[0]);
	CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 9, RTL_NULL));
	wait_a_moment();
	CHECK_EQUAL(0, page[0]);
	CHECK_RC(rcOk, KnTaskSetInitialThreadPriority(task, 11));
	CHECK_EQUAL(MILLION, page[0]); /* it has come and gone within the call */
	done(task);

	task = counting(CHILD(count_up));
	NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 31, RTL_NULL));
	CHECK_RC(rcOk, KnTaskResume(task));
	CHECK_EQUAL(MILLION, page[0]);
	done(task);

	/* As its equal it runs while this one sleeps, and stops when it becomes less. */
	task = counting(CHILD(count_on));
	NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyRR, 10, RTL_NULL));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(0, page[0]);
	CHECK_RC(rcOk, KnSleep(0));
	/* FIFO is not interrupted by its equals; the other gives way after its interval. */
	reached = page[0];
	CHECK(reached > 0);
	CHECK_RC(rcOk, KnTaskSetInitialPolicy(task, ThreadSchedPolicyOther, 15, RTL_NULL));
	wait_a_moment();
	CHECK_EQUAL(reached, page[0]);
	page[1] = 1;
	done(task);
}

/* Of all processes, in ticks. */
static rtl_uint64_t all_run_times(void)
{
	rtl_uint64_t sum = 0;
	TaskInfo info = { .pid = 0 };
	Handle task;

	while (KnTaskGetNext(info.pid, &task) == rcOk) {
		NEED(KnTaskGetInfo(task, &info));
		NEED(KnHandleClose(task));
		sum += info.runTime;
	}
	return sum;
}

/* The hart is never idle, so all of its time is somebody's, but for what the switches take. */
static void run_times(void)
{
	Handle tasks[2];
	rtl_uint64_t start, ran, passed;

	for (int i = 0; i < 2; i++) {
		tasks[i] = child_create(i ? "two" : "one", 0);
		child_load(tasks[i], CHILD(spin));
		NEED(KnTaskSetInitialPolicy(tasks[i], ThreadSchedPolicyRR, 5, RTL_NULL));
		NEED(KnTaskResume(tasks[i]));
	}
	KnSleep(1);
	start = GsiGetTicks(KnTaskGetGsi());
	ran = all_run_times();
	for (int i = 0; i < 100; i++)
		KnSleep(1);
	passed = GsiGetTicks(KnTaskGetGsi()) - start;
	ran = all_run_times() - ran;
	CHECK(passed >= 1000000 && ran <= passed + 500 && ran >= passed - passed / 500);
	for (int i = 0; i < 2; i++) {
		TaskInfo info = { .pid = 0 };

		NEED(KnTaskTerminate(tasks[i]));
		NEED(KnTaskGetInfo(tasks[i], &info));
		CHECK(info.runTime > passed / 4 && info.runTime < passed);
		NEED(KnHandleClose(tasks[i]));
	}
}

int main(void)
{
	touch_stack();
	before_and_while_running();
	effects();
	run_times();
	return checks_result();
}
