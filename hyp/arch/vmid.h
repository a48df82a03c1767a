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

/* After a change of npages at gpa: no hart uses an old translation any more. */
void vmid_fence(struct vmid_tags *tags, struct pgtable *gs, gpa_t gpa, u64 npages);

/* Before gs goes: no hart translates through it any more. */
void vmid_forget(struct vmid_tags *tags, const struct pgtable *gs);

/* Memory became executable: every hart fences instruction fetches before it runs a guest. */
void vmid_code_changed(void);

/* The number of levels that this machine's G-stage tables have. */
unsigned int gstage_levels(void);

#endif
