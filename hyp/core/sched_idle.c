/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler seldom does, or with nothing else to do; compiled to be small. */
#include "core/sched.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/remote.h"
#include "console/console.h"
#include "core/lock.h"
#include "core/object.h"
#include "core/system.h"
#include "core/trace.h"

/* Turns of an empty loop. */
#define IDLE_PAUSE 100u

/*
 * Nothing to run: the hart sleeps, or, if the console is its business, drains
 * that. The vCPU that was on it last stays there, for it is likely to be the next.
 */
void sched_idle(struct hart *hart)
{
	if (console_is_here()) {
		console_pump();
		lock_release_kicking();
		/* Long enough for whoever waits for the lock to notice. */
		for (unsigned int i = 0;
		     i < IDLE_PAUSE && !__atomic_load_n(&hart->put_down, __ATOMIC_RELAXED); i++)
			;
	} else {
		sched_arm_timer(&hart->rq);
		trace(FloeTraceIdle, 0, 0);
		lock_release_kicking();
		cpu_wfi();
		remote_acknowledge();
	}
	lock_take();
	if (hart_timer_pending())
		sched_timer_interrupt();
	hart->rq.work |= WORK_RESCHEDULE;
}

void sched_do_rare_work(u32 work)
{
	if (work & WORK_END)
		system_check();
	if (work & WORK_REAP)
		object_reap();
	if (work & WORK_CONSOLE)
		console_pump();
}
