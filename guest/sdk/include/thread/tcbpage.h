/* SPDX-License-Identifier: Apache-2.0 */
/* What an exception handler works with: ExceptionInfo, and the registers at the exception. */
#ifndef THREAD_TCBPAGE_H
#define THREAD_TCBPAGE_H

#include <floe/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A function that handles exceptions of a process (KnTaskSetExceptionHandler)
 * or of a thread (KnThreadSetExceptionHandler). It is called on the stack of the
 * thread that took one, and may call anything. Non-zero: handled; the
 * instruction is retried with the registers as they are in the trap frame then.
 * Zero: the next handler is asked, with the registers as they were at the
 * exception, and after the last one the process ends or freezes. So it does at
 * once if a handler takes an exception, or if *info does not fit below the stack
 * pointer. A handler has to return: a thread that leaves it otherwise (longjmp)
 * has no handlers any more.
 */
typedef int (*TaskExceptionHandler)(ExceptionInfo *info);

/*
 * Gives the registers at the exception that the calling thread's handler runs
 * for. rcInvalidOperation: none runs.
 */
Retcode RtlGetLastTrapFrame(HalTrapFrame *frame);

/*
 * Sets x1 to x31 and pc to go on with when the handler returns non-zero; the
 * other members count for nothing. rcInvalidOperation: no handler runs.
 * rcInvalidArgument: pc is odd.
 */
Retcode RtlSetLastTrapFrame(const HalTrapFrame *frame);

#ifdef __cplusplus
}
#endif

#endif
