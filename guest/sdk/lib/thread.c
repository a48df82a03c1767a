/* SPDX-License-Identifier: Apache-2.0 */
/* <coresrv/thread/thread_api.h>: one hypercall each, but for what a new thread needs first. */
#include "hypercall.h"
#include "start.h"

#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdint.h>

/* Of this thread, once it was asked for: it never changes, and 0 is none. */
static _Thread_local Tid own_tid;

Retcode KnThreadCreateByHandle(Handle *thread, Tid *tid, ThreadPriority priority,
			       rtl_uint32_t stackSize, void (*startRoutine)(void),
			       ThreadRoutine routine, void *context, rtl_uint32_t flags)
{
	const FloeThreadStart start = { .entry = FLOE_ARG(floe_thread_entry),
					.argument = { FLOE_ARG(startRoutine), FLOE_ARG(routine),
						      FLOE_ARG(context) } };

	uint64_t size = stackSize ? stackSize : KnTaskGetPcb()->stackSize;

	if (!startRoutine && !routine)
		return rcInvalidArgument;
	return FLOE_RC(FloeFnThreadCreate, FLOE_ARG(thread), FLOE_ARG(tid),
		       priority | (uint64_t)flags << 32, size + floe_tls_size() + floe_tls_align(),
		       FLOE_ARG(&start));
}

/* Apart from its caller, in whose frame the thread-local block lies. */
__attribute__((noinline)) static int run(void (*start)(void), ThreadRoutine routine, void *context)
{
	/* It finds the other two where any function of two arguments would. */
	void (*own)(ThreadRoutine, void *) = (void (*)(ThreadRoutine, void *))(void *)start;

	if (!own)
		return routine(context);
	own(routine, context);
	return 0;
}

void floe_thread_start(void (*start)(void), ThreadRoutine routine, void *context)
{
	uintptr_t align = floe_tls_align();
	char space[floe_tls_size() + align];
	char *block = space + (-(uintptr_t)space & (align - 1));

	floe_tls_init(block);
	KnThreadExit(run(start, routine, context));
	for (;;)
		KnTaskPanic(); /* the way out where exiting is refused */
}

Retcode KnThreadExit(rtl_int32_t code)
{
	return FLOE_RC(FloeFnThreadExit, (uint64_t)(int64_t)code);
}

Retcode KnThreadWaitByHandle(Handle thread, rtl_uint32_t msDelay, rtl_int32_t *exitCode)
{
	return FLOE_RC(FloeFnThreadWait, thread, msDelay, FLOE_ARG(exitCode));
}

Retcode KnThreadGetPriorityByHandle(Handle thread, ThreadPriority *priority)
{
	return FLOE_RC(FloeFnThreadGetPriority, thread, FLOE_ARG(priority));
}

Retcode KnThreadSetPriorityByHandle(Handle thread, ThreadPriority priority)
{
	return FLOE_RC(FloeFnThreadSetPriority, thread, priority);
}

Retcode KnThreadGetSchedPolicyByHandle(Handle thread, ThreadSchedPolicy *policy,
				       ThreadSchedParam *param)
{
	return FLOE_RC(FloeFnThreadGetSchedPolicy, thread, FLOE_ARG(policy), FLOE_ARG(param));
}

Retcode KnThreadSetSchedPolicyByHandle(Handle thread, ThreadSchedPolicy policy,
				       ThreadPriority priority, const ThreadSchedParam *param)
{
	return FLOE_RC(FloeFnThreadSetSchedPolicy, thread, policy, priority, FLOE_ARG(param));
}

Retcode KnThreadGetAffinityByHandle(Handle thread, RtlCpuSet *mask)
{
	return FLOE_RC(FloeFnThreadGetAffinity, thread, FLOE_ARG(mask));
}

Retcode KnThreadSetAffinityByHandle(Handle thread, const RtlCpuSet *mask)
{
	return FLOE_RC(FloeFnThreadSetAffinity, thread, FLOE_ARG(mask));
}

Retcode KnThreadSuspendCurrent(void)
{
	return FLOE_RC(FloeFnThreadSuspendCurrent, 0);
}

Retcode KnThreadResumeByHandle(Handle thread)
{
	return FLOE_RC(FloeFnThreadResume, thread);
}

Retcode KnThreadOpenCurrent(Handle *thread)
{
	return FLOE_RC(FloeFnThreadOpenCurrent, FLOE_ARG(thread));
}

Tid KnThreadCurrent(void)
{
	if (!own_tid)
		own_tid = (Tid)FLOE_CALL(FloeFnThreadCurrent, 0).value;
	return own_tid;
}

Retcode KnThreadSetTls(void *tls)
{
	__asm__ volatile("mv tp, %0" : : "r"(tls) : "memory");
	return rcOk;
}

TaskExceptionHandler KnThreadSetExceptionHandler(TaskExceptionHandler handler)
{
	return (TaskExceptionHandler)FLOE_CALL(FloeFnThreadSetExceptionHandler, FLOE_ARG(handler))
		.value;
}

Retcode RtlGetLastTrapFrame(HalTrapFrame *frame)
{
	return FLOE_RC(FloeFnGetLastTrapFrame, FLOE_ARG(frame));
}

Retcode RtlSetLastTrapFrame(const HalTrapFrame *frame)
{
	return FLOE_RC(FloeFnSetLastTrapFrame, FLOE_ARG(frame));
}

Retcode KnSleep(rtl_uint32_t ms)
{
	return FLOE_RC(FloeFnSleep, ms);
}
