/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler of one hart: real-time FIFO and round-robin threads by
 * priority, standard threads in turns.
 *
 * Real-time priorities 0-31 preempt lower ones and all standard threads at
 * once. A FIFO thread keeps the hart until it blocks, ends or is preempted; a
 * round-robin thread also gives way to its equals after its interval. Standard
 * threads never preempt one another. They run in rotations: a thread of
 * priority p gets 1 + p / 4 quanta of (p + 1) ms in each, in turns with the
 * others. A preempted thread goes on where it was; one whose quantum is spent
 * goes behind its equals.
 *
 * The hart takes timer interrupts only for what is due: a wake-up, the end of
 * a quantum while another thread waits for the hart, console output.
 *
 * All operations are constant-time but those on timers, which are logarithmic.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "core/list.h"
#include "core/timer.h"
#include "core/types.h"

struct thread;

#define RT_PRIORITIES 32
#define STD_PRIORITIES 16

struct run_queue {
	u32 rt_ready;                  /* bit p: rt[p] is not empty */
	struct list rt[RT_PRIORITIES]; /* ready, not running */
	struct list active, expired;   /* ready standard threads of this rotation, of the next */
	u32 rotation;
	u64 slice_end;   /* of the running thread, if it has one */
	bool reschedule; /* pick again before the guest goes on */
	struct timer_queue timers;
};

void sched_init(struct run_queue *rq);

/* Makes a stopped or blocked thread ready on this hart. */
void sched_wake(struct thread *thread);

/* Takes a running or ready thread off the hart: it is blocked or stopped. */
void sched_remove(struct thread *thread);

/* Changes class and priority in any state. Arguments are valid. */
void sched_set_policy(struct thread *thread, ThreadSchedPolicy policy, ThreadPriority priority,
		      u64 rr_interval);

/*
 * The thread that has to run now, made the running one; waits until there is
 * one. The caller switches to it.
 */
struct thread *sched_pick(void);

/* The running thread's slice is over, or some timer is due: called on a timer interrupt. */
void sched_timer_interrupt(void);

/* Sets the hart's timer to the next thing that is due. Called before a guest runs. */
void sched_arm_timer(void);

#endif
