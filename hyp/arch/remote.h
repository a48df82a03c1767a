/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What harts ask of one another, by interrupts of the SBI's sPI extension. Two
 * things are enough:
 *   - to look at their run queue again, once the lock is released;
 *   - to put their vCPU down, which the asking hart waits for with the lock held.
 * A hart that has put its vCPU down cannot run a guest before it gets the lock.
 * So nothing else is asked for: no hart uses memory of a partition, or fetches
 * its instructions, while that is changed (arch/vmid.h).
 */
#ifndef ARCH_REMOTE_H
#define ARCH_REMOTE_H

#include "arch/cpu.h"
#include "arch/csr.h"
#include "core/types.h"

struct hart;

/* Lock held: the hart finds something in its run queue's `work` afterwards. */
void remote_kick(const struct hart *hart);

/* Lock held: saves the vCPU whose registers are live on a hart, this one or another. */
void remote_put_down(struct hart *hart);

/* Without the lock, all registers saved: does what was asked; false: nothing was. */
bool remote_serve(void);

/* Takes the interrupt off; look at what was asked for afterwards. */
static inline void remote_acknowledge(void)
{
	csr_clear(sip, IRQ_SSI);
	/* Or a look at memory may come before it: CSRs are ordered like I/O. */
	cpu_fence();
}

#endif
