/* SPDX-License-Identifier: Apache-2.0 */
/* For random tests of support/simulation.h's harts: what always holds, and changes. */
#ifndef UNIT_SUPPORT_QUEUES_H
#define UNIT_SUPPORT_QUEUES_H

#include "arch/hart.h"
#include "core/thread.h"

/*
 * What a hart that always has something to run says of its queues, once it is settled: each thread
 * is where it belongs, counts and bits are right, and its guest's timer is passed on at
 * once only if nothing else is to be done. How many threads wait there or run.
 */
unsigned int queues_check(const struct hart *hart);

/*
 * As a hart at random: t becomes another one, or moves, or sleeps, or wakes; or who runs on
 * that hart gives way, unless that is `stays`.
 */
void queues_change(struct thread *t, const struct thread *stays);

/* Some harts, at least one. */
u64 queues_some_harts(void);

/*
 * Nobody is parked for what is there of a hard budget while a hart that he may run on does
 * something less important, and nobody for what will not wake him: a timer, or who has it all.
 */
void queues_check_parked(struct budget *budget);

#endif
