/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for what happens to a process: create a notice, subscribe it to the
 * processes of interest, and get events from it.
 *
 * Errors common to all: rcInvalidArgument for a null pointer, an unknown handle
 * or one of another type, rcHandleRevoked, rcNoCapability for a handle without
 * the right, rcTargetFault for an output outside the caller's memory,
 * rcOutOfMemory.
 */
#ifndef CORESRV_NOTICE_NOTICE_API_H
#define CORESRV_NOTICE_NOTICE_API_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a notice that is subscribed to nothing. */
Retcode KnNoticeCreate(Handle *notice);

/*
 * Lets `notice` receive the events in `evMask` (EVENT_TASK_COMPLETED,
 * EVENT_TASK_FROZEN, EVENT_OBJECT_DESTROYED) of the process behind the handle
 * `object`, which needs OCAP_TASK_QUERY. `evId` comes back with each event. What
 * happened before is delivered too, each event once for a notice.
 *
 * rcQuotaExceeded: the notice is subscribed to 4096 processes.
 */
Retcode KnNoticeSubscribeToObject(Handle notice, Handle object, rtl_uint32_t evMask,
				  rtl_uintptr_t evId);

/*
 * Gives up to `countMax` events, 64 at the most, and their number, and waits for the first one
 * up to `msDelay` milliseconds: 0 only looks, INFINITE_TIMEOUT waits for ever.
 * Where one object has several events, one EventDesc has all their masks.
 *
 * rcTimeout: nothing in that time; count is 0.
 */
Retcode KnNoticeGetEvent(Handle notice, rtl_uint32_t msDelay, rtl_size_t countMax,
			 EventDesc *events, rtl_size_t *count);

#ifdef __cplusplus
}
#endif

#endif
