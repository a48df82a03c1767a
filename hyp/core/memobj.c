/* SPDX-License-Identifier: Apache-2.0 */
#include "core/memobj.h"

#include "core/page.h"
#include "core/slab.h"
#include "core/vm.h"

#include <string.h>

struct memobj *memobj_create_empty(void)
{
	struct memobj *mem = mem_alloc(sizeof(*mem));

	if (!mem)
		return NULL;
	mem->extents = &mem->only;
	mem->capacity = 1;
	object_init(&mem->object, OBJECT_MEMORY);
	mem->owned = true;
	list_init(&mem->mappings);
	list_init(&mem->account_link);
	return mem;
}

static void free_extents(struct memobj *mem)
{
	if (mem->extents != &mem->only)
		mem_free(mem->extents, mem->capacity * sizeof(*mem->extents));
}

static bool grow(struct memobj *mem)
{
	u32 capacity = mem->capacity > 1 ? mem->capacity * 2 : 8;
	struct extent *extents = mem_alloc(capacity * sizeof(*extents));

	if (!extents)
		return false;
	memcpy(extents, mem->extents, mem->nextents * sizeof(*extents));
	free_extents(mem);
	mem->extents = extents;
	mem->capacity = capacity;
	return true;
}

bool memobj_append(struct memobj *mem, void *start, u64 npages)
{
	struct extent *last = mem->nextents ? &mem->extents[mem->nextents - 1] : NULL;
	/* What goes on where the last one ends: memory there, or, behind a hole, a hole. */
	const char *end = last && last->start ? last->start + ((u64)last->npages << PAGE_SHIFT)
					      : NULL;

	if (last && end == start) {
		last->npages += (u32)npages;
	} else {
		if (mem->nextents == mem->capacity && !grow(mem))
			return false;
		mem->extents[mem->nextents++] = (struct extent){ start, (u32)mem->npages,
								 (u32)npages };
	}
	mem->npages += npages;
	mem->committed += start ? npages : 0;
	return true;
}

struct memobj *memobj_create(u64 npages)
{
	struct memobj *mem = memobj_create_empty();
	unsigned int order = PAGE_MAX_ORDER;

	while (mem && mem->npages < npages) {
		void *block;

		while (((u64)1 << order) > npages - mem->npages)
			order--;
		block = page_alloc_zero(order);
		if (!block && order) {
			order--;
		} else if (!block || !memobj_append(mem, block, (u64)1 << order)) {
			if (block)
				page_free(block, order);
			memobj_put(mem);
			mem = NULL;
		}
	}
	return mem;
}

void memobj_put(struct memobj *mem)
{
	if (mem->object.refs == 1) {
		if (mem->account)
			vm_uncharge(mem->account, mem->committed);
		list_del(&mem->account_link);
	}
	object_put(&mem->object);
}

/* An extent is any number of pages; the allocator joins them again. */
static void free_last(struct memobj *mem)
{
	struct extent *extent = &mem->extents[mem->nextents - 1];
	u32 n = (u32)min_u64(extent->npages, PAGE_LARGE);
	char *page = extent->start + ((u64)(extent->npages -= n) << PAGE_SHIFT);

	if (!extent->npages)
		mem->nextents--;
	if (!extent->start)
		return;
	if (mem->cache)
		page_flush(page, n);
	for (; n; n--, page += PAGE_SIZE)
		page_free(page, 0);
}

void memobj_destroy(struct object *object)
{
	struct memobj *mem = container_of(object, struct memobj, object);

	if (mem->owned && mem->nextents) {
		free_last(mem);
		object_again(object);
		return;
	}
	free_extents(mem);
	slab_free(mem);
}

void *memobj_at(const struct memobj *mem, u64 page, u64 *npages)
{
	const struct extent *extent;
	u64 low = 0, high = mem->nextents - 1;

	/* The last one that does not begin behind it: a guest can scatter its pages. */
	while (low < high) {
		u64 middle = (low + high + 1) / 2;

		if (mem->extents[middle].first > page)
			high = middle - 1;
		else
			low = middle;
	}
	extent = &mem->extents[low];
	page -= extent->first;
	*npages = extent->npages - page;
	return extent->start ? extent->start + (page << PAGE_SHIFT) : NULL;
}

Retcode memobj_check_wx(struct memobj *mem, u64 first, u64 npages, u32 prot,
			const struct region *instead, u32 *looks)
{
	u32 other = 0, access = 0;

	if (prot & VMM_FLAG_WRITE)
		other |= VMM_FLAG_EXECUTE;
	if (prot & VMM_FLAG_EXECUTE)
		other |= VMM_FLAG_WRITE;
	if (prot & other)
		return rcSecurityDisallow;
	/* A thousand partitions may share it. */
	if (!other || !mem || !mem->owned || !(mem->access & other))
		return rcOk;
	list_for_each(const struct region, r, &mem->mappings, map_link) {
		if (r != instead && (r->prot & other) && r->mem_first < first + npages &&
		    first < r->mem_first + r->npages)
			return rcSecurityDisallow;
		if (!*looks)
			return rcQuotaExceeded;
		--*looks;
		access |= r->prot;
	}
	/* What none has any more need not be looked for again. */
	mem->access = access;
	return rcOk;
}

struct mdl *mdl_create(struct memobj *mem, u64 first, u64 npages, u32 prot)
{
	struct mdl *mdl = mem_alloc(sizeof(*mdl));

	if (!mdl)
		return NULL;
	object_init(&mdl->object, OBJECT_MDL);
	object_get(&mem->object);
	mdl->mem = mem;
	mdl->first = first;
	mdl->npages = npages;
	mdl->prot = prot;
	counters.mdls++;
	return mdl;
}

void mdl_destroy(struct object *object)
{
	struct mdl *mdl = container_of(object, struct mdl, object);

	memobj_put(mdl->mem);
	counters.mdls--;
	slab_free(mdl);
}

void memobj_write(const struct memobj *mem, u64 offset, const void *data, size_t bytes)
{
	while (bytes) {
		u64 npages, at = offset & PAGE_MASK;
		char *page = memobj_at(mem, offset >> PAGE_SHIFT, &npages);
		u64 n = min_u64((npages << PAGE_SHIFT) - at, bytes);

		memcpy(page + at, data, n);
		data = (const char *)data + n;
		offset += n;
		bytes -= n;
	}
}
