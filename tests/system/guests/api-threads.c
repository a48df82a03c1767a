// SPDX-License-Identifier: Apache-2.0
/* Threads: created, waited for, suspended, resumed, ended; every error of every call. */
#include "threads.h"

#include <errno.h>

static _Thread_local int own = 7;
static _Thread_local char zeroed[100];
static volatile int shared;

static int exits(void *context)
{
	(void)context;
	KnThreadExit(-5);
	return 1;
}

static void in_place(void)
{
	shared = 99;
}

static void ends(void)
{
	Handle thread;
	Tid tid;
	rtl_int32_t code;

	CHECK_EQUAL(42, join(start(give, (void *)42, 10, 0)));
	CHECK_EQUAL(-5, join(start(exits, RTL_NULL, 10, 0)));
	NEED(KnThreadCreateByHandle(&thread, &tid, 10, 4096, in_place, give, (void *)1,
				    ThreadFlagCreateWaitable));
	CHECK_EQUAL(0, join(thread));
	CHECK_EQUAL(99, shared);

	/* The code is given as often as it is asked for. */
	thread = start(give, (void *)3, 10, 0);
	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, INFINITE_TIMEOUT, &code));
	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, 0, &code));
	CHECK_EQUAL(3, code);
	CHECK_EQUAL(3, join(thread));
}

/* What an ended thread refuses. */
static void after_the_end(void)
{
	Handle thread = start(give, (void *)1, 10, 0);
	ThreadSchedPolicy policy;
	ThreadPriority priority;
	RtlCpuSet cpus = 1;
	rtl_int32_t code;

	NEED(KnThreadWaitByHandle(thread, 1000, &code));
	FAILS(rcInvalidOperation, KnThreadGetPriorityByHandle(thread, &priority));
	FAILS(rcInvalidOperation, KnThreadSetPriorityByHandle(thread, 3));
	FAILS(rcInvalidOperation, KnThreadGetSchedPolicyByHandle(thread, &policy, RTL_NULL));
	FAILS(rcInvalidOperation,
	      KnThreadSetSchedPolicyByHandle(thread, ThreadSchedPolicyFifo, 3, RTL_NULL));
	FAILS(rcInvalidOperation, KnThreadGetAffinityByHandle(thread, &cpus));
	FAILS(rcInvalidOperation, KnThreadSetAffinityByHandle(thread, &cpus));
	FAILS(rcInvalidOperation, KnThreadResumeByHandle(thread));
	CHECK_RC(rcOk, KnHandleClose(thread));
	FAILS(rcInvalidArgument, KnThreadWaitByHandle(thread, 0, &code));
}

static void waiting(void)
{
	Handle plain, late, me;
	rtl_uint64_t with_it;
	Tid tid;
	rtl_int32_t code = 77;

	NEED(KnThreadCreateByHandle(&plain, &tid, 10, 0, RTL_NULL, give, RTL_NULL,
				    ThreadFlagCreateSuspended));
	FAILS(rcInvalidOperation, KnThreadWaitByHandle(plain, 0, &code));
	with_it = counters().threads;
	NEED(KnThreadResumeByHandle(plain));
	NEED(KnHandleClose(plain));
	/* Nobody can wait for it, and it counts until it has ended. */
	while (counters().threads == with_it)
		KnSleep(1);

	late = start(give, (void *)8, 10, ThreadFlagCreateSuspended);
	FAILS(rcTimeout, KnThreadWaitByHandle(late, 0, &code));
	FAILS(rcTimeout, KnThreadWaitByHandle(late, 3, &code));
	FAILS(rcTargetFault, KnThreadWaitByHandle(late, 0, NOWHERE));
	FAILS(rcInvalidArgument, KnThreadWaitByHandle(late, 0, RTL_NULL));
	CHECK_EQUAL(77, code);
	NEED(KnThreadResumeByHandle(late));
	CHECK_EQUAL(8, join(late));

	NEED(KnThreadOpenCurrent(&me));
	FAILS(rcInvalidOperation, KnThreadWaitByHandle(me, INFINITE_TIMEOUT, &code));
	NEED(KnHandleClose(me));
	FAILS(rcInvalidArgument, KnThreadWaitByHandle(me, 0, &code));
	FAILS(rcInvalidArgument, KnThreadOpenCurrent(RTL_NULL));
	FAILS(rcTargetFault, KnThreadOpenCurrent(NOWHERE));
}

static int suspends(void *context)
{
	(void)context;
	shared = 1;
	CHECK_RC(rcOk, KnThreadSuspendCurrent());
	shared = 2;
	return 5;
}

/* It suspends itself soon, if it has not yet. */
static void resume(Handle thread)
{
	Retcode rc;

	while ((rc = KnThreadResumeByHandle(thread)) == rcInvalidOperation)
		KnSleep(1);
	CHECK_RC(rcOk, rc);
}

static void suspending(void)
{
	Handle thread, me;

	shared = 0; /* before it can run */
	thread = start(suspends, RTL_NULL, 10, 0);
	while (!shared)
		KnSleep(1);
	CHECK_EQUAL(1, shared);
	resume(thread);
	/* Not counted around: it runs. */
	CHECK_RC(rcInvalidOperation, KnThreadResumeByHandle(thread));
	CHECK_EQUAL(5, join(thread));
	CHECK_EQUAL(2, shared);

	NEED(KnThreadOpenCurrent(&me));
	FAILS(rcInvalidOperation, KnThreadResumeByHandle(me));
	NEED(KnHandleClose(me));
}

static void refused_creation(void)
{
	Handle thread = 0;
	Tid tid = 0;

	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(RTL_NULL, &tid, 10, 0, RTL_NULL, give, RTL_NULL, 0));
	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(&thread, RTL_NULL, 10, 0, RTL_NULL, give, RTL_NULL, 0));
	FAILS(rcTargetFault,
	      KnThreadCreateByHandle(NOWHERE, &tid, 10, 0, RTL_NULL, give, RTL_NULL, 0));
	FAILS(rcTargetFault,
	      KnThreadCreateByHandle(&thread, NOWHERE, 10, 0, RTL_NULL, give, RTL_NULL, 0));
	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(&thread, &tid, 10, 0, RTL_NULL, RTL_NULL, RTL_NULL, 0));
	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(&thread, &tid, 16, 0, RTL_NULL, give, RTL_NULL, 0));
	FAILS(rcInvalidArgument, KnThreadCreateByHandle(&thread, &tid, 32, 0, RTL_NULL, give,
							RTL_NULL, ThreadFlagSchedFifo));
	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(&thread, &tid, 1, 0, RTL_NULL, give, RTL_NULL,
				     ThreadFlagSchedFifo | ThreadFlagSchedRR));
	FAILS(rcInvalidArgument,
	      KnThreadCreateByHandle(&thread, &tid, 1, 0, RTL_NULL, give, RTL_NULL, 1u << 4));
	CHECK_EQUAL(0, thread);
	CHECK_EQUAL(0, tid);
}

static int sees_own(void *context)
{
	Tid tid = KnThreadCurrent();
	int fine = own == 7;

	for (size_t i = 0; i < sizeof(zeroed); i++)
		fine = fine && !zeroed[i];
	own = (int)(intptr_t)context;
	errno = own;
	memset(zeroed, own, sizeof(zeroed));
	for (int i = 0; i < 50; i++) {
		char *p = malloc(100 + 8 * (size_t)i);

		fine = fine && p;
		KnSleep(0);
		free(p);
	}
	return fine && own == (int)(intptr_t)context && errno == own && zeroed[99] == own &&
	       tid == KnThreadCurrent();
}

static void separate(void)
{
	Handle threads[8];
	Tid last = KnThreadCurrent();

	own = 1;
	errno = 3;
	for (int i = 0; i < 8; i++) {
		Tid tid;

		NEED(KnThreadCreateByHandle(&threads[i], &tid, 10, 16384, RTL_NULL, sees_own,
					    (void *)(intptr_t)(10 + i), ThreadFlagCreateWaitable));
		CHECK(tid > last);
		last = tid;
	}
	for (int i = 0; i < 8; i++)
		CHECK_EQUAL(1, join(threads[i]));
	CHECK_EQUAL(1, own);
	CHECK_EQUAL(3, errno);
	CHECK_EQUAL(0, zeroed[50]);
}

/* More than 256 there cannot be; those that ended count while they have handles. */
static void as_many_as_can_be(void)
{
	static Handle threads[FLOE_THREADS_MAX];
	static rtl_uint64_t free_before;
	SysCounters before = counters(), after;
	unsigned n = 0;
	Tid tid;

	while (n < FLOE_THREADS_MAX &&
	       KnThreadCreateByHandle(&threads[n], &tid, 10, 4096, RTL_NULL, give, RTL_NULL,
				      ThreadFlagCreateWaitable) == rcOk)
		n++;
	CHECK_EQUAL(FLOE_THREADS_MAX - 1, n);
	CHECK_RC(rcQuotaExceeded,
		 KnThreadCreateByHandle(&threads[n], &tid, 10, 4096, RTL_NULL, give, RTL_NULL, 0));
	while (n)
		CHECK_EQUAL(0, join(threads[--n]));
	after = counters();
	CHECK_EQUAL(before.threads, after.threads);
	CHECK_EQUAL(before.handles, after.handles);
	free_before = free_before ? free_before : after.freePages;
	CHECK_EQUAL(free_before, after.freePages);
}

static void *volatile stack_at;

static int shows_stack(void *context)
{
	char here;

	(void)context;
	stack_at = &here - ((uintptr_t)&here & (FLOE_PAGE_SIZE - 1));
	KnThreadSuspendCurrent();
	return 0;
}

/* A stack belongs to its thread and goes with it. */
static void stacks(void)
{
	Handle thread = start(shows_stack, RTL_NULL, 10, 0);

	while (!stack_at)
		KnSleep(1);
	KnSleep(1);
	FAILS(rcInvalidOperation, KnVmUnmap(stack_at, FLOE_PAGE_SIZE));
	CHECK_RC(rcOk, KnVmProtect(stack_at, FLOE_PAGE_SIZE, RW));
	resume(thread);
	CHECK_EQUAL(0, join(thread));
	FAILS(rcInvalidOperation, KnVmProtect(stack_at, FLOE_PAGE_SIZE, R));
}

int main(void)
{
	SysCounters before, after;

	touch_stack();
	join(start(give, RTL_NULL, 10, 0));
	before = settled();
	ends();
	after_the_end();
	waiting();
	suspending();
	refused_creation();
	separate();
	as_many_as_can_be(); /* the table of handles grows once */
	as_many_as_can_be();
	stacks();
	after = settled();
	CHECK_EQUAL(before.threads, after.threads);
	CHECK_EQUAL(before.handles, after.handles);
	CHECK_EQUAL(before.tasks, after.tasks);
	return checks_result();
}