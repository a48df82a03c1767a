/* SPDX-License-Identifier: Apache-2.0 */
#include "core/page.h"
#include "core/region.h"
#include "core/slab.h"

/* So many regions go at once, or a table's pages. */
#define REGIONS 32u

/*
 * Pages that a mapping of the object adds to what the partition is charged.
 * Objects with holes come from frozen partitions and count there alone.
 */
static u64 mapping_charge(const struct vm *vm, const struct memobj *mem, u64 npages)
{
	bool counts = mem && mem->owned && mem->account != vm && mem->committed == mem->npages;

	return counts ? npages : 0;
}

/* Chooses a base where there is none yet. */
static Retcode find_place(struct vm *vm, struct region *r)
{
	u64 low = r->flags & REGION_LOW_GUARD ? PAGE_SIZE : 0;
	u64 guards = (low + (r->flags & REGION_HIGH_GUARD ? PAGE_SIZE : 0)) >> PAGE_SHIFT;
	u64 align = r->npages >= PAGE_LARGE ? PAGE_LARGE << PAGE_SHIFT : PAGE_SIZE;
	u64 remainder = 0, n;
	gpa_t at;

	if (r->base)
		return region_range_free(vm, region_low(r), region_high(r)) ? rcOk
									    : rcAlreadyExists;
	/* Where large leaves are possible, choose an address that allows them. */
	if (r->mem)
		remainder = (u64)memobj_at(r->mem, r->mem_first, &n) & (align - 1);
	at = region_place(vm, r->npages + guards, align, (remainder - low) & (align - 1));
	r->base = at + low;
	return at ? rcOk : rcOutOfMemory;
}

/* Maps the object of a region, which goes if that fails. */
static Retcode attach(struct vm *vm, struct region *r)
{
	object_get(&r->mem->object);
	r->mem->access |= r->prot;
	list_add_tail(&r->mem->mappings, &r->map_link);
	if (r->prot & VMM_FLAG_EXECUTE)
		vmid_code_changed(&vm->tags, &vm->gs);
	if (!region_map_object(vm, r)) {
		vm_unmap_region(vm, r);
		return rcOutOfMemory;
	}
	vmid_fence(&vm->tags, &vm->gs, r->base, r->npages);
	return rcOk;
}

Retcode vm_map(struct vm *vm, const struct region *q, struct region **region)
{
	u64 charge = mapping_charge(vm, q->mem, q->npages);
	u32 looks = MEMOBJ_LOOKS;
	struct region *r;
	Retcode rc;

	rc = vm->allow_rwx
		     ? rcOk
		     : memobj_check_wx(q->mem, q->mem_first, q->npages, q->prot, NULL, &looks);
	if (rc != rcOk)
		return rc;
	if (vm->nregions >= VM_REGIONS_MAX)
		return rcQuotaExceeded;
	r = mem_alloc(sizeof(*r));
	if (!r)
		return rcOutOfMemory;
	*r = *q;
	r->flags |= charge ? REGION_CHARGED : 0u;
	if (r->mem)
		r->prot |= r->mem->cache;
	rc = find_place(vm, r);
	if (rc == rcOk)
		rc = vm_charge(vm, charge);
	if (rc != rcOk) {
		slab_free(r);
		return rc;
	}
	region_insert(vm, r);
	vm->uncached |= !r->mem && (r->prot & VMM_FLAG_CACHE_MASK);
	*region = r;
	return r->mem ? attach(vm, r) : rcOk;
}

/* Gives an anonymous block back. */
static void free_block(void *block, unsigned int order, void *context)
{
	const struct vm *vm = context;

	if (vm->uncached)
		page_flush(block, (u64)1 << order);
	page_free(block, order);
}

u64 region_take_away(struct vm *vm, gpa_t base, u64 npages, bool release)
{
	u64 found;

	if (base < vm->list_end && vm->list_base < base + (npages << PAGE_SHIFT))
		region_drop_list(vm);
	vmid_stop_others(&vm->tags, &vm->gs);
	found = pgtable_unmap(&vm->gs, base, npages, release ? free_block : NULL, vm);
	vmid_fence(&vm->tags, &vm->gs, base, npages);
	return found;
}

u64 region_portion(const struct vm *vm, gpa_t base, u64 npages)
{
	struct pgtable_leaf leaf;

	pgtable_lookup(&vm->gs, base, &leaf);
	leaf.left = (leaf.left >> PAGE_SHIFT) % PAGE_LARGE ? 0 : leaf.left >> PAGE_SHIFT;
	return min_u64(npages,
		       leaf.left ? leaf.left : PAGE_LARGE - (base >> PAGE_SHIFT) % PAGE_LARGE);
}

u64 region_unmap_first(struct vm *vm, struct region *r)
{
	u64 n = region_portion(vm, r->base, r->npages);
	u64 found = region_take_away(vm, r->base, n, !r->mem && !(r->flags & REGION_LEFT));

	if (r->mem)
		found = r->flags & REGION_CHARGED ? n : 0;
	vm_uncharge(vm, found);
	r->base += n << PAGE_SHIFT;
	r->npages -= n;
	r->mem_first += n;
	r->flags &= ~(u32)REGION_LOW_GUARD;
	if (!r->npages)
		region_remove(vm, r);
	return n;
}

void vm_unmap_region(struct vm *vm, struct region *r)
{
	for (u64 left = r->npages; left;)
		left -= region_unmap_first(vm, r);
}

static bool is_cut(const struct vm *vm, gpa_t gpa)
{
	const struct region *r = vm_find(vm, gpa);

	return r && r->base != gpa;
}

Retcode region_isolate(struct vm *vm, gpa_t base, gpa_t end)
{
	gpa_t cut[2] = { base, end };
	bool needed[2] = { is_cut(vm, base), is_cut(vm, end) };
	struct region *spare[2] = { NULL, NULL };
	bool ok = pgtable_split(&vm->gs, base) && pgtable_split(&vm->gs, end);

	/* One more than the limit, so that what is at it can still be trimmed. */
	if (vm->nregions + needed[0] + needed[1] > VM_REGIONS_MAX + 1)
		return rcQuotaExceeded;
	for (unsigned int i = 0; ok && i < 2; i++)
		ok = !needed[i] || (spare[i] = mem_alloc(sizeof(struct region)));
	if (!ok) {
		slab_free(spare[0]);
		return rcOutOfMemory;
	}
	for (unsigned int i = 0; i < 2; i++)
		if (needed[i])
			region_split(vm, vm_find(vm, cut[i]), cut[i], spare[i]);
	return rcOk;
}

u64 vm_unmap_regions(struct vm *vm, gpa_t base, u64 npages)
{
	struct region *r = vm_find(vm, base);
	u64 done = 0;

	for (unsigned int i = 0; i < REGIONS && done < npages && done < PAGE_LARGE; i++) {
		struct region *next = region_behind(vm, r);
		u64 all = r->npages, n = region_unmap_first(vm, r);

		done += n;
		if (n == all)
			r = next;
	}
	return done;
}

Retcode vm_unmap(struct vm *vm, gpa_t base, u64 npages, u64 *done)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	bool covered = region_covering(vm, base, end, REGION_INTERNAL | REGION_STACK, 0);
	Retcode rc = covered ? region_isolate(vm, base, end) : rcInvalidOperation;

	*done = rc == rcOk ? vm_unmap_regions(vm, base, npages) : 0;
	return rc;
}
