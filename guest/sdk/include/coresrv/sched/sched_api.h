/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time windows, in the manner of ARINC 653: a major frame that repeats for ever, and in
 * it, on a hart, times in which only chosen processes run. Floe's own; init sets
 * them from the manifest's `schedule` node.
 *
 * A process with windows (TaskLimits.windows) runs in these and never else. All others run
 * on each hart when it is in no window, those with a CPU budget first.
 */
#ifndef CORESRV_SCHED_SCHED_API_H
#define CORESRV_SCHED_SCHED_API_H

#include <floe/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds a window on the hart of the device tree's cpu-th cpu node, from startUs on for
 * durationUs in each major frame of majorFrameUs, all in microseconds. The windows are
 * numbered in the order of the calls, from 0 on: bits of TaskLimits.windows. Frames begin at
 * multiples of their length on the time CSR. It is in force at once.
 *
 * rcInvalidArgument: there is no such hart; a duration below FLOE_WINDOW_MIN; an end behind
 * the frame's; a frame above FLOE_FRAME_MAX. rcSecurityDisallow: the caller lacks
 * TaskMaySchedule, which init has. rcInvalidOperation: there is a second process already.
 * rcQuotaExceeded: there are FLOE_WINDOWS_MAX. rcInvalidArgument also: another frame than in an
 * earlier call; it overlaps another window of that hart.
 */
Retcode KnSchedAddWindow(rtl_uint32_t majorFrameUs, rtl_uint32_t cpu, rtl_uint32_t startUs,
			 rtl_uint32_t durationUs);

#ifdef __cplusplus
}
#endif

#endif
