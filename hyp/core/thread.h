/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread: one vCPU of a partition, with what the scheduler and its waits
 * need. It lives in its task and ends with it at the latest. The object lasts
 * until its last handle is gone as well: references are held by handles, and by
 * the task while the thread lives.
 */
#ifndef CORE_THREAD_H
#define CORE_THREAD_H

#include "arch/hart.h"
#include "arch/vcpu.h"
#include "core/object.h"

/* Why a blocked thread waits. */
enum thread_wait {
	WAIT_NONE,
	WAIT_SLEEP,     /* KnSleep */
	WAIT_NOTICE,    /* KnNoticeGetEvent */
	WAIT_CONSOLE,   /* room on the console */
	WAIT_INTERRUPT, /* WFI */
	WAIT_THREAD,    /* KnThreadWaitByHandle */
	WAIT_RESUME,    /* KnThreadSuspendCurrent, or created so */
};

struct thread {
	struct vcpu vcpu; /* first: arch/trap.S has the address of both */
	struct object object;
	struct task *task;     /* NULL: that has ended */
	struct list task_link; /* among the task's threads, or those that ended before it */
	Tid tid;
	Pid pid;           /* its task's */
	struct hart *hart; /* that it is scheduled on */

	/* core/sched.c */
	enum thread_state state;
	ThreadSchedPolicy policy;
	ThreadPriority priority;
	struct list ready;
	u64 rr_interval; /* ticks */
	u64 quantum;     /* ticks: a whole slice */
	u64 slice_left;  /* ticks; 0: a new one is due */
	u64 run_time;    /* ticks, until it was last taken off the hart */
	u32 rotation;    /* of its hart, that quanta_left is for: once none is left, the next */
	u32 quanta_left;

	/* core/budget.c and core/window.c */
	bool guarded;          /* it has a budget, or there are windows: no short ways for it */
	u64 windows;           /* bit n: it runs in the n-th; FLOE_NO_WINDOW: where there is none */
	struct budget *budget; /* the task's; NULL: none */
	bool reserved;         /* queued or running as one with budget left */
	bool wants_budget;     /* it is counted there */
	u64 grant;    /* ticks that its hart took for it; 0: it does not run on its budget */
	u64 again;    /* when these come again: a period after they could be used and were wanted */
	u64 deadline; /* by when they are to be used */
	u64 slice_cut; /* ticks of its slice beyond the grant */

	/* core/thread.c */
	enum thread_wait wait;
	u64 retry_pc, retry_sp;   /* where a hypercall waited and is made again */
	u64 wait_until;           /* when that gives up, ticks */
	struct timer wait_timer;  /* end of a sleep or of a wait */
	struct timer guest_timer; /* the vCPU's own timer, where the hypervisor keeps it */
	struct list waiting;      /* on the queue of what it waits for */

	/* core/thread_life.c */
	gpa_t stack; /* where it begins, and its length; the thread's own region while it lives */
	u64 stack_pages;
	bool waitable;
	bool living; /* neither it nor its task has ended */
	bool exited; /* by itself: there is an exit code */
	i32 exit_code;
	struct list joiners; /* threads in KnThreadWaitByHandle */
	u64 affinity;        /* a CPU mask */

	/* core/exception.c */
	gpa_t handler;               /* its own exception handler; 0: none */
	struct exception *exception; /* what a handler is busy with, or NULL */
};

static inline bool is_realtime(const struct thread *t)
{
	return t->policy != ThreadSchedPolicyOther;
}

/* core/sched.c: a standard thread's turns in one rotation. */
static inline void sched_give_turns(struct thread *t, u32 rotation)
{
	t->rotation = rotation;
	t->quanta_left = 1 + t->priority / 4;
}

/* core/sched*.c: its slice may be over. */
static inline void sched_count_turn(struct thread *t)
{
	if (!t->slice_left && t->quanta_left)
		t->quanta_left--;
}

/* core/thread.c's part of a new one. */
void thread_init_waits(struct thread *thread);

/* Everything a new thread begins with. */
struct thread_request {
	struct task *task;
	FloeThreadStart start;
	u64 stack_bytes; /* a page multiple */
	ThreadSchedPolicy policy;
	ThreadPriority priority;
	u64 rr_interval; /* ticks */
	bool waitable;
};

/*
 * A thread with its stack that is not started. rcOutOfMemory; rcQuotaExceeded:
 * the task's memory limit, or it has too many threads.
 */
Retcode thread_create(const struct thread_request *request, struct thread **thread);

/* Starts it, or, suspended, lets it wait for thread_resume(). */
void thread_start(struct thread *thread, bool suspended);

/* Stops it for good; its registers can be read. Harmless on a stopped one. */
void thread_stop(struct thread *thread);

/*
 * The current thread ends by itself. With the last one its task does. False: only a portion of its
 * stack has gone; to be called again.
 */
bool thread_exit(i32 code);

/* Ends it, however it came to that: it is one of those then that ended before their task. */
void thread_end(struct thread *thread);

/* The object type's destructor: the thread has ended. */
void thread_destroy(struct object *object);

/* Changes class and priority of a living thread; the arguments are valid. */
void thread_set_policy(struct thread *thread, ThreadSchedPolicy policy, ThreadPriority priority,
		       u64 rr_interval);

/*
 * Saves a thread's registers if they are live, so that they can be read and
 * changed; they are loaded again before it goes on.
 */
void thread_put_down(struct thread *thread);

/* The thread that made the hypercall or took the exception. */
static inline struct thread *thread_current(void)
{
	return this_hart()->current;
}

/*
 * Blocks the current thread until thread_wake() or until the time is over
 * (TIME_NEVER: no end). queue: where the waker looks for it, or NULL.
 */
void thread_block(enum thread_wait wait, struct list *queue, u64 until);

/* Ends a wait. */
void thread_wake(struct thread *thread);

/* Wakes the first thread of a queue, if there is one, or all of them. */
void thread_wake_first(struct list *queue);
void thread_wake_all(struct list *queue);

/* The vCPU's own timer is set to an absolute time (TIME_NEVER: off). */
void thread_set_guest_timer(struct thread *thread, u64 at);

/* The vCPU executed WFI: waits until an interrupt is pending for it. */
void thread_wait_for_interrupt(void);

#endif
