/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vm.h"

#include "core/page.h"
#include "core/region.h"

void *vm_zero_page;

Retcode vm_charge(struct vm *vm, u64 npages)
{
	u64 used = vm_used(vm);

	if (used > vm->limit || npages > vm->limit - used)
		return rcQuotaExceeded;
	vm->used += npages;
	return rcOk;
}

/* A region that grows down does so page by page from its end. */
__attribute__((noinline)) static bool grows_here(const struct vm *vm, const struct region *r,
						 gpa_t gpa)
{
	struct pgtable_leaf leaf;

	return gpa + PAGE_SIZE == region_end(r) || pgtable_lookup(&vm->gs, gpa + PAGE_SIZE, &leaf);
}

enum vm_touch vm_touch(struct vm *vm, gpa_t gpa, u32 access)
{
	struct region *r = vm_find(vm, gpa);
	const void *mapped;
	void *page;

	if (!r || (access & ~r->prot))
		return VM_TOUCH_REFUSED;
	gpa = page_round_down(gpa);
	if (r->mem)
		return region_touch_object(vm, r, gpa);
	if (!(r->flags & REGION_COMMIT))
		return VM_TOUCH_REFUSED;
	if ((r->flags & REGION_GROW_DOWN) && !grows_here(vm, r, gpa))
		return VM_TOUCH_REFUSED;
	if (vm_charge(vm, 1) != rcOk)
		return region_look_again(vm, gpa, VM_TOUCH_NO_MEMORY);
	page = page_alloc_zero(0);
	if (!page) {
		vm_uncharge(vm, 1);
		return region_look_again(vm, gpa, VM_TOUCH_NO_MEMORY);
	}
	if (r->prot & VMM_FLAG_CACHE_MASK)
		page_flush(page, 1);
	/* Instructions of whom the page belonged to may be cached. */
	if (r->prot & VMM_FLAG_EXECUTE)
		vmid_code_changed(&vm->tags, &vm->gs);
	mapped = pgtable_map_page(&vm->gs, gpa, page, r->prot);
	if (mapped != page) {
		if (!mapped)
			region_take_away(vm, gpa, 1, false);
		page_free(page, 0);
		vm_uncharge(vm, 1);
		return region_look_again(vm, gpa, VM_TOUCH_NO_MEMORY);
	}
	/* A hart may remember that there was nothing. */
	vmid_fence(&vm->tags, &vm->gs, gpa, 1);
	return VM_TOUCH_OK;
}

bool vm_lookup(const struct vm *vm, gpa_t gpa, struct pgtable_leaf *leaf)
{
	return gpa < VM_END && pgtable_lookup(&vm->gs, gpa, leaf);
}

void *vm_resolve(struct vm *vm, gpa_t gpa, u32 access, u64 *left)
{
	struct pgtable_leaf leaf;

	if (gpa >= VM_END)
		return NULL;
	if (!pgtable_lookup(&vm->gs, gpa, &leaf)) {
		const struct region *r = vm_find(vm, gpa);

		if (!r || (r->prot & VMM_FLAG_CACHE_MASK) ||
		    vm_touch(vm, gpa, access) != VM_TOUCH_OK ||
		    !pgtable_lookup(&vm->gs, gpa, &leaf))
			return NULL;
	}
	if ((access & ~leaf.prot) || (leaf.prot & VMM_FLAG_CACHE_MASK))
		return NULL;
	*left = leaf.left;
	return leaf.page;
}
