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

#include "arch/cpu.h"
#include "arch/hart.h"

/* Any number of pages, with what leads to them. */
#define VMID_FENCE_ALL (~(u64)0)

/* On one hart: right while the hart's generation is that one; 0: none. */
struct vmid_tag {
	u64 generation;
	u64 hgatp;
};

/* Zeroed to begin with. */
struct vmid_tags {
	struct vmid_tag tag[MAX_HARTS];
};

static inline bool vmid_is_valid(const struct vmid_tag *tag)
{
	return tag->generation == this_hart()->vmid_generation;
}

/* Makes this hart translate through gs, with a VMID that is right for it. */
void vmid_activate(struct vmid_tags *tags, const struct pgtable *gs);

/* The same with a valid tag, where no fence for executable memory is due. */
static inline void vmid_use(const struct vmid_tag *tag, const struct pgtable *gs)
{
	if (this_hart()->gstage == gs)
		return;
	this_hart()->gstage = gs;
	csr_write(hgatp, tag->hgatp);
}

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

#endif
