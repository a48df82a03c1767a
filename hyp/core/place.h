/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which hart a thread runs on. Nothing is changed here but the work of a hart that was
 * chosen; core/sched.c acts.
 *
 * A thread that becomes ready, or that has to make way, goes to the hart that
 * does the least important thing: nothing, a standard thread, a real-time one by
 * priority, a reserved one (core/budget.h), of which those are least that are due last. What
 * waits for a hart counts as if it ran there already. Among equals it goes to the hart
 * that it was on, or else to the shortest queue. A hart takes over what waits elsewhere
 * and is more important than what waits here; it is called when something is left waiting
 * that is more important than what it does. And a reserved thread goes from
 * the hart that it runs on to one that does less than what waits behind it, so that
 * this need not wait for it where it may run nowhere else.
 *
 * At the end of a rotation a hart gives a standard thread to one that has two fewer. While
 * a real-time thread keeps standard ones waiting, its hart gives one every 10 ms to
 * a hart that runs such. All that is within affinities; one that names no hart that
 * runs is as good as none.
 */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "arch/hart.h"
#include "core/thread.h"

/* Harts, by index: those with partitions on them, and those that ready threads wait for. */
extern u64 place_joined, place_waited;

/* From now on there are partitions on that hart. */
void place_join(struct hart *hart);

/* 1: a standard thread; above that a real-time one, by priority. */
u32 place_class(const struct thread *thread);

/* The same, but that a reserved one (core/budget.h) is above all others. */
u32 place_importance(const struct thread *thread);

/* That of the best thread that is ready and does not run; 0: there is none. */
u32 place_waiting(const struct run_queue *rq);

/* Its affinity, by index, also of harts that do not run yet; all if it names none that runs. */
u64 place_affinity(const struct thread *thread);

/* May the thread run there? */
bool place_allows(const struct thread *thread, const struct hart *hart);

/* Is there a choice at all? */
static inline bool place_several(void)
{
	return (place_joined & (place_joined - 1)) != 0;
}

/* Where the thread goes, which is neither running nor ready; anywhere if its windows are closed. */
struct hart *place_search(const struct thread *thread);

/* The same, at once where there is no choice. */
static inline struct hart *place_choose(const struct thread *thread)
{
	struct hart *hart = thread->hart;

	return (thread->affinity & place_joined) == hart->rq.bit ? hart : place_search(thread);
}

/* Does something wait for the hart that the other one would take? */
bool place_has_better(const struct hart *hart, const struct hart *other);

/*
 * Should the reserved thread that a hart runs go to the other one? If both it and a reserved one
 * that waits behind it go before all that is done there, and no other thread of its budget
 * wants to run. Then place_search() sends it away once it is taken off.
 */
bool place_makes_way(const struct hart *hart, const struct hart *other);

/*
 * A ready thread of another hart for this one, more important than that; or NULL. Where reserved
 * ones wait, this one has to see whether somebody is to make way (WORK_PLACE).
 */
struct thread *place_to_take(struct hart *hart, u32 than);

/*
 * A standard thread of this hart's current rotation for the hart with the fewest, *to; or NULL.
 * Between rotations, or while a real-time thread runs here.
 */
struct thread *place_to_give(const struct hart *hart, struct hart **to);

#endif
