/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables: G-stage tables, which translate a partition's guest-physical
 * addresses (RISC-V privileged specification, chapter "Hypervisor Extension",
 * two-stage address translation; modes Sv39x4 with 3 levels and Sv48x4 with 4),
 * and the hypervisor's own (Sv39).
 *
 * What fails for want of memory may leave tables, or some of a range mapped: they go by
 * pgtable_unmap(), and only once no hart that may have seen them translates by them
 * (vmid_stop_others()). Leaves are as large as alignment of both addresses and the length
 * permit: 4 KiB, 2 MiB, 1 GiB.
 *
 * Nothing here fences; the caller knows where the tables are in use
 * (see arch/vmid.h). Callers hold whatever protects the partition's memory.
 */
#ifndef ARCH_PGTABLE_H
#define ARCH_PGTABLE_H

#include "core/types.h"

struct pgtable {
	u64 *root;               /* aligned to its size */
	unsigned int levels;     /* 3 or 4; 2: PGTABLE_WINDOW */
	unsigned int root_order; /* 2 for a G-stage: 16 KiB; else 0 */
	u64 leaf_bits;           /* what every leaf has beside its access */
	u64 ntables;             /* pages of tables beside the root */
	bool tables_changed;     /* since the last fence: one for a page is about its leaf only */
};

/* What a lookup finds. */
struct pgtable_leaf {
	void *page; /* host memory at the very address that was asked for; NULL: nothing mapped */
	u64 left;   /* bytes from there to the end of the leaf, or of what is empty for sure */
	u32 prot;   /* VMM_FLAG_READ, WRITE, EXECUTE, and the cache flag */
};

/* Takes a piece of memory that unmapping has released: 2^order pages. */
typedef void pgtable_release_fn(void *block, unsigned int order, void *context);

/* Instead of a number of levels: the hypervisor's own tables. */
#define PGTABLE_OWN 0

/* The levels of a window of 1 GiB of several G-stages, for pgtable_link(); addresses are theirs. */
#define PGTABLE_WINDOW 2

/* Tables of a G-stage of 3 or 4 levels, or one of these. False: no memory for the root. */
bool pgtable_init(struct pgtable *pt, unsigned int levels);

/* Frees all tables. What the leaves point to is the caller's. */
void pgtable_destroy(struct pgtable *pt);

/*
 * Maps npages at gpa, where nothing is mapped, to host memory at page; prot as in a
 * pgtable_leaf. False: no memory for all tables.
 */
bool pgtable_map(struct pgtable *pt, gpa_t gpa, const void *page, u64 npages, u32 prot);

/* Makes the tables for one page, so that pgtable_map_page() can't fail. False: no memory. */
bool pgtable_prepare(struct pgtable *pt, gpa_t gpa);

/*
 * The same for one page: what a first touch needs. Gives the page that is
 * mapped there now, which is another one if the touch was none; NULL: no memory.
 */
const void *pgtable_map_page(struct pgtable *pt, gpa_t gpa, const void *page, u32 prot);

/* Makes sure that no large leaf crosses gpa; false: no memory for the split. */
bool pgtable_split(struct pgtable *pt, gpa_t gpa);

/*
 * Unmaps a range whose ends were split, hands each released block to `release`
 * (NULL: none wanted) and frees tables that are empty. Returns how many pages
 * were mapped.
 */
u64 pgtable_unmap(struct pgtable *pt, gpa_t gpa, u64 npages, pgtable_release_fn *release,
		  void *context);

/* Changes the access, not the cache flag, of what is mapped in a range whose ends were split. */
void pgtable_protect(struct pgtable *pt, gpa_t gpa, u64 npages, u32 prot);

/* Looks one address up. False: nothing mapped there. */
bool pgtable_lookup(const struct pgtable *pt, gpa_t gpa, struct pgtable_leaf *leaf);

/*
 * Of the pages from gpa on, at most npages: how many there are that lie one behind another in
 * host memory, at *page, or that are not mapped (*page NULL). Not necessarily all of them.
 */
u64 pgtable_run(const struct pgtable *pt, gpa_t gpa, u64 npages, void **page);

/* Number of pages in the range that are mapped. */
u64 pgtable_count(const struct pgtable *pt, gpa_t gpa, u64 npages);

/*
 * Links a window into a G-stage as its 1 GiB at gpa. Its tables stay `window`'s: pt neither
 * changes nor frees them. False: no memory.
 */
bool pgtable_link(struct pgtable *pt, const struct pgtable *window, gpa_t gpa);

#endif
