/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads on several harts: that they run at once, where their affinity says,
 * and that memory which is taken away is out of reach of all harts at once.
 * Real-time threads of class FIFO that spin make it sure: on one hart the second
 * would never run. Wants four harts.
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdint.h>
#include <string.h>
#include <thread/tcbpage.h>

#define SPINNER 10
#define ROUNDS 200ul
#define MEMORY_ROUNDS 300
#define ENOUGH 30
#define PATIENCE_MS 60000
#define MARK 0x5afe5afe5afe5afeul

static volatile unsigned long ball, counter[2];
static volatile int stop;

static Handle start(ThreadRoutine routine, intptr_t context, RtlCpuSet cpus)
{
	Handle thread;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, SPINNER, 0, RTL_NULL, routine, (void *)context,
				    ThreadFlagSchedFifo | ThreadFlagCreateWaitable |
					    ThreadFlagCreateSuspended));
	NEED(KnThreadSetAffinityByHandle(thread, &cpus));
	NEED(KnThreadResumeByHandle(thread));
	return thread;
}

static void join(Handle thread)
{
	rtl_int32_t code = -1;

	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, PATIENCE_MS, &code));
	CHECK_EQUAL(0, code);
	CHECK_RC(rcOk, KnHandleClose(thread));
}

/*
 * The ball goes to and fro: neither can go on without the other one. Where the machine
 * has fewer processors than threads, each way may take some milliseconds.
 */
static int plays(void *context)
{
	unsigned long side = (uintptr_t)context;

	while (ball < ROUNDS)
		if (ball % 2 == side)
			ball = ball + 1;
	return 0;
}

static void at_once(void)
{
	Handle one = start(plays, 0, 15), two = start(plays, 1, 15);

	join(one);
	join(two);
	CHECK(ball >= ROUNDS);
}

static int counts(void *context)
{
	while (!stop)
		counter[(uintptr_t)context]++;
	return 0;
}

/* Soon the first goes on, and the second, and nothing else: an interrupt may take its time. */
static int go_on(int first, int second)
{
	for (int i = 0; i < 200; i++) {
		unsigned long before[2] = { counter[0], counter[1] };

		KnSleep(50);
		if ((counter[0] != before[0]) == first && (counter[1] != before[1]) == second)
			return 1;
	}
	return 0;
}

/* Two on one hart, then on two, then on one again while both run. */
static void affinity(void)
{
	const RtlCpuSet third = 1 << 2, fourth = 1 << 3, low = 3;
	Handle one, two, self;
	RtlCpuSet seen;

	/* The harts of the spinners are theirs alone. */
	NEED(KnThreadOpenCurrent(&self));
	NEED(KnThreadSetAffinityByHandle(self, &low));
	one = start(counts, 0, third);
	CHECK(go_on(1, 0));
	two = start(counts, 1, third);
	CHECK(go_on(1, 0));
	NEED(KnThreadSetAffinityByHandle(two, &fourth));
	CHECK(go_on(1, 1));
	NEED(KnThreadSetAffinityByHandle(two, &third));
	CHECK(go_on(1, 0));
	NEED(KnThreadGetAffinityByHandle(two, &seen));
	CHECK_EQUAL((long long)third, (long long)seen);
	/* The more important one goes first, from another hart as well. */
	NEED(KnThreadSetPriorityByHandle(two, SPINNER + 1));
	CHECK(go_on(0, 1));
	NEED(KnThreadSetPriorityByHandle(two, SPINNER - 1));
	CHECK(go_on(1, 0));
	stop = 1;
	join(one);
	join(two);
	NEED(KnHandleClose(self));
}

/* --- Memory ------------------------------------------------------------------ */

static unsigned long *page;

static int try_again(ExceptionInfo *info)
{
	return info->fault.addr == (rtl_uintptr_t)page;
}

static int writes(void *context)
{
	(void)context;
	while (!stop)
		*(volatile unsigned long *)page = MARK;
	return 0;
}

/* A writer may stand still for as long as this thread does not sleep. */
static int is_written(int patience_ms)
{
	for (int n = 0; n < 10000; n++)
		if (*(volatile unsigned long *)page == MARK)
			return 1;
	for (; patience_ms && *(volatile unsigned long *)page != MARK; patience_ms--)
		KnSleep(1);
	return *(volatile unsigned long *)page == MARK;
}

/* What was the page may be another one's now: nobody else's mark comes there. */
static void taken_away(void)
{
	Handle writers[2];
	unsigned long *other;
	int wrong = 0, seen = 0;

	stop = 0;
	NEED(KnVmAllocateEx(RTL_NULL, FLOE_PAGE_SIZE,
			    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT,
			    (void **)&page));
	KnTaskSetExceptionHandler(try_again);
	writers[0] = start(writes, 0, 1 << 2);
	writers[1] = start(writes, 0, 1 << 3);
	for (int i = 0; i < MEMORY_ROUNDS; i++) {
		NEED(KnVmDecommit(page, FLOE_PAGE_SIZE));
		NEED(KnVmAllocateEx(RTL_NULL, FLOE_PAGE_SIZE,
				    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE |
					    VMM_FLAG_COMMIT | VMM_FLAG_LOCKED,
				    (void **)&other));
		for (int n = 0; n < 50; n++)
			wrong += *(volatile unsigned long *)other != 0;
		NEED(KnVmCommit(page, FLOE_PAGE_SIZE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
		seen += is_written(seen < ENOUGH ? PATIENCE_MS : 0);
		NEED(KnVmUnmap(other, FLOE_PAGE_SIZE));
		/* Read-only: what is there stays. */
		NEED(KnVmProtect(page, FLOE_PAGE_SIZE, VMM_FLAG_READ));
		wrong += *(volatile unsigned long *)page & ~MARK ? 1 : 0;
		NEED(KnVmProtect(page, FLOE_PAGE_SIZE, VMM_FLAG_READ | VMM_FLAG_WRITE));
	}
	stop = 1;
	join(writers[0]);
	join(writers[1]);
	CHECK_EQUAL(0, wrong);
	CHECK(seen >= ENOUGH);
	printf("memory taken away %d times\n", MEMORY_ROUNDS);
}

int main(void)
{
	at_once();
	affinity();
	taken_away();
	return checks_result();
}
