/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three threads for the inspection shell: the initial one sleeps three calls
 * deep, one waits for another, and a real-time one crashes with a known f
 * register, below a known call stack.
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>

/* Not inlined, and each has something to do after the call. */
#define STEP __attribute__((noinline)) static

static volatile int done;
static Handle crasher;

STEP void crash(volatile int *at)
{
	__asm__ volatile("fcvt.d.w fs0, %0" : : "r"(42) : "fs0");
	*at = 0x600d;
	done++;
}

STEP void before_crash(volatile int *at)
{
	crash(at);
	done++;
}

static int crash_thread(void *context)
{
	KnSleep(50);
	before_crash(context);
	return 0;
}

static int wait_thread(void *context)
{
	rtl_int32_t code;

	KnThreadWaitByHandle(*(Handle *)context, INFINITE_TIMEOUT, &code);
	return 0;
}

STEP void sleep_deep(int depth)
{
	if (depth)
		sleep_deep(depth - 1);
	else
		KnSleep(1000000);
	done++;
}

int main(void)
{
	Handle waiter;
	Tid tid;

	NEED(KnThreadCreateByHandle(&crasher, &tid, 5, 0, RTL_NULL, crash_thread, (void *)0x123,
				    ThreadFlagSchedFifo | ThreadFlagCreateWaitable));
	NEED(KnThreadCreateByHandle(&waiter, &tid, 3, 0, RTL_NULL, wait_thread, &crasher,
				    ThreadFlagSchedOther));
	sleep_deep(3);
	return 0;
}
