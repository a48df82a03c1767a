/* SPDX-License-Identifier: Apache-2.0 */
#include "core/region.h"
#include "core/sched.h"

/* Pages of a list that are gone through at once; to begin a new extent takes as long as EXTENT. */
#define PORTION 4096u
#define EXTENT 16u

void region_drop_list(struct vm *vm)
{
	if (!vm->list)
		return;
	/* The pages are not the object's yet. */
	vm->list->owned = false;
	memobj_put(vm->list);
	vm->list = NULL;
}

/* Goes on with the list; rcOk: it is complete. */
static Retcode go_on(struct vm *vm, bool holes)
{
	u64 left = PORTION, n;

	for (;;) {
		gpa_t at = vm->list_base + (vm->list->npages << PAGE_SHIFT);
		void *page;

		if (at == vm->list_end)
			return rcOk;
		if (!left)
			return VM_AGAIN;
		n = pgtable_run(&vm->gs, at, (vm->list_end - at) >> PAGE_SHIFT, &page);
		if (!page && !holes)
			return rcInvalidOperation;
		if (!memobj_append(vm->list, page, n))
			return rcOutOfMemory;
		left -= min_u64(left, n + EXTENT);
	}
}

/* The pages of the complete list become an object, with a view if that is asked for. */
static Retcode make_object(struct vm *vm, u32 prot, struct mdl **mdl)
{
	struct memobj *mem = vm->list;
	struct region *r = vm_find(vm, vm->list_base);
	Retcode rc;

	if (!r || r->mem || region_end(r) < vm->list_end)
		return rcInvalidOperation;
	if (mdl && !(*mdl = mdl_create(mem, 0, mem->npages, prot)))
		return rcOutOfMemory;
	rc = region_isolate(vm, vm->list_base, vm->list_end);
	if (rc != rcOk) {
		if (mdl)
			mdl_destroy(&(*mdl)->object);
		return rc;
	}
	vm->list = NULL;
	/* The reference of the creation becomes the region's. */
	r = vm_find(vm, vm->list_base);
	r->mem = mem;
	r->mem_first = 0;
	mem->cache = (u16)(r->prot & VMM_FLAG_CACHE_MASK);
	mem->access = r->prot;
	list_add_tail(&mem->mappings, &r->map_link);
	vm_own(vm, mem);
	return rcOk;
}

/*
 * Turns the anonymous pages of a range into a memory object with a view; holes: what is not
 * there reads as zero, and without any page there is no view.
 */
static Retcode share_anonymous(struct vm *vm, gpa_t base, u64 npages, u32 prot, bool holes,
			       struct mdl **mdl)
{
	gpa_t end = base + (npages << PAGE_SHIFT);
	bool own;
	Retcode rc;

	*mdl = NULL;
	if (!vm->list) {
		vm->list = memobj_create_empty();
		vm->list_base = base;
		vm->list_end = end;
	}
	if (!vm->list)
		return rcOutOfMemory;
	own = vm->list_base == base && vm->list_end == end;
	rc = go_on(vm, holes);
	if (rc == rcOk && vm->list->committed)
		rc = make_object(vm, prot, own ? mdl : NULL);
	if (rc != VM_AGAIN)
		region_drop_list(vm);
	if (own && rc != VM_AGAIN)
		return rc;
	/* Interrupts have their turn before it is made again. */
	sched_request(WORK_TIMER);
	return VM_AGAIN;
}

static Retcode share_object(struct memobj *mem, u64 first, u64 npages, u32 prot, u32 ceiling,
			    struct mdl **mdl)
{
	if (prot & ~ceiling)
		return rcNoCapability;
	*mdl = mdl_create(mem, first, npages, prot);
	return *mdl ? rcOk : rcOutOfMemory;
}

Retcode vm_share_frozen(struct vm *vm, const struct region *r, struct mdl **mdl)
{
	if (!r->mem)
		return share_anonymous(vm, r->base, r->npages, VMM_FLAG_READ, true, mdl);
	/* Whatever the process itself may do with it. */
	return share_object(r->mem, r->mem_first, r->npages, VMM_FLAG_READ, VMM_FLAG_RWX_MASK, mdl);
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
	if (!r->mem)
		return share_anonymous(vm, base, npages, prot, false, mdl);
	/* Of an object every page is committed, but for holes, which read as zero. */
	return share_object(r->mem, r->mem_first + ((base - r->base) >> PAGE_SHIFT), npages, prot,
			    r->ceiling, mdl);
}
