/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class, priority, interval and affinity of threads; a thread whose handle another
 * process has, and loses; and the initial thread of a process when it has ended. One hart.
 */
#include "api-test.h"

#include <coresrv/task/inspect_api.h>

static int gives_6(void *context)
{
	(void)context;
	return 6;
}

static Handle suspended(rtl_uint32_t flags)
{
	Handle thread = INVALID_HANDLE;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, 3, 0, RTL_NULL, gives_6, RTL_NULL,
				    flags | ThreadFlagCreateSuspended | ThreadFlagCreateWaitable));
	return thread;
}

static void check_interval(Handle thread, rtl_uint32_t nsec)
{
	ThreadSchedPolicy policy = ThreadSchedPolicyOther;
	ThreadSchedParam param = { .rrInterval = { 1, 1 } };

	CHECK_RC(rcOk, KnThreadGetSchedPolicyByHandle(thread, &policy, &param));
	CHECK_EQUAL(ThreadSchedPolicyRR, policy);
	CHECK(param.rrInterval.sec == 0 && param.rrInterval.nsec == nsec);
}

static void policies_of_a_thread(void)
{
	const ThreadSchedParam short_one = { .rrInterval = { 0, 3000000 } };
	Handle t = suspended(ThreadFlagSchedRR);
	ThreadPriority priority = 0;

	check_interval(t, 10000000);
	CHECK_RC(rcOk, KnThreadSetSchedPolicyByHandle(t, ThreadSchedPolicyRR, 31, &short_one));
	CHECK_RC(rcOk, KnThreadSetPriorityByHandle(t, 30)); /* and the interval stays */
	check_interval(t, 3000000);
	CHECK_RC(rcOk, KnThreadSetSchedPolicyByHandle(t, ThreadSchedPolicyRR, 31, RTL_NULL));
	check_interval(t, 10000000);
	FAILS(rcInvalidArgument,
	      KnThreadSetSchedPolicyByHandle(t, ThreadSchedPolicyOther, 16, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnThreadSetSchedPolicyByHandle(t, ThreadSchedPolicyFifo, 1, &short_one));
	FAILS(rcInvalidArgument, KnThreadSetPriorityByHandle(t, 32));
	CHECK_RC(rcOk, KnThreadGetPriorityByHandle(t, &priority));
	CHECK_EQUAL(31, priority);
	CHECK_RC(rcOk, KnThreadSetSchedPolicyByHandle(t, ThreadSchedPolicyOther, 15, RTL_NULL));
	FAILS(rcInvalidArgument, KnThreadSetPriorityByHandle(t, 16));
	NEED(KnThreadResumeByHandle(t));
	NEED(KnHandleClose(t));
}

/* However short the interval is, equals get on: it is then longer than a switch takes. */
static void shortest_interval(void)
{
	const ThreadSchedParam shortest = { .rrInterval = { 0, 1 } };
	Handle threads[2];
	rtl_int32_t code;

	for (int i = 0; i < 2; i++) {
		threads[i] = suspended(0);
		NEED(KnThreadSetSchedPolicyByHandle(threads[i], ThreadSchedPolicyRR, 3, &shortest));
		check_interval(threads[i], FLOE_RR_INTERVAL_MIN * 1000);
	}
	for (int i = 0; i < 2; i++)
		NEED(KnThreadResumeByHandle(threads[i]));
	for (int i = 0; i < 2; i++) {
		CHECK_RC(rcOk, KnThreadWaitByHandle(threads[i], 1000, &code));
		NEED(KnHandleClose(threads[i]));
	}
}

/* No hart, or one that the machine lacks, is refused; a new thread has those of its process. */
static void affinity_of_a_thread(void)
{
	const RtlCpuSet first = 1, none = 0, lacking = 3, last = (RtlCpuSet)1 << 63;
	Handle t = suspended(0);
	RtlCpuSet seen = 0;

	CHECK_RC(rcOk, KnThreadGetAffinityByHandle(t, &seen));
	CHECK_EQUAL(1, seen);
	CHECK_RC(rcOk, KnThreadSetAffinityByHandle(t, &first));
	FAILS(rcInvalidArgument, KnThreadSetAffinityByHandle(t, &none));
	FAILS(rcSecurityDisallow, KnThreadSetAffinityByHandle(t, &lacking));
	FAILS(rcSecurityDisallow, KnThreadSetAffinityByHandle(t, &last));
	FAILS(rcInvalidArgument, KnThreadSetAffinityByHandle(t, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnThreadSetAffinityByHandle(t, (const RtlCpuSet *)((const char *)&first + 4)));
	FAILS(rcSourceFault, KnThreadSetAffinityByHandle(t, NOWHERE));
	NEED(KnThreadResumeByHandle(t));
	NEED(KnHandleClose(t));
}

/* With the creator's thread, whose handle is revoked when its end was seen. */
static int child(void)
{
	rtl_int32_t code = 0;
	Handle thread, me;
	Tid tid;

	NEED(KosTaskLookupResource("thread", &thread));
	CHECK_RC(rcOk, KnThreadSetPriorityByHandle(thread, 12));
	CHECK_RC(rcOk, KnThreadResumeByHandle(thread));
	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, INFINITE_TIMEOUT, &code));
	CHECK_EQUAL(6, code);
	while (KnThreadWaitByHandle(thread, 0, &code) == rcOk)
		KnSleep(1);
	CHECK_RC(rcHandleRevoked, KnThreadWaitByHandle(thread, 0, &code));
	CHECK_RC(rcHandleRevoked, KnThreadSetPriorityByHandle(thread, 3));
	CHECK_RC(rcHandleRevoked, KnThreadResumeByHandle(thread));
	checks_result();
	/* What stays of it is another thread, which the creator cannot change. */
	NEED(KnThreadOpenCurrent(&me));
	NEED(KnThreadCreateByHandle(&thread, &tid, 10, 0, RTL_NULL, gives_6, RTL_NULL,
				    ThreadFlagCreateSuspended));
	return KnThreadExit(checks_failed != 0);
}

static void thread_of_another(void)
{
	Handle task = another("holder", "holder", 0, RTL_NULL), thread = suspended(0);
	ThreadPriority priority = 0;
	TaskInfo info = { .policy = 0 };
	rtl_int32_t code;

	NEED(KosTaskTransferResource(task, thread, INVALID_HANDLE, OCAP_THREAD_FULL, "thread"));
	NEED(KnTaskResume(task));
	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, 10000, &code));
	KnSleep(5);
	CHECK_RC(rcOk, KnHandleRevoke(thread));
	CHECK_RC(rcOk, KnTaskSetInitialThreadPriority(task, 7));
	while (KnTaskSetInitialThreadPriority(task, 8) != rcInvalidOperation)
		KnSleep(5); /* until its initial thread has ended */
	FAILS(rcInvalidOperation, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, RTL_NULL));
	CHECK_RC(rcOk, KnTaskGetInitialThreadPriority(task, &priority));
	CHECK_EQUAL(8, priority);
	CHECK_RC(rcOk, KnTaskGetInfo(task, &info));
	CHECK(info.state == TaskStateRunning && info.threads == 1);
	NEED(KnTaskTerminate(task));
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return child();
	touch_stack();
	policies_of_a_thread();
	shortest_interval();
	affinity_of_a_thread();
	thread_of_another();
	return checks_result();
}
