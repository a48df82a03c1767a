/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time windows (KnSchedAddWindow): in a major frame that repeats, on a hart, times in
 * which only the threads of chosen processes run, and these never else.
 *
 * Once there are windows, every thread is asked whether its window is open when it is
 * queued; one whose window is closed on all harts that it may run on is parked. When
 * a window begins or ends, its hart queues again who may not run there any more, and those
 * who are parked and now may: constant for each of these, and the only work that there is.
 *
 * All with the lock held.
 */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include "arch/hart.h"
#include "core/thread.h"

/* Can there be such a window on this machine, whatever others there are? In microseconds. */
bool window_is_valid(u64 frame_us, u64 cpu, u64 start_us, u64 duration_us);

/*
 * Adds a valid one; begins with the next look of its hart at its timers. Only before
 * there is a second process. rcInvalidArgument, rcQuotaExceeded: as KnSchedAddWindow
 * has it; rcInvalidOperation: there is a second process.
 */
Retcode window_add(u64 frame_us, u64 cpu, u64 start_us, u64 duration_us);

/* For a new thread of a process with these limits: when and whether it is asked. */
void window_admit(struct thread *thread, const TaskLimits *limits);

static inline bool window_is_open(const struct thread *thread, const struct hart *hart)
{
	return !thread->guarded || (thread->windows & hart->window);
}

/* Parks a thread that was to be queued on a hart where its window is closed; false: it is open. */
bool window_park(const struct hart *hart, struct thread *thread);

#endif
