/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of memory that is there already: commit, decommit, access. */
#include "core/page.h"
#include "core/region.h"

/* Do only anonymous regions cover the range? */
static bool is_anonymous(const struct vm *vm, gpa_t base, gpa_t end)
{
	const struct region *r = region_covering(vm, base, end, REGION_INTERNAL, 0);

	for (; r && !r->mem; r = region_behind(vm, r))
		if (region_end(r) >= end)
			return true;
	return false;
}

/* Do pages of an anonymous range appear on their first touch: REGION_COMMIT, or 0. */
static Retcode set_commit(struct vm *vm, gpa_t base, gpa_t end, u32 commit)
{
	Retcode rc = is_anonymous(vm, base, end) ? rcOk : rcInvalidOperation;

	if (rc == rcOk && !region_covering(vm, base, end, REGION_COMMIT, commit))
		rc = region_isolate(vm, base, end);
	if (rc != rcOk)
		return rc;
	for (struct region *r = vm_find(vm, base); r && r->base < end; r = region_behind(vm, r))
		r->flags = (r->flags & ~(u32)REGION_COMMIT) | commit;
	return rcOk;
}

static bool map_block(struct vm *vm, gpa_t at, unsigned int order, u32 prot)
{
	void *block = page_alloc_zero(order);

	if (!block)
		return false;
	if (prot & VMM_FLAG_CACHE_MASK)
		page_flush(block, (u64)1 << order);
	if (!pgtable_map(&vm->gs, at, block, (u64)1 << order, prot)) {
		region_take_away(vm, at, 1, false);
		page_free(block, order);
		return false;
	}
	vm->used += (u64)1 << order;
	return true;
}

/*
 * Memory for what is missing of a portion: for a prepared block, or page by page. How many of the
 * pages are there then: less than all where memory ended.
 */
static u64 fill(struct vm *vm, gpa_t base, u64 npages)
{
	unsigned int order = npages >= PAGE_LARGE ? PAGE_LARGE_ORDER : 0;
	u64 done = 0;

	for (; done < npages; done += (u64)1 << order) {
		gpa_t at = base + (done << PAGE_SHIFT);
		struct pgtable_leaf leaf;

		if (!pgtable_lookup(&vm->gs, at, &leaf) &&
		    !map_block(vm, at, order, vm_find(vm, at)->prot))
			break;
	}
	return done;
}

/* How many of the pages get memory in one call; 0: that is still being prepared. */
static u64 portion(const struct vm *vm, gpa_t base, u64 npages)
{
	u64 in_region = (region_end(vm_find(vm, base)) - base) >> PAGE_SHIFT;
	u64 n = region_portion(vm, base, min_u64(npages, in_region));
	u64 mapped = pgtable_count(&vm->gs, base, n);

	if (mapped == n)
		return n;
	/* Of so many the first is at the beginning of a table, which is not there. */
	if (n >= PAGE_LARGE && !mapped)
		return min_u64(n, page_prepare_large());
	return min_u64(n, PAGE_PORTION - (base >> PAGE_SHIFT) % PAGE_PORTION);
}

Retcode vm_commit_now(struct vm *vm, gpa_t base, u64 npages, u64 *done)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	u64 missing = npages - pgtable_count(&vm->gs, base, npages);
	Retcode rc = is_anonymous(vm, base, end) ? vm_charge(vm, missing) : rcInvalidOperation;

	if (rc != rcOk)
		return rc;
	vm_uncharge(vm, missing);
	/* With tables for all of them. */
	*done = 0;
	if (missing && missing + missing / 512 + 4 > page_count_free())
		return object_reap_memory() ? rcOk : rcOutOfMemory;
	rc = set_commit(vm, base, end, REGION_COMMIT);
	if (rc != rcOk)
		return rc;
	npages = portion(vm, base, npages);
	/* Some of it may be executable. */
	vmid_code_changed(&vm->tags, &vm->gs);
	*done = fill(vm, base, npages);
	vmid_fence(&vm->tags, &vm->gs, base, *done);
	return *done || !npages ? rcOk : rcOutOfMemory;
}

Retcode vm_commit(struct vm *vm, gpa_t base, u64 npages, u64 *done)
{
	gpa_t end = base + (npages << PAGE_SHIFT);

	/* Also where nothing covers all of it. */
	if (!region_covering(vm, base, end, REGION_LOCKED, 0))
		return vm_commit_now(vm, base, npages, done);
	*done = npages;
	return set_commit(vm, base, end, REGION_COMMIT);
}

Retcode vm_decommit(struct vm *vm, gpa_t base, u64 npages, u64 *done)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	Retcode rc = set_commit(vm, base, end, 0);

	if (rc != rcOk)
		return rc;
	/* Where none was committed, ends of the range need not be those of regions. */
	if (!pgtable_split(&vm->gs, base) || !pgtable_split(&vm->gs, end))
		return rcOutOfMemory;
	*done = region_portion(vm, base, npages);
	vm_uncharge(vm, region_take_away(vm, base, *done, true));
	return rcOk;
}

/* Of what a region has of a range: its other pages may be executable elsewhere. */
static Retcode check_protection(const struct vm *vm, const struct region *r, gpa_t base, gpa_t end,
				u32 prot, u32 *looks)
{
	gpa_t from = base > r->base ? base : r->base;
	u64 npages = (min_u64(end, region_end(r)) - from) >> PAGE_SHIFT;
	u64 first = r->mem_first + ((from - r->base) >> PAGE_SHIFT);

	if (prot & ~r->ceiling)
		return rcNoCapability;
	return vm->allow_rwx ? rcOk : memobj_check_wx(r->mem, first, npages, prot, r, looks);
}

Retcode vm_protect(struct vm *vm, gpa_t base, u64 npages, u32 prot)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	struct region *r = region_covering(vm, base, end, REGION_INTERNAL, 0);
	Retcode rc = r ? rcOk : rcInvalidOperation;
	u32 looks = MEMOBJ_LOOKS;

	for (; rc == rcOk && r && r->base < end; r = region_behind(vm, r))
		rc = check_protection(vm, r, base, end, prot, &looks);
	if (rc == rcOk)
		rc = region_isolate(vm, base, end);
	if (rc != rcOk)
		return rc;
	vmid_stop_others(&vm->tags, &vm->gs);
	pgtable_protect(&vm->gs, base, npages, prot);
	for (r = vm_find(vm, base); r && r->base < end; r = region_behind(vm, r)) {
		r->prot = prot | (r->prot & VMM_FLAG_CACHE_MASK);
		if (r->mem)
			r->mem->access |= prot;
	}
	if (prot & VMM_FLAG_EXECUTE)
		vmid_code_changed(&vm->tags, &vm->gs);
	vmid_fence(&vm->tags, &vm->gs, base, npages);
	return rcOk;
}
