/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread: one vCPU of a partition, with what the scheduler and its waits
 * need. It belongs to its task and goes with it.
 */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include "arch/vcpu.h"
#include "core/list.h"
#include "core/sched.h"
#include "core/timer.h"
#include "core/types.h"

struct task;
struct hart;

/* Why a blocked thread waits. */
enum thread_wait {
	WAIT_NONE,
	WAIT_SLEEP,     /* KnSleep */
	WAIT_NOTICE,    /* KnNoticeGetEvent */
	WAIT_CONSOLE,   /* room on the console */
	WAIT_INTERRUPT, /* WFI */
};

struct thread {
	struct vcpu vcpu; /* first: arch/trap.S has the address of both */
	struct task *task;
	struct list task_link;
	Tid tid;
	struct hart *hart; /* that it is scheduled on */

	/* core/sched.c */
	enum thread_state state;
	ThreadSchedPolicy policy;
	ThreadPriority priority;
	struct list ready;
	u64 rr_interval; /* ticks */
	u64 slice_left;  /* ticks; 0: a new one is due */
	u64 run_time;    /* ticks, until it was last taken off the hart */
	u32 rotation;    /* that quanta_left is for */
	u32 quanta_left;

	/* core/thread.c */
	enum thread_wait wait;
	bool timed_out;           /* the wait's time is over: its retry gives up */
	bool retrying;            /* the hypercall was made before, and waited */
	u64 wait_until;           /* of that wait, ticks */
	struct timer wait_timer;  /* end of a sleep or of a wait */
	struct timer guest_timer; /* the vCPU's own timer, where the hypervisor keeps it */
	struct list waiting;      /* on the queue of what it waits for */
};

/* A thread that is not started, or NULL. */
struct thread *thread_create(struct task *task, u64 entry, u64 stack_top);

/* Stops it for good; its registers can be read. Harmless on a stopped one. */
void thread_stop(struct thread *thread);

/* Stops and frees it. */
void thread_destroy(struct thread *thread);

/* The thread that made the hypercall or took the exception. */
struct thread *thread_current(void);

/*
 * Blocks the current thread until thread_wake() or until the time is over
 * (TIME_NEVER: no end). queue: where the waker looks for it, or NULL.
 */
void thread_block(enum thread_wait wait, struct list *queue, u64 until);

/* Ends a wait. */
void thread_wake(struct thread *thread);

/* Wakes the first thread of a queue, if there is one. */
void thread_wake_first(struct list *queue);

/* The vCPU's own timer is set to an absolute time (TIME_NEVER: off). */
void thread_set_guest_timer(struct thread *thread, u64 at);

/* The vCPU executed WFI: waits until an interrupt is pending for it. */
void thread_wait_for_interrupt(void);

#endif
