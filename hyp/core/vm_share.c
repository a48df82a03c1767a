/* SPDX-License-Identifier: Apache-2.0 */
#include "core/region.h"
#include "core/slab.h"
#include "core/vm.h"

/* Calls memobj_append (mem) or counts (NULL) the contiguous pieces of a range. */
static u64 collect(const struct vm *vm, gpa_t base, u64 npages, struct memobj *mem)
{
	const char *expected = NULL;
	u64 pieces = 0;

	for (u64 done = 0; done < npages;) {
		struct pgtable_leaf leaf;
		u64 n;

		pgtable_lookup(&vm->gs, base + (done << PAGE_SHIFT), &leaf);
		n = min_u64(leaf.left >> PAGE_SHIFT, npages - done);
		pieces += leaf.page != expected;
		expected = (const char *)leaf.page + (n << PAGE_SHIFT);
		if (mem)
			memobj_append(mem, leaf.page, n);
		done += n;
	}
	return pieces;
}

/* Gives up an object that does not own its pages yet. */
static void abandon(struct memobj *mem)
{
	mem->owned = false;
	memobj_put(mem);
}

/* Turns the committed anonymous pages of a range into a memory object. */
static Retcode share_anonymous(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl)
{
	struct region *r;
	struct memobj *mem;

	if (pgtable_count(&vm->gs, base, npages) != npages)
		return rcInvalidOperation;
	mem = memobj_create_empty(collect(vm, base, npages, NULL));
	if (!mem)
		return rcOutOfMemory;
	collect(vm, base, npages, mem);
	*mdl = mdl_create(mem, 0, npages, prot);
	if (!*mdl || region_isolate(vm, base, base + (npages << PAGE_SHIFT)) != rcOk) {
		if (*mdl)
			mdl_destroy(&(*mdl)->object);
		abandon(mem);
		return rcOutOfMemory;
	}
	/* The reference of the creation becomes the region's. */
	r = vm_find(vm, base);
	r->mem = mem;
	r->mem_first = 0;
	list_add_tail(&mem->mappings, &r->map_link);
	vm_own(vm, mem);
	return rcOk;
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
		return share_anonymous(vm, base, npages, prot, mdl);
	return share_object(r->mem, r->mem_first + ((base - r->base) >> PAGE_SHIFT), npages, prot,
			    r->ceiling, mdl);
}
