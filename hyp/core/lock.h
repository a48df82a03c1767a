/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's one lock. Whoever holds it may use and change everything in
 * api/, core/ and console/, and what arch/ keeps of other harts. Since there is
 * one, there is no order to keep. Without it a hart may only
 *   - answer what arch/trap.S answers,
 *   - use its own stack, trace and CSRs, and struct hart's members that say so,
 *   - serve remote_put_down() (arch/remote.h).
 *
 * Invariant: while the lock is free, a thread's registers are live on the hart
 * that thread.hart points to and on no other, and a hart that runs a guest runs
 * the thread that its run queue says.
 *
 * Who waits for it waits with all registers saved, so that his thread can be
 * taken from him meanwhile. Short waits are not in turns: harts that are simulated
 * or virtual themselves would stand behind one that is not running. Who has
 * waited for long sleeps, and the lock is handed over to him.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include "arch/cpu.h"
#include "arch/hart.h"

/* The address of the hart that holds the lock, with LOCK_AWAITED if one sleeps; or 0. */
extern u64 lock_word;
#define LOCK_AWAITED 1u

/* Takes the lock if it is free. */
static inline bool lock_try(void)
{
	return cpu_claim(this_hart()->lock, (u64)this_hart());
}

/* Waits for it, as lock_take() does where it is not free. */
void lock_wait(void);

/* Waits for the lock; all registers of this hart's thread are saved. */
static inline void lock_take(void)
{
	if (!lock_try())
		lock_wait();
}

/* Releases the lock to a hart that sleeps. */
void lock_hand_over(void);

/* Where nothing was asked of other harts. */
static inline void lock_release(void)
{
	if (!cpu_disclaim(this_hart()->lock, (u64)this_hart()))
		lock_hand_over();
}

/* The same out of line. */
void lock_release_kicking(void);

/* Everywhere else: releases the lock, then interrupts the harts that have work now. */
static inline void lock_release_and_kick(void)
{
	if (this_hart()->kicks)
		lock_release_kicking();
	else
		lock_release();
}

/* An assertion build (make ASSERT=1) traps where the lock ought to be held and is not. */
static inline void lock_assert(void)
{
#ifdef FLOE_ASSERT
	if ((lock_word & ~(u64)LOCK_AWAITED) != (u64)this_hart())
		__builtin_trap();
#endif
}

#endif
