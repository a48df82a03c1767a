/* SPDX-License-Identifier: Apache-2.0 */
#include "core/region.h"

#include "core/slab.h"

/*
 * Automatic addresses begin in a window of one last-level table, so that a
 * process's stack and the hypervisor's pages in it share their tables.
 */
#define WINDOW_PAGES 512u
#define WINDOW_BYTES (WINDOW_PAGES * PAGE_SIZE)
#define WINDOWS ((u32)((VM_AUTO_END - VM_AUTO_MIN) / WINDOW_BYTES))
#define RANDOM_TRIES 8

struct region *vm_find(const struct vm *vm, gpa_t gpa)
{
	/* From behind, where stacks and what is allocated lie. */
	for (struct list *it = vm->regions.prev; it != &vm->regions; it = it->prev) {
		struct region *r = container_of(it, struct region, link);

		if (gpa >= r->base)
			return gpa < region_end(r) ? r : NULL;
	}
	return NULL;
}

struct region *vm_next(const struct vm *vm, gpa_t after)
{
	list_for_each(struct region, r, &vm->regions, link)
		if (r->base > after && !(r->flags & REGION_INTERNAL))
			return r;
	return NULL;
}

struct region *region_behind(const struct vm *vm, const struct region *r)
{
	struct region *next = list_first(&r->link, struct region, link);

	return &next->link != &vm->regions && next->base == region_end(r) ? next : NULL;
}

struct region *region_covering(const struct vm *vm, gpa_t base, gpa_t end, u32 flags, u32 those)
{
	struct region *first = vm_find(vm, base);

	for (struct region *r = first; r && (r->flags & flags) == those; r = region_behind(vm, r))
		if (region_end(r) >= end)
			return first;
	return NULL;
}

bool region_range_free(const struct vm *vm, gpa_t base, gpa_t end)
{
	list_for_each(const struct region, r, &vm->regions, link)
		if (region_high(r) > base)
			return region_low(r) >= end;
	return true;
}

static gpa_t align_to(gpa_t gpa, u64 align, u64 remainder)
{
	return ((gpa - remainder + align - 1) & ~(align - 1)) + remainder;
}

/* The first free place at or above `from`. */
static gpa_t first_fit(const struct vm *vm, gpa_t from, u64 bytes, u64 align, u64 remainder)
{
	gpa_t at = align_to(from, align, remainder);

	list_for_each(const struct region, r, &vm->regions, link) {
		if (region_high(r) <= at)
			continue;
		if (region_low(r) >= at + bytes)
			break;
		at = align_to(region_high(r), align, remainder);
	}
	return at + bytes <= VM_AUTO_END ? at : 0;
}

gpa_t region_place(struct vm *vm, u64 npages, u64 align, u64 remainder)
{
	u64 span = WINDOW_PAGES, bytes = npages << PAGE_SHIFT;
	gpa_t at;

	if (npages >= (VM_AUTO_END - VM_AUTO_MIN) >> PAGE_SHIFT)
		return 0;
	while (span < npages)
		span *= 2;
	if (!vm->window)
		vm->window = VM_AUTO_MIN + WINDOW_BYTES * rng_below(&vm->rng, WINDOWS);
	for (unsigned int i = 0; i < RANDOM_TRIES; i++) {
		u64 slot = rng_below(&vm->rng, (u32)(span - npages + 1));

		at = align_to(vm->window + (slot << PAGE_SHIFT), align, remainder);
		if (at + bytes <= VM_AUTO_END && region_range_free(vm, at, at + bytes))
			return at;
	}
	at = first_fit(vm, vm->window, bytes, align, remainder);
	return at ? at : first_fit(vm, VM_AUTO_MIN, bytes, align, remainder);
}

void region_insert(struct vm *vm, struct region *r)
{
	struct list *pos = vm->regions.prev;

	while (pos != &vm->regions && container_of(pos, struct region, link)->base > r->base)
		pos = pos->prev;
	list_add_head(pos, &r->link);
	vm->nregions++;
}

void region_remove(struct vm *vm, struct region *r)
{
	list_del(&r->link);
	if (r->mem) {
		list_del(&r->map_link);
		memobj_put(r->mem);
	}
	vm->nregions--;
	slab_free(r);
}

void region_split(struct vm *vm, struct region *r, gpa_t gpa, struct region *upper)
{
	u64 below = (gpa - r->base) >> PAGE_SHIFT;

	*upper = *r;
	upper->base = gpa;
	upper->npages = r->npages - below;
	upper->flags &= ~(u32)REGION_LOW_GUARD;
	r->npages = below;
	r->flags &= ~(u32)REGION_HIGH_GUARD;
	if (r->mem) {
		upper->mem_first += below;
		object_get(&r->mem->object);
		list_add_head(&r->map_link, &upper->map_link);
	}
	list_add_head(&r->link, &upper->link);
	vm->nregions++;
}
