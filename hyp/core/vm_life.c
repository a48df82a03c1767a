/* SPDX-License-Identifier: Apache-2.0 */
/* What all address spaces have in common, and the beginning and end of one. */
#include "core/page.h"
#include "core/region.h"

/* What all partitions share, mapped once. */
static struct {
	struct pgtable gs;
	struct memobj *romfs;
	u64 romfs_bytes;
} system_window;

bool vm_system_init(const void *trap_page, const void *gsi, void *romfs, u64 romfs_bytes)
{
	struct pgtable *gs = &system_window.gs;
	u64 npages = page_round_up(romfs_bytes) >> PAGE_SHIFT;
	struct memobj *mem = romfs ? memobj_create_empty() : NULL;

	vm_zero_page = page_alloc_zero(0);
	if (!vm_zero_page || !pgtable_init(gs, PGTABLE_WINDOW) ||
	    !pgtable_map(gs, VM_TRAP_PAGE, trap_page, 1, VMM_FLAG_READ | VMM_FLAG_EXECUTE) ||
	    !pgtable_map(gs, VM_GSI, gsi, 1, VMM_FLAG_READ))
		return false;
	if (!romfs)
		return true;
	if (!mem || !pgtable_map(gs, VM_ROMFS, romfs, npages, VMM_FLAG_READ))
		return false;
	mem->owned = false;
	memobj_append(mem, romfs, npages);
	system_window.romfs = mem;
	system_window.romfs_bytes = romfs_bytes;
	return true;
}

struct memobj *vm_romfs(u64 *bytes)
{
	*bytes = system_window.romfs_bytes;
	return system_window.romfs;
}

Retcode vm_init(struct vm *vm, u64 limit_pages)
{
	list_init(&vm->regions);
	list_init(&vm->objects);
	object_init(&vm->space, OBJECT_SPACE);
	vm->limit = limit_pages;
	if (!pgtable_init(&vm->gs, machine.gstage_levels) ||
	    !pgtable_link(&vm->gs, &system_window.gs, VM_SYSTEM)) {
		pgtable_destroy(&vm->gs);
		return rcOutOfMemory;
	}
	counters.vmids++;
	return rcOk;
}

void vm_destroy(struct vm *vm, struct vm *heir)
{
	if (!vm->gs.root)
		return;
	/* No hart may keep a translation to what is freed below. */
	vmid_forget(&vm->tags, &vm->gs);
	list_for_each(struct region, r, &vm->regions, link) {
		if (!r->mem)
			continue;
		list_del(&r->map_link);
		memobj_put(r->mem);
		r->mem = NULL;
		r->flags |= REGION_LEFT;
	}
	/* Memory objects may outlive whom they counted for. */
	list_for_each_safe(struct memobj, mem, tmp, &vm->objects, account_link) {
		mem->account = NULL;
		list_del(&mem->account_link);
		if (heir) {
			heir->used += mem->committed;
			vm_own(heir, mem);
		}
	}
	counters.vmids--;
	object_put(&vm->space);
}

bool vm_free(struct vm *vm)
{
	if (!list_empty(&vm->regions)) {
		region_unmap_first(vm, list_first(&vm->regions, struct region, link));
		return false;
	}
	pgtable_destroy(&vm->gs);
	return true;
}

void vm_own(struct vm *vm, struct memobj *mem)
{
	mem->account = vm;
	list_add_tail(&vm->objects, &mem->account_link);
}
