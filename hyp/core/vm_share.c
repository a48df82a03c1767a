/* SPDX-License-Identifier: Apache-2.0 */
#include "core/region.h"
#include "core/slab.h"
#include "core/vm.h"

/* Calls memobj_append (mem) or counts (NULL) the pieces of a range, holes included. */
static u64 collect(const struct vm *vm, gpa_t base, u64 npages, struct memobj *mem)
{
	const char *expected = NULL;
	bool was_hole = false;
	u64 pieces = 0, n;

	for (u64 done = 0; done < npages; done += n) {
		struct pgtable_leaf leaf;

		pgtable_lookup(&vm->gs, base + (done << PAGE_SHIFT), &leaf);
		n = min_u64(leaf.left >> PAGE_SHIFT, npages - done);
		pieces += leaf.page ? leaf.page != expected : !was_hole;
		was_hole = !leaf.page;
		expected = leaf.page ? (const char *)leaf.page + (n << PAGE_SHIFT) : NULL;
		if (mem)
			memobj_append(mem, leaf.page, n);
	}
	return pieces;
}

/* Turns the anonymous pages of a range into a memory object with a view. */
static Retcode share_anonymous(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl)
{
	struct memobj *mem = memobj_create_empty(collect(vm, base, npages, NULL));
	struct region *r;
	Retcode rc = rcOutOfMemory;

	if (!mem)
		return rc;
	collect(vm, base, npages, mem);
	*mdl = mdl_create(mem, 0, npages, prot);
	if (*mdl)
		rc = region_isolate(vm, base, base + (npages << PAGE_SHIFT));
	if (rc != rcOk) {
		/* The pages are not the object's yet. */
		mem->owned = false;
		if (*mdl)
			mdl_destroy(&(*mdl)->object);
		memobj_put(mem);
		return rc;
	}
	/* The reference of the creation becomes the region's. */
	r = vm_find(vm, base);
	r->mem = mem;
	r->mem_first = 0;
	mem->cache = r->prot & VMM_FLAG_CACHE_MASK;
	mem->access = r->prot;
	list_add_tail(&mem->mappings, &r->map_link);
	vm_own(vm, mem);
	return rcOk;
}

Retcode vm_share_frozen(struct vm *vm, struct region *r, struct mdl **mdl)
{
	*mdl = NULL;
	if (!pgtable_count(&vm->gs, r->base, r->npages))
		return rcOk;
	if (!r->mem)
		return share_anonymous(vm, r->base, r->npages, VMM_FLAG_READ, mdl);
	*mdl = mdl_create(r->mem, r->mem_first, r->npages, VMM_FLAG_READ);
	return *mdl ? rcOk : rcOutOfMemory;
}

static Retcode share_object(struct memobj *mem, u64 first, u64 npages, u32 prot, u32 ceiling,
			    struct mdl **mdl)
{
	if (prot & ~ceiling)
		return rcNoCapability;
	*mdl = mdl_create(mem, first, npages, prot);
	return *mdl ? rcOk : rcOutOfMemory;
}

Retcode vm_share(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	u64 romfs_bytes;
	struct memobj *romfs = vm_romfs(&romfs_bytes);
	struct region *r;

	if (romfs && base >= VM_ROMFS && end <= VM_ROMFS + page_round_up(romfs_bytes))
		return share_object(romfs, (base - VM_ROMFS) >> PAGE_SHIFT, npages, prot,
				    VMM_FLAG_READ | VMM_FLAG_EXECUTE, mdl);
	r = vm_find(vm, base);
	if (!r || region_end(r) < end || (r->flags & REGION_INTERNAL))
		return rcInvalidOperation;
	if (!r->mem)
		return pgtable_count(&vm->gs, base, npages) == npages
			       ? share_anonymous(vm, base, npages, prot, mdl)
			       : rcInvalidOperation;
	return share_object(r->mem, r->mem_first + ((base - r->base) >> PAGE_SHIFT), npages, prot,
			    r->ceiling, mdl);
}
