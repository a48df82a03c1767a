/* SPDX-License-Identifier: Apache-2.0 */
/* What core/sched.c and core/sched_change.c share: a ready thread's place in a run queue. */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "arch/hart.h"
#include "core/thread.h"

static inline bool is_realtime(const struct thread *t)
{
	return t->policy != ThreadSchedPolicyOther;
}

/* Has it had all its turns of this rotation? */
static inline bool had_turns(const struct run_queue *rq, const struct thread *t)
{
	return t->rotation == rq->rotation + 1;
}

/* Takes a ready thread off its queue. */
void sched_dequeue(struct run_queue *rq, struct thread *t);

#endif
