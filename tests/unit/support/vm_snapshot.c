// SPDX-License-Identifier: Apache-2.0
#include "vm_snapshot.h"

#include "unit.h"

#include "core/page.h"

#include <stdlib.h>
#include <string.h>

struct vm_snapshot {
	u64 nfree, used, ntables, mapped;
	u32 nregions, listed;
	struct region regions[VM_REGIONS_MAX];
};

struct vm_snapshot *vm_snapshot(const struct vm *vm)
{
	struct vm_snapshot *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->nfree = page_count_free();
	s->used = vm->used;
	s->ntables = vm->gs.ntables;
	s->nregions = vm->nregions;
	list_for_each(const struct region, r, &vm->regions, link) {
		/* The links' neighbours are in the list themselves. */
		s->regions[s->listed] = (struct region){ .base = r->base,
							 .npages = r->npages,
							 .prot = r->prot,
							 .ceiling = r->ceiling,
							 .flags = r->flags,
							 .mem = r->mem,
							 .mem_first = r->mem_first };
		s->listed++;
		if (r->npages < (u64)1 << 20)
			s->mapped += pgtable_count(&vm->gs, r->base, r->npages);
	}
	return s;
}

void vm_snapshot_compare(struct vm_snapshot *before, const struct vm *vm)
{
	struct vm_snapshot *now = vm_snapshot(vm);

	assert_int_equal(now->nfree, before->nfree);
	assert_int_equal(now->used, before->used);
	assert_int_equal(now->ntables, before->ntables);
	assert_int_equal(now->nregions, before->nregions);
	assert_int_equal(now->listed, before->listed);
	assert_int_equal(now->mapped, before->mapped);
	assert_memory_equal(now->regions, before->regions, sizeof(now->regions));
	free(now);
	free(before);
}
