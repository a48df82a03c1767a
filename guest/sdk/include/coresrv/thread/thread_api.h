/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads: vCPUs of the calling process, in its memory.
 *
 * A thread handle comes from KnThreadCreateByHandle() or KnThreadOpenCurrent()
 * with all thread rights, and can be given to another process before its start
 * (KnTaskTransferResource). Errors of every call with one: rcInvalidArgument:
 * not a thread handle; rcHandleRevoked; rcNoCapability: it lacks the right;
 * rcInvalidOperation: the thread has ended, or its process does not run.
 */
#ifndef CORESRV_THREAD_THREAD_API_H
#define CORESRV_THREAD_THREAD_API_H

#include <floe/types.h>
#include <thread/tcbpage.h>
#include <thread/tidtype.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The stack that a process's threads get where nobody chose another size, bytes. */
#define ThreadStackSizeDefault FLOE_STACK_DEFAULT

typedef int (*ThreadRoutine)(void *context);

/*
 * Makes a thread that calls routine(context) on a stack of its own, of
 * `stackSize` bytes (0: the process's default) with thread-local storage above
 * them, together rounded up to pages, between guard pages, and that ends with
 * the value that it gives. startRoutine: RTL_NULL, or a
 * function that is called instead, with `routine` and `context` as its first and
 * second argument, and whose return is exit code 0.
 *
 * flags: the class, ThreadFlagSchedOther, ThreadFlagSchedFifo or
 * ThreadFlagSchedRR (with the default interval of 10 ms), for which the priority
 * has to be valid (0-15, real-time 0-31); ThreadFlagCreateSuspended: it begins
 * with KnThreadResumeByHandle(); ThreadFlagCreateWaitable: others may wait for
 * its end. It may run on the process's CPUs and has no exception handler.
 *
 * Gives a handle, which the caller closes when it needs it no more, and the id;
 * neither may be RTL_NULL. What a thread has (its stack) goes with it.
 *
 * rcInvalidArgument: two classes, neither startRoutine nor routine.
 * rcQuotaExceeded: the process has 256 threads (one that has ended counts while
 * it has handles) or is at its memory limit, of which each thread beside the
 * first takes a page and the touched part of its stack.
 */
Retcode KnThreadCreateByHandle(Handle *thread, Tid *tid, ThreadPriority priority,
			       rtl_uint32_t stackSize, void (*startRoutine)(void),
			       ThreadRoutine routine, void *context, rtl_uint32_t flags);

/*
 * Ends the calling thread. With the last thread the process ends by itself, with
 * the exit code of its initial thread; that one may end first. Does not return;
 * streams are not flushed.
 */
Retcode KnThreadExit(rtl_int32_t code);

/*
 * Waits until a thread has ended by itself, at most msDelay milliseconds (0:
 * does not wait; INFINITE_TIMEOUT), and gives its exit code, as often as asked.
 * The initial thread can be waited for. Right: OCAP_THREAD_WAIT.
 *
 * rcTimeout: it has not ended in time. rcInvalidOperation: made without
 * ThreadFlagCreateWaitable, the caller itself, or ended with its process.
 */
Retcode KnThreadWaitByHandle(Handle thread, rtl_uint32_t msDelay, rtl_int32_t *exitCode);

/* The priority within the thread's class. Right: OCAP_THREAD_QUERY. */
Retcode KnThreadGetPriorityByHandle(Handle thread, ThreadPriority *priority);

/* Changes it at once; the class stays. Right: OCAP_THREAD_CONTROL. */
Retcode KnThreadSetPriorityByHandle(Handle thread, ThreadPriority priority);

/*
 * The class, and in *param its parameter (round-robin: the interval); param may
 * be RTL_NULL, and has to be for a class without one: rcInvalidArgument. Right:
 * OCAP_THREAD_QUERY.
 */
Retcode KnThreadGetSchedPolicyByHandle(Handle thread, ThreadSchedPolicy *policy,
				       ThreadSchedParam *param);

/*
 * Changes class and priority at once, as KnTaskSetInitialPolicy() does for the
 * initial thread. Right: OCAP_THREAD_CONTROL.
 */
Retcode KnThreadSetSchedPolicyByHandle(Handle thread, ThreadSchedPolicy policy,
				       ThreadPriority priority, const ThreadSchedParam *param);

/*
 * On which harts the thread may run; bit n: the device tree's n-th cpu node.
 * Rights: OCAP_THREAD_QUERY, OCAP_THREAD_CONTROL.
 *
 * rcInvalidArgument: an empty mask. rcSecurityDisallow: harts beyond those that
 * the process may use (manifest: cpus).
 */
Retcode KnThreadGetAffinityByHandle(Handle thread, RtlCpuSet *mask);
Retcode KnThreadSetAffinityByHandle(Handle thread, const RtlCpuSet *mask);

/* The calling thread stops until somebody resumes it. */
Retcode KnThreadSuspendCurrent(void);

/*
 * Lets a thread go on that was made suspended or suspended itself. Right:
 * OCAP_THREAD_CONTROL. rcInvalidOperation: it is not suspended.
 */
Retcode KnThreadResumeByHandle(Handle thread);

/* A new handle of the calling thread, with all thread rights. */
Retcode KnThreadOpenCurrent(Handle *thread);

/* The calling thread's id, which no other thread ever has. No hypercall after the first one. */
Tid KnThreadCurrent(void);

/*
 * Sets the calling thread's thread pointer (tp), with which the compiler finds
 * thread-local variables: a block laid out as the program's own. No hypercall.
 */
Retcode KnThreadSetTls(void *tls);

/*
 * Registers the calling thread's exception handler, RTL_NULL removes it; gives
 * the previous one. It is asked when the process's (KnTaskSetExceptionHandler)
 * has not handled an exception; see <thread/tcbpage.h>.
 */
TaskExceptionHandler KnThreadSetExceptionHandler(TaskExceptionHandler handler);

/*
 * Lets the calling thread wait for at least `ms` milliseconds. 0 lets threads of
 * the same priority go first.
 */
Retcode KnSleep(rtl_uint32_t ms);

#ifdef __cplusplus
}
#endif

#endif
