/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be learned of another process: for supervisors that hold a handle of
 * it, and for inspectors (`inspect` in the manifest), which get handles of all
 * processes from KnTaskGetNext(). Floe's own addition to the API. Nothing here
 * changes the process, and nothing waits.
 *
 * Sizes are in bytes, addresses guest-physical unless a member says otherwise,
 * times in ticks of the timer, of which the GSI says how many make a second.
 * "Legal" names the states in which a call is, else it gives rcInvalidOperation;
 * "Right" the right that the handle needs, else rcNoCapability.
 *
 * Errors common to all: rcInvalidArgument for a null or unaligned pointer and
 * for a handle that is unknown, closed or no process's; rcHandleRevoked;
 * rcTargetFault for an output outside the caller's memory. A call that fails
 * has changed nothing.
 */
#ifndef CORESRV_TASK_INSPECT_API_H
#define CORESRV_TASK_INSPECT_API_H

#include <floe/inspect.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Who it is, how it runs and ended, and what it uses at this moment; see
 * TaskInfo. runTime counts what all its threads have run, those that are gone
 * included, and goes on counting while it runs. memory is 0 once it has ended;
 * what else the process was stays readable. root tells whose descendants processes are
 * also when those in between are gone. Legal: always. Right: OCAP_TASK_QUERY.
 */
Retcode KnTaskGetInfo(Handle task, TaskInfo *info);

/*
 * Copies a string of the process with its NUL to `buf` of `size` bytes: at most
 * 1024 bytes, any but NUL may be among them. Legal: always. Right:
 * OCAP_TASK_QUERY.
 *
 * rcInvalidArgument also for a `which` that is no TaskString and for size 0.
 * rcBufferTooSmall: the string does not fit.
 */
Retcode KnTaskGetString(Handle task, TaskString which, char *buf, rtl_size_t size);

/*
 * Everything that was recorded when the process took the exception that froze or
 * ended it. Legal: frozen, and ended with TaskExitUnexpected, as
 * KnTaskGetExceptionInfo(). Right: OCAP_TASK_INSPECT.
 */
Retcode KnTaskGetFaultRecord(Handle task, TaskFaultRecord *record);

/*
 * Registers, class and run time of the thread with that index, from 0 without a
 * gap; 0 is the one that faulted, whose frame and csrs are those of the fault
 * record. Legal: frozen. Right: OCAP_TASK_INSPECT.
 *
 * rcResourceNotFound: it has no thread of that index.
 */
Retcode KnTaskGetThreadState(Handle task, unsigned index, KnThreadState *state);

/*
 * Describes the thread with the lowest id above `after`, 0 begins, of those that have
 * not ended. It may be asked of a process that runs: the answer holds for the
 * moment. Legal: in every state. Right: OCAP_TASK_QUERY.
 *
 * rcResourceNotFound: no thread above `after`.
 */
Retcode KnTaskGetThreadInfo(Handle task, Tid after, TaskThreadInfo *info);

/*
 * Describes the lowest region whose base is above `after`; RTL_NULL begins. The
 * regions are those of KnTaskGetNextVmRegion(), of which this gives no memory,
 * so that it may be asked of a process that runs: the answer holds for the
 * moment. Legal: in every state but ended. Right: OCAP_TASK_INSPECT.
 *
 * rcResourceNotFound: no region above `after`.
 */
Retcode KnTaskGetRegionInfo(Handle task, const void *after, TaskRegionInfo *info);

/*
 * How many bytes from `addr` on, in one region, have no memory yet, so that they read as
 * zero; 0 where there is memory, or no region. There may be more behind them: ask there.
 * For whoever reads a region that is much larger than what was touched. The answer holds for
 * the moment. Legal: in every state but ended. Right: OCAP_TASK_INSPECT.
 */
Retcode KnTaskGetUntouched(Handle task, const void *addr, rtl_size_t *size);

#ifdef __cplusplus
}
#endif

#endif
