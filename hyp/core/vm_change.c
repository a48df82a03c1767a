/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of memory that is there already: commit, decommit, access. */
#include "core/page.h"
#include "core/region.h"
#include "core/vm.h"

#define LARGE_ORDER 9 /* 2 MiB */

/* Do only anonymous regions cover the range? */
static bool is_anonymous(const struct vm *vm, gpa_t base, gpa_t end)
{
	const struct region *r = region_covering(vm, base, end);

	for (; r && !r->mem; r = vm_find(vm, region_end(r)))
		if (region_end(r) >= end)
			return true;
	return false;
}

/* Sets flags of the regions between two region boundaries, and clears others. */
static void set_flags(struct vm *vm, gpa_t base, gpa_t end, u32 set, u32 clear)
{
	while (base < end) {
		struct region *r = vm_find(vm, base);

		r->flags = (r->flags & ~clear) | set;
		base = region_end(r);
	}
}

/* Memory for what is missing, in large blocks where they fit. There is enough. */
static void fill(struct vm *vm, gpa_t at, u64 npages)
{
	while (npages) {
		unsigned int order = 0;
		struct pgtable_leaf leaf;
		u64 n = pgtable_run(&vm->gs, at, npages, &leaf);
		void *block;

		if (!leaf.prot) {
			if (n >> LARGE_ORDER && !(at & ((PAGE_SIZE << LARGE_ORDER) - 1)))
				order = LARGE_ORDER;
			block = page_alloc_zero(order);
			if (!block)
				block = page_alloc_zero(order = 0);
			n = (u64)1 << order;
			pgtable_prepare(&vm->gs, at, block, n);
			pgtable_map(&vm->gs, at, block, n, vm_find(vm, at)->prot);
		}
		at += n << PAGE_SHIFT;
		npages -= n;
	}
}

Retcode vm_commit(struct vm *vm, gpa_t base, u64 npages, bool now)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	u64 missing = npages - pgtable_count(&vm->gs, base, npages);
	/* With the most tables that it can take, so that nothing fails half-way. */
	u64 most = missing + (npages >> 9) + (npages >> 18) + 8;
	Retcode rc = is_anonymous(vm, base, end) ? rcOk : rcInvalidOperation;

	if (rc == rcOk && now && most > page_count_free())
		rc = rcOutOfMemory;
	if (rc == rcOk && now)
		rc = vm_charge(vm, missing);
	if (rc != rcOk)
		return rc;
	rc = region_isolate(vm, base, end);
	if (rc != rcOk) {
		vm_uncharge(vm, now ? missing : 0);
		return rc;
	}
	set_flags(vm, base, end, REGION_COMMIT, 0);
	if (now) {
		fill(vm, base, npages);
		vmid_code_changed();
		vmid_fence(&vm->tags, &vm->gs, base, npages);
	}
	return rcOk;
}

Retcode vm_decommit(struct vm *vm, gpa_t base, u64 npages)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	Retcode rc = is_anonymous(vm, base, end) ? region_isolate(vm, base, end)
						 : rcInvalidOperation;

	if (rc != rcOk)
		return rc;
	vm_uncharge(vm, pgtable_unmap(&vm->gs, base, npages, region_free_block, NULL));
	vmid_fence(&vm->tags, &vm->gs, base, npages);
	set_flags(vm, base, end, 0, REGION_COMMIT);
	return rcOk;
}

static Retcode check_protection(const struct vm *vm, const struct region *r, u32 prot)
{
	u32 both = VMM_FLAG_WRITE | VMM_FLAG_EXECUTE;

	if (prot & ~r->ceiling)
		return rcNoCapability;
	if (vm->allow_rwx)
		return rcOk;
	if ((prot & both) == both ||
	    (r->mem && memobj_breaks_wx(r->mem, r->mem_first, r->npages, prot, r)))
		return rcSecurityDisallow;
	return rcOk;
}

Retcode vm_protect(struct vm *vm, gpa_t base, u64 npages, u32 prot)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	struct region *r = region_covering(vm, base, end);
	Retcode rc = r ? rcOk : rcInvalidOperation;

	for (; rc == rcOk && r && r->base < end; r = vm_find(vm, region_end(r)))
		rc = check_protection(vm, r, prot);
	if (rc == rcOk)
		rc = region_isolate(vm, base, end);
	if (rc != rcOk)
		return rc;
	pgtable_protect(&vm->gs, base, npages, prot);
	for (gpa_t at = base; at < end; at = region_end(r)) {
		r = vm_find(vm, at);
		r->prot = prot;
	}
	if (prot & VMM_FLAG_EXECUTE)
		vmid_code_changed();
	vmid_fence(&vm->tags, &vm->gs, base, npages);
	return rcOk;
}
