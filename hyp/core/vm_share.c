/* SPDX-License-Identifier: Apache-2.0 */
#include "core/region.h"
#include "core/slab.h"
#include "core/vm.h"

/* Appends the pages of a range to an object, holes included; false: no memory for that. */
static bool collect(const struct vm *vm, gpa_t base, u64 npages, struct memobj *mem)
{
	bool ok = true;

	for (u64 n; ok && npages; base += n << PAGE_SHIFT, npages -= n) {
		void *page;

		n = pgtable_run(&vm->gs, base, npages, &page);
		ok = memobj_append(mem, page, n);
	}
	return ok;
}

/* Turns the anonymous pages of a range into a memory object with a view. */
static Retcode share_anonymous(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl)
{
	struct memobj *mem = memobj_create_empty();
	Retcode rc = rcOutOfMemory;
	struct region *r;

	*mdl = NULL;
	if (!mem)
		return rc;
	if (collect(vm, base, npages, mem))
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
	mem->cache = (u16)(r->prot & VMM_FLAG_CACHE_MASK);
	mem->access = r->prot;
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

static Retcode share_region(struct vm *vm, const struct region *r, gpa_t base, u64 npages, u32 prot,
			    u32 ceiling, struct mdl **mdl)
{
	u64 first = r->mem_first + ((base - r->base) >> PAGE_SHIFT);

	if (!r->mem)
		return share_anonymous(vm, base, npages, prot, mdl);
	return share_object(r->mem, first, npages, prot, ceiling, mdl);
}

Retcode vm_share_frozen(struct vm *vm, const struct region *r, struct mdl **mdl)
{
	*mdl = NULL;
	if (!pgtable_count(&vm->gs, r->base, r->npages))
		return rcOk;
	/* Whatever the process itself may do with it. */
	return share_region(vm, r, r->base, r->npages, VMM_FLAG_READ, VMM_FLAG_RWX_MASK, mdl);
}

enum vm_touch region_look_again(struct vm *vm, gpa_t gpa, enum vm_touch otherwise)
{
	struct pgtable_leaf leaf;

	if (!pgtable_lookup(&vm->gs, gpa, &leaf))
		return otherwise;
	vmid_fence(&vm->tags, &vm->gs, gpa, VMID_FENCE_ALL);
	return VM_TOUCH_OK;
}

enum vm_touch region_touch_hole(struct vm *vm, const struct region *r, gpa_t gpa)
{
	u64 npages;

	if (region_look_again(vm, gpa, VM_TOUCH_REFUSED) == VM_TOUCH_OK)
		return VM_TOUCH_OK;
	if (memobj_at(r->mem, r->mem_first + ((gpa - r->base) >> PAGE_SHIFT), &npages))
		return VM_TOUCH_REFUSED;
	/* Its tables count, if not the page. */
	if (vm_used(vm) >= vm->limit)
		return VM_TOUCH_NO_MEMORY;
	if (!pgtable_map_page(&vm->gs, gpa, vm_zero_page, r->prot & VMM_FLAG_RWX_MASK)) {
		region_take_away(vm, gpa, 1, false);
		return VM_TOUCH_NO_MEMORY;
	}
	vmid_fence(&vm->tags, &vm->gs, gpa, 1);
	return VM_TOUCH_OK;
}

Retcode vm_share(struct vm *vm, gpa_t base, u64 npages, u32 prot, struct mdl **mdl)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	u64 romfs_bytes;
	struct memobj *romfs = vm_romfs(&romfs_bytes);
	const struct region *r;

	if (romfs && base >= VM_ROMFS && end <= VM_ROMFS + page_round_up(romfs_bytes))
		return share_object(romfs, (base - VM_ROMFS) >> PAGE_SHIFT, npages, prot,
				    VMM_FLAG_READ | VMM_FLAG_EXECUTE, mdl);
	r = vm_find(vm, base);
	if (!r || region_end(r) < end || (r->flags & REGION_INTERNAL))
		return rcInvalidOperation;
	/* Of an object every page is committed, but for holes, which read as zero. */
	if (!r->mem && pgtable_count(&vm->gs, base, npages) != npages)
		return rcInvalidOperation;
	return share_region(vm, r, base, npages, prot, r->ceiling, mdl);
}
