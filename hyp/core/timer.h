/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines of one hart: a pairing heap, so that arming costs the same however
 * many there are. Times are in ticks of the time CSR.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include "core/types.h"

#define TIME_NEVER (~(u64)0)

struct thread;
struct timer_queue;

struct timer {
	u64 at;
	void (*expired)(struct timer *timer);
	struct timer *child, *next, *prev; /* prev: elder sibling, or parent of the first child */
	struct timer_queue *queue;         /* where it is armed, or NULL */
};

struct timer_queue {
	struct timer *root;
	u64 next; /* the earliest deadline, or TIME_NEVER */
	/* That runs, and whose guest_timer is all that there is to do, or NULL; trap.S has it. */
	struct thread *guest;
};

#define TIMER_QUEUE_EMPTY ((struct timer_queue){ NULL, TIME_NEVER, NULL })

/* Arms a timer that is not armed. */
void timer_arm(struct timer_queue *q, struct timer *t, u64 at);

/* Takes an armed one out of its queue. */
void timer_disarm(struct timer *t);

/* Disarms, in whichever queue it is; harmless if it is in none. */
static inline void timer_cancel(struct timer *t)
{
	if (t->queue)
		timer_disarm(t);
}

/* Disarms and calls everything that is due at `now`. */
void timer_run(struct timer_queue *q, u64 now);

/* Ticks of an interval, rounded up, at most TIME_NEVER / 2. */
u64 ticks_from_ms(u64 ms);
u64 ticks_from_ns(u64 sec, u64 nsec);

/* Rounded down, of up to some minutes. */
u64 ticks_from_us(u64 us);

/* The other way, rounded down. */
RtlTimeSpec timespec_from_ticks(u64 ticks);

#endif
