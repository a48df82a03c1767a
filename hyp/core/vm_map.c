/* SPDX-License-Identifier: Apache-2.0 */
#include "core/page.h"
#include "core/region.h"
#include "core/slab.h"
#include "core/vm.h"

#define LARGE_ORDER 9 /* 2 MiB */

/* The pieces of host memory that one mapping consists of, one after another. */
struct piece {
	void *start;
	u64 npages;
};

static struct piece piece_at(const struct memobj *mem, u64 first, u64 npages)
{
	u64 offset;
	const struct extent *extent = memobj_extent(mem, first, &offset);

	return (struct piece){ extent->start + (offset << PAGE_SHIFT),
			       min_u64(extent->npages - offset, npages) };
}

static bool prepare_object(struct vm *vm, const struct region *r)
{
	for (u64 done = 0; done < r->npages;) {
		struct piece p = piece_at(r->mem, r->mem_first + done, r->npages - done);

		if (!pgtable_prepare(&vm->gs, r->base + (done << PAGE_SHIFT), p.start, p.npages)) {
			pgtable_prune(&vm->gs, r->base, done);
			return false;
		}
		done += p.npages;
	}
	return true;
}

static void map_object(struct vm *vm, const struct region *r)
{
	for (u64 done = 0; done < r->npages;) {
		struct piece p = piece_at(r->mem, r->mem_first + done, r->npages - done);

		pgtable_map(&vm->gs, r->base + (done << PAGE_SHIFT), p.start, p.npages, r->prot);
		done += p.npages;
	}
	if (r->prot & VMM_FLAG_EXECUTE)
		vmid_code_changed();
	vmid_fence(&vm->tags, &vm->gs, r->base, r->npages);
}

/* Pages that a mapping of the object adds to what the partition is charged. */
static u64 mapping_charge(const struct vm *vm, const struct memobj *mem, u64 npages)
{
	return mem && mem->owned && mem->account != vm ? npages : 0;
}

static gpa_t choose_base(struct vm *vm, const struct vm_request *q)
{
	u64 low = q->flags & REGION_LOW_GUARD ? PAGE_SIZE : 0;
	u64 guards = (low + (q->flags & REGION_HIGH_GUARD ? PAGE_SIZE : 0)) >> PAGE_SHIFT;
	u64 align = q->npages >> LARGE_ORDER ? PAGE_SIZE << LARGE_ORDER : PAGE_SIZE;
	u64 remainder = 0;
	gpa_t at;

	/* Where large leaves are possible, choose an address that allows them. */
	if (q->mem)
		remainder = (u64)piece_at(q->mem, q->mem_first, 1).start & (align - 1);
	at = region_place(vm, q->npages + guards, align, (remainder - low) & (align - 1));
	return at ? at + low : 0;
}

Retcode vm_map(struct vm *vm, const struct vm_request *q, struct region **region)
{
	bool chosen = q->base == 0;
	struct region *r;
	u64 charge = mapping_charge(vm, q->mem, q->npages);
	Retcode rc;

	if ((q->prot & VMM_FLAG_WRITE) && (q->prot & VMM_FLAG_EXECUTE) && !vm->allow_rwx)
		return rcSecurityDisallow;
	if (q->mem && !vm->allow_rwx && memobj_breaks_wx(q->mem, q->mem_first, q->npages, q->prot))
		return rcSecurityDisallow;
	if (vm->nregions >= VM_REGIONS_MAX)
		return rcQuotaExceeded;
	r = slab_alloc(sizeof(*r));
	if (!r)
		return rcOutOfMemory;
	*r = (struct region){ .base = chosen ? choose_base(vm, q) : q->base,
			      .npages = q->npages,
			      .prot = q->prot,
			      .ceiling = q->ceiling,
			      .flags = q->flags,
			      .mem = q->mem,
			      .mem_first = q->mem_first };
	list_init(&r->link);
	list_init(&r->map_link);
	rc = rcOutOfMemory;
	if (!r->base)
		goto fail;
	rc = rcAlreadyExists;
	if (!chosen && !region_range_free(vm, region_low(r), region_high(r)))
		goto fail;
	rc = vm_charge(vm, charge);
	if (rc != rcOk)
		goto fail;
	if (r->mem && !prepare_object(vm, r)) {
		vm_uncharge(vm, charge);
		rc = rcOutOfMemory;
		goto fail;
	}
	region_insert(vm, r);
	if (r->mem) {
		r->mem->refs++;
		list_add_tail(&r->mem->mappings, &r->map_link);
		map_object(vm, r);
	}
	*region = r;
	return rcOk;
fail:
	slab_free(r);
	return rc;
}

static void free_block(void *block, unsigned int order, void *context)
{
	(void)context;
	page_free(block, order);
}

/* Unmaps all of a region, whose ends no large leaf crosses. */
void vm_unmap_region(struct vm *vm, struct region *r)
{
	u64 found = pgtable_unmap(&vm->gs, r->base, r->npages, r->mem ? NULL : free_block, NULL);

	vmid_fence(&vm->tags, &vm->gs, r->base, r->npages);
	vm_uncharge(vm, r->mem ? mapping_charge(vm, r->mem, r->npages) : found);
	region_remove(vm, r);
}

static bool commit_one(struct vm *vm, gpa_t gpa, u64 left, u32 prot, u64 *done)
{
	unsigned int order = left >> LARGE_ORDER && !(gpa & ((PAGE_SIZE << LARGE_ORDER) - 1))
				     ? LARGE_ORDER
				     : 0;
	void *block = page_alloc_zero(order);

	if (!block && order)
		block = page_alloc_zero(order = 0);
	if (!block)
		return false;
	if (!pgtable_prepare(&vm->gs, gpa, block, (u64)1 << order)) {
		page_free(block, order);
		return false;
	}
	pgtable_map(&vm->gs, gpa, block, (u64)1 << order, prot);
	*done = (u64)1 << order;
	return true;
}

Retcode vm_commit_all(struct vm *vm, struct region *r)
{
	u64 done = 0, n;
	Retcode rc = vm_charge(vm, r->npages);

	if (rc != rcOk)
		return rc;
	if (r->npages > page_count_free())
		goto undo;
	for (; done < r->npages; done += n)
		if (!commit_one(vm, r->base + (done << PAGE_SHIFT), r->npages - done, r->prot, &n))
			goto undo;
	if (r->prot & VMM_FLAG_EXECUTE)
		vmid_code_changed();
	vmid_fence(&vm->tags, &vm->gs, r->base, r->npages);
	return rcOk;
undo:
	pgtable_unmap(&vm->gs, r->base, done, free_block, NULL);
	vm_uncharge(vm, r->npages);
	return rcOutOfMemory;
}

/* The regions that cover the range without a gap: the first, or NULL. */
static struct region *covering(struct vm *vm, gpa_t base, gpa_t end)
{
	struct region *first = vm_find(vm, base);
	struct region *r = first;

	while (r && !(r->flags & REGION_INTERNAL)) {
		struct list *next = r->link.next;

		if (region_end(r) >= end)
			return first;
		if (next == &vm->regions ||
		    list_entry(next, struct region, link)->base != region_end(r))
			return NULL;
		r = list_entry(next, struct region, link);
	}
	return NULL;
}

Retcode region_isolate(struct vm *vm, gpa_t base, gpa_t end)
{
	gpa_t cut[2] = { base, end };
	struct region *spare[2] = { slab_alloc(sizeof(struct region)),
				    slab_alloc(sizeof(struct region)) };
	bool ok = spare[0] && spare[1] && pgtable_split(&vm->gs, base) &&
		  pgtable_split(&vm->gs, end);

	for (unsigned int i = 0; i < 2; i++) {
		struct region *r = ok ? vm_find(vm, cut[i]) : NULL;

		if (r && r->base != cut[i])
			region_split(vm, r, cut[i], spare[i]);
		else
			slab_free(spare[i]);
	}
	return ok ? rcOk : rcOutOfMemory;
}

Retcode vm_unmap(struct vm *vm, gpa_t base, u64 npages)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	struct region *first = covering(vm, base, end);
	Retcode rc;

	if (!first)
		return rcInvalidOperation;
	/* A hole in the middle of a region leaves one more than there was. */
	if (vm->nregions >= VM_REGIONS_MAX && first->base != base && region_end(first) > end)
		return rcQuotaExceeded;
	rc = region_isolate(vm, base, end);
	while (rc == rcOk && base < end) {
		struct region *r = vm_find(vm, base);

		base = region_end(r);
		vm_unmap_region(vm, r);
	}
	return rc;
}
