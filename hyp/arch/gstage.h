/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G-stage page tables: translation of a partition's guest-physical addresses
 * (RISC-V privileged specification, chapter "Hypervisor Extension", two-stage
 * address translation). Modes Sv39x4 (3 levels) and Sv48x4 (4 levels).
 *
 * Changes are made in two steps: prepare allocates every table that the change
 * needs and may fail without having changed anything; the step that follows
 * cannot fail. Leaves are as large as alignment of both addresses and the
 * length permit: 4 KiB, 2 MiB, 1 GiB.
 *
 * Nothing here fences; the caller knows where the tables are in use
 * (see arch/vmid.h). Callers hold whatever protects the partition's memory.
 */
#ifndef ARCH_GSTAGE_H
#define ARCH_GSTAGE_H

#include "core/types.h"

struct gstage {
	u64 *root;           /* 16 KiB, 16 KiB aligned */
	unsigned int levels; /* 3 or 4 */
	u64 ntables;         /* pages of tables beside the root */
};

/* What a lookup finds. */
struct gstage_leaf {
	void *page;  /* host memory at the very address that was asked for */
	u64 left;    /* bytes from there to the end of the leaf */
	u32 prot;    /* VMM_FLAG_READ, WRITE, EXECUTE; 0: nothing mapped */
};

/* Takes a piece of memory that unmapping has released: 2^order pages. */
typedef void gstage_release_fn(void *block, unsigned int order, void *context);

/* False: no memory for the root. */
bool gstage_init(struct gstage *gs, unsigned int levels);

/* Frees all tables. What the leaves point to is the caller's. */
void gstage_destroy(struct gstage *gs);

/* Makes the tables for mapping npages at gpa to host memory at page. */
bool gstage_prepare(struct gstage *gs, gpa_t gpa, const void *page, u64 npages);

/* Maps what was prepared; nothing was mapped there. prot is not 0. */
void gstage_map(struct gstage *gs, gpa_t gpa, const void *page, u64 npages, u32 prot);

/* Makes sure that no large leaf crosses gpa; false: no memory for the split. */
bool gstage_split(struct gstage *gs, gpa_t gpa);

/*
 * Unmaps a range whose ends were split, hands each released block to `release`
 * (NULL: none wanted) and frees tables that became empty. Returns how many
 * pages were mapped.
 */
u64 gstage_unmap(struct gstage *gs, gpa_t gpa, u64 npages, gstage_release_fn *release, void *context);

/* Frees empty tables of a range: undoes a prepare that was not followed up. */
void gstage_prune(struct gstage *gs, gpa_t gpa, u64 npages);

/* Looks one address up. False: nothing mapped there. */
bool gstage_lookup(const struct gstage *gs, gpa_t gpa, struct gstage_leaf *leaf);

/* Number of pages in the range that are mapped. */
u64 gstage_count(const struct gstage *gs, gpa_t gpa, u64 npages);

/*
 * Links the tables of the 1 GiB window at gpa in `from` into gs as well. They
 * stay `from`'s: gs neither changes nor frees them. False: no memory.
 */
bool gstage_link(struct gstage *gs, const struct gstage *from, gpa_t gpa);

#endif
