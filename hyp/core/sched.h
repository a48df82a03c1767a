/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler. Each hart has a run queue: real-time FIFO and round-robin threads by
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
 * Above that, threads of processes with a budget of CPU time go first while some of it is
 * left (core/budget.h), and time windows say who may run at all (core/window.h).
 *
 * The hart takes timer interrupts only for what is due: a wake-up, the end of
 * a quantum while another thread waits for the hart, console output, a time window,
 * standard threads that wait behind a real-time one while there are other harts.
 *
 * All operations are constant-time but those on timers, which are logarithmic,
 * the look at the other harts, and what concerns budgets and windows, which is linear
 * in the threads that these keep waiting.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "core/list.h"
#include "core/timer.h"
#include "core/types.h"

#include <floe/inspect.h>

struct hart;
struct thread;

enum thread_state {
	THREAD_STOPPED = TaskThreadHalted, /* not started, or halted for good */
	THREAD_READY = TaskThreadReady,
	THREAD_PARKED = TaskThreadHeld, /* ready, but its budget is used up or its window closed */
	THREAD_RUNNING = TaskThreadRunning,
	THREAD_BLOCKED = TaskThreadBlocked,
};

#define RT_PRIORITIES 32
#define STD_PRIORITIES 16

/* What has to be done before a guest goes on. */
enum {
	WORK_RESCHEDULE = 1u << 0, /* pick again */
	WORK_TIMER = 1u << 1,      /* set the hart's timer again */
	WORK_REAP = 1u << 2,       /* object_reap() */
	WORK_CONSOLE = 1u << 3,    /* output or reports wait */
	WORK_END = 1u << 4,        /* the system has ended */
	WORK_KICK = 1u << 5,       /* other harts have work */
	WORK_PLACE = 1u << 6,      /* one that came may have to go on to another hart */
};

struct run_queue {
	u64 slice_end; /* when the running thread's slice is over; arch/trap.S knows where */
	union {
		struct {
			u32 work;    /* WORK_* */
			u32 guarded; /* such threads (core/thread.h) in its queues or running */
		};
		u64 work_or_guarded; /* nothing of both: the short ways are open */
	};
	u64 bit;                       /* the hart's, among harts by index */
	u32 rt_ready;                  /* bit p: rt[p] is not empty */
	u32 nready;                    /* threads in active, expired and reserved */
	struct thread *running;        /* on no list; NULL: none; others only take it off */
	u64 run_since;                 /* when the running thread was put on */
	struct list rt[RT_PRIORITIES]; /* ready, not running */
	struct list active, expired;   /* ready standard threads of this rotation, of the next */
	struct list reserved;          /* ready ones with some budget left, in their order */
	u32 rotation;
	struct timer held_up; /* armed while standard threads wait behind a real-time one */
	struct timer_queue timers;
};

/* A hart without threads. */
void sched_init(struct hart *hart);

/* Asks for WORK_* before a guest goes on, here or on a certain hart. */
void sched_request(u32 work);
void sched_request_of(struct hart *hart, u32 work);

/*
 * Does the work that was asked for and gives the thread to go on with; waits
 * while there is none. The last thing in every trap that has work.
 */
struct thread *sched_work(void);

/*
 * The short way of the most frequent exits, without the lock held: the turn of t,
 * which runs here, ends, though not before some time (the end of its slice, or 0
 * when it yields), and an equal waits. Gives that, which
 * now runs, and leaves the lock taken until it does (vcpu_turn()); next NULL:
 * nothing was done, the exit has to go the plain way.
 */
struct turn {
	struct thread *next;
	u64 timer; /* what the hart's is to be set to, ticks */
};

struct turn sched_turn(struct thread *t, u64 not_before);

/*
 * The same, with the lock held, for a real-time thread that was woken in this exit
 * and goes before the running one; instead of sched_work().
 */
struct turn sched_preempt(void);

/* Makes a stopped or blocked thread ready, on the hart that suits it best (core/place.h). */
void sched_wake(struct thread *thread);

/*
 * Takes a running or ready thread off its hart, into a state that does not run; parked
 * is one that is woken at once. Its registers may be live there yet.
 */
void sched_remove(struct thread *thread, enum thread_state state);

/*
 * For core/sched*.c: begins the next rotation if everybody has had his turns in this one, and
 * gives one that waits to a hart that suits it better.
 */
void sched_rotate(struct hart *hart);

/* For core/sched.c: a real-time thread runs, and standard ones begin to wait behind it. */
void sched_hold_up(struct run_queue *rq);

/*
 * For core/sched.c: harts that do less than what waits here are to take it, and a reserved thread
 * is to make way, here for the other harts or there for this one.
 */
void sched_call_others(struct hart *hart);

/* For core/budget.c: queues a thread that is on no queue on that hart, where it may run. */
void sched_send(struct hart *hart, struct thread *thread);

/*
 * For core/sched.c, of a guarded thread. Parks it or queues it as a reserved one; false: it
 * is to be queued by class. It was taken off. What is left of its slice there; false:
 * nothing, and it is queued again.
 */
bool sched_guard(struct run_queue *rq, struct thread *thread, bool first);
void sched_put_down_guarded(struct run_queue *rq, struct thread *thread, u64 now);
bool sched_put_on_guarded(struct hart *hart, struct thread *thread, u64 *slice);

/*
 * For core/sched.c: does what work says, but for scheduling. Sleeps, or drains the console if that
 * is the hart's business. Sets the hart's timer to what is due first.
 */
void sched_do_rare_work(u32 work);
void sched_idle(struct hart *hart);
void sched_arm_timer(struct run_queue *rq);

/* For core/sched*.c: takes a ready thread off its queue. */
void sched_dequeue(struct run_queue *rq, struct thread *thread);

/* The running thread lets its equals go first. */
void sched_yield(void);

/* Changes class and priority in any state. Arguments are valid. */
void sched_set_policy(struct thread *thread, ThreadSchedPolicy policy, ThreadPriority priority,
		      u64 rr_interval);

/*
 * What its budget or windows allow has changed: it is queued again if it is ready, parked
 * or running.
 */
void sched_requeue(struct thread *thread);

/* Changes where the thread may run, in any state; not 0. */
void sched_set_affinity(struct thread *thread, u64 harts_allowed);

/* The highest bit of a number that is not 0. Without Zbb the compiler's own way is a call. */
static inline unsigned int sched_highest(u32 bits)
{
	unsigned int bit = 0;

	if (bits >> 16)
		bit = 16;
	if (bits >> (bit + 8))
		bit += 8;
	if (bits >> (bit + 4))
		bit += 4;
	if (bits >> (bit + 2))
		bit += 2;
	return bit + (bits >> (bit + 1));
}

/* How long a thread has run so far, ticks. */
u64 sched_run_time(const struct thread *thread);

/* When the next timer of this hart is due, ticks. */
u64 sched_next_deadline(void);

/* Some deadline is due, or the running thread's slice is over. */
void sched_timer_interrupt(void);

#endif
