/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of a partition's regions: look-up, free space, splitting. For
 * core/vm*.c only.
 */
#ifndef CORE_REGION_H
#define CORE_REGION_H

#include "core/vm.h"

static inline gpa_t region_end(const struct region *r)
{
	return r->base + (r->npages << PAGE_SHIFT);
}

/* Address space with the guard pages. */
static inline gpa_t region_low(const struct region *r)
{
	return r->base - (r->flags & REGION_LOW_GUARD ? PAGE_SIZE : 0);
}

static inline gpa_t region_high(const struct region *r)
{
	return region_end(r) + (r->flags & REGION_HIGH_GUARD ? PAGE_SIZE : 0);
}

/* Is [base, end) free of regions and guard pages? */
bool region_range_free(const struct vm *vm, gpa_t base, gpa_t end);

/*
 * A free place for npages, chosen by the partition's generator; alignment and
 * remainder are in bytes (a power of two, a page multiple). 0: none.
 */
gpa_t region_place(struct vm *vm, u64 npages, u64 align, u64 remainder);

/* Puts a region in its place in the list. */
void region_insert(struct vm *vm, struct region *r);

/* Takes it off and frees it. Its pages are unmapped already. */
void region_remove(struct vm *vm, struct region *r);

/* Makes two of one: `upper` (allocated by the caller) becomes what lies from gpa on. */
void region_split(struct vm *vm, struct region *r, gpa_t gpa, struct region *upper);

/*
 * Unmaps a range whose ends no large leaf crosses, from all harts, with the tables that are
 * empty then, and frees anonymous blocks if asked to. How many pages were mapped.
 */
u64 region_take_away(struct vm *vm, gpa_t base, u64 npages, bool release);

/* Has another hart mapped a page there, and this one remembers that there was none? */
enum vm_touch region_look_again(struct vm *vm, gpa_t gpa, enum vm_touch otherwise);

/* Gives up vm->list, if there is one: pages of its range go, which all do before the space does. */
void region_drop_list(struct vm *vm);

/*
 * Maps what a region has of its memory object, or makes the tables for it, so that the first touch
 * of a page can map it. False: no memory; the region has to go.
 */
bool region_map_object(struct vm *vm, const struct region *r);

/* First touch of a page of such a region: of what is not mapped yet, or a hole. */
enum vm_touch region_touch_object(struct vm *vm, const struct region *r, gpa_t gpa);

/*
 * How many pages of a range, whose ends no large leaf crosses, are unmapped in one call: a leaf
 * or what is empty, or else those of a table.
 */
u64 region_portion(const struct vm *vm, gpa_t base, u64 npages);

/* Unmaps the first pages of a region, whose ends no large leaf crosses; how many. */
u64 region_unmap_first(struct vm *vm, struct region *r);

/* The region that begins where that one ends, or NULL. */
struct region *region_behind(const struct vm *vm, const struct region *r);

/* The regions that cover a range without a gap, all with those of the flags: the first, or NULL. */
struct region *region_covering(const struct vm *vm, gpa_t base, gpa_t end, u32 flags, u32 those);

/*
 * Makes region boundaries of both ends of a range that regions cover, in the
 * tables too. rcOutOfMemory, rcQuotaExceeded: nothing was changed that a guest
 * can tell.
 */
Retcode region_isolate(struct vm *vm, gpa_t base, gpa_t end);

#endif
