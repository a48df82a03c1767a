/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How regions map their memory objects: the first of them at once, the rest, if there is much
 * that lies scattered, where it is touched, so that neither takes long. What has holes is
 * mapped where it is touched only.
 */
#include "core/page.h"
#include "core/region.h"

/* Stretches that are mapped at once: of one extent and one table, or of large leaves. */
#define STRETCHES 64u

/* Pages that are mapped together when one is touched: a power of two, not above a table's. */
#define AROUND 128u

/* Of a frozen partition: it may have holes of any size. */
static bool has_holes(const struct memobj *mem)
{
	return mem->committed < mem->npages;
}

/* The page that a region has at an address; NULL: a hole. *n: how many follow contiguously. */
static char *page_at(const struct region *r, gpa_t gpa, u64 *n)
{
	u64 first = (gpa - r->base) >> PAGE_SHIFT;
	char *page = memobj_at(r->mem, r->mem_first + first, n);

	*n = min_u64(*n, r->npages - first);
	return page;
}

static u64 left_in_table(gpa_t gpa)
{
	return PAGE_LARGE - (gpa >> PAGE_SHIFT) % PAGE_LARGE;
}

bool region_map_object(struct vm *vm, const struct region *r)
{
	gpa_t gpa = r->base, end = region_end(r);
	bool ok = true;
	u64 n;

	if (has_holes(r->mem))
		return true;
	for (unsigned int i = 0; ok && i < STRETCHES && gpa < end; i++, gpa += n << PAGE_SHIFT) {
		const void *page = page_at(r, gpa, &n);

		if (left_in_table(gpa ^ (u64)page) != PAGE_LARGE)
			n = min_u64(n, left_in_table(gpa));
		ok = pgtable_map(&vm->gs, gpa, page, n, r->prot);
	}
	/* No touch is to fail for want of memory, unless these tables go with a neighbour's. */
	for (; ok && gpa < end; gpa += left_in_table(gpa) << PAGE_SHIFT)
		ok = pgtable_prepare(&vm->gs, gpa);
	return ok;
}

enum vm_touch region_look_again(struct vm *vm, gpa_t gpa, enum vm_touch otherwise)
{
	struct pgtable_leaf leaf;

	if (!pgtable_lookup(&vm->gs, gpa, &leaf))
		return otherwise;
	vmid_fence(&vm->tags, &vm->gs, gpa, VMID_FENCE_ALL);
	return VM_TOUCH_OK;
}

/* A hole reads as zero; it is only ever mapped read-only. */
static bool map_hole(struct vm *vm, const struct region *r, gpa_t gpa)
{
	return pgtable_map_page(&vm->gs, gpa, vm_zero_page, r->prot & VMM_FLAG_RWX_MASK);
}

/* What is there of the object around an address. */
static bool map_around(struct vm *vm, const struct region *r, gpa_t gpa)
{
	u64 size = AROUND << PAGE_SHIFT, n;
	gpa_t at = gpa & ~(size - 1), end = min_u64(at + size, region_end(r));
	bool ok = true;

	if (r->prot & VMM_FLAG_EXECUTE)
		vmid_code_changed(&vm->tags, &vm->gs);
	for (at = max_u64(at, r->base); ok && at < end; at += PAGE_SIZE) {
		const void *page = page_at(r, at, &n);

		ok = !page || pgtable_map_page(&vm->gs, at, page, r->prot);
	}
	return ok;
}

enum vm_touch region_touch_object(struct vm *vm, const struct region *r, gpa_t gpa)
{
	bool ok;
	u64 n;

	if (region_look_again(vm, gpa, VM_TOUCH_REFUSED) == VM_TOUCH_OK)
		return VM_TOUCH_OK;
	/* Tables for an object with holes are made now, and count. */
	ok = !has_holes(r->mem) || vm_used(vm) < vm->limit;
	ok = ok && (page_at(r, gpa, &n) ? map_around(vm, r, gpa) : map_hole(vm, r, gpa));
	if (!ok)
		region_take_away(vm, gpa, 1, false);
	vmid_fence(&vm->tags, &vm->gs, gpa, VMID_FENCE_ALL);
	return ok ? VM_TOUCH_OK : VM_TOUCH_NO_MEMORY;
}

u64 vm_committed(const struct vm *vm, const struct region *r)
{
	/* Of an object it is all, but where the region was frozen, which is all of the object. */
	return r->mem ? min_u64(r->npages, r->mem->committed)
		      : pgtable_count(&vm->gs, r->base, r->npages);
}

u64 vm_untouched(const struct vm *vm, gpa_t gpa)
{
	const struct region *r = vm_find(vm, gpa);
	void *page;
	u64 n;

	if (!r)
		return 0;
	if (r->mem)
		page = page_at(r, gpa, &n);
	else
		n = pgtable_run(&vm->gs, gpa & ~PAGE_MASK,
				(region_end(r) - gpa + PAGE_MASK) >> PAGE_SHIFT, &page);
	return page ? 0 : (n << PAGE_SHIFT) - (gpa & PAGE_MASK);
}

bool vm_lookup_object(const struct vm *vm, gpa_t gpa, struct pgtable_leaf *leaf)
{
	const struct region *r = vm_find(vm, gpa);
	u64 offset = gpa & PAGE_MASK, n;
	char *page = r && r->mem ? page_at(r, gpa, &n) : NULL;

	if (!page)
		return false;
	*leaf = (struct pgtable_leaf){ page + offset, (n << PAGE_SHIFT) - offset, r->prot };
	return true;
}
