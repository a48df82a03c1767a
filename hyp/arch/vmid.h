/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMIDs and the fences that go with them (RISC-V privileged specification,
 * HFENCE.GVMA and hgatp).
 *
 * VMIDs belong to a hart: each hart hands them out one after another, with a
 * fence, and when they run out it begins a new generation. A partition
 * remembers, for each hart, the VMID that it got and in which generation;
 * forgetting it is as good as a fence, because a VMID is not given out again
 * without one. With VMIDLEN 0 each change of partition is a new generation.
 */
#ifndef ARCH_VMID_H
#define ARCH_VMID_H

#include "core/types.h"

struct pgtable;

/* Any number of pages, with what leads to them. */
#define VMID_FENCE_ALL (~(u64)0)

struct vmid_tags {
	u64 tag[MAX_HARTS]; /* generation << 16 | VMID; 0: none */
};

static inline void vmid_init(struct vmid_tags *tags)
{
	for (unsigned int i = 0; i < MAX_HARTS; i++)
		tags->tag[i] = 0;
}

/* Makes this hart translate through gs, with a VMID that is right for it. */
void vmid_activate(struct vmid_tags *tags, const struct pgtable *gs);

/*
 * Before anything is taken away from gs, or becomes executable in it: no other
 * hart translates through it, or fetches by it, until the lock is released.
 */
void vmid_stop_others(struct vmid_tags *tags, const struct pgtable *gs);

/*
 * After a change of npages at gpa: this hart uses no old translation any more.
 * After an addition others may still find nothing there, and look again.
 */
void vmid_fence(struct vmid_tags *tags, struct pgtable *gs, gpa_t gpa, u64 npages);

/* Before gs goes, whose vCPUs have all been put down: no hart translates through it any more. */
void vmid_forget(struct vmid_tags *tags, const struct pgtable *gs);

/*
 * Memory becomes executable in gs: every hart fences instruction fetches before
 * it runs a guest of that, or another one.
 */
void vmid_code_changed(struct vmid_tags *tags, const struct pgtable *gs);

/* The number of levels that this machine's G-stage tables have. */
unsigned int gstage_levels(void);

#endif
