/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator's beginning, and what it says about itself; compiled to be small. */
#include "core/page_pool.h"

#include <string.h>

struct page_pool page_pool;

static u64 pair_count(u64 npages, unsigned int order)
{
	return (npages >> (order + 1)) + 1;
}

size_t page_bitmap_bytes(const void *start, const void *end)
{
	/* Blocks are aligned by address, so count from an aligned start. */
	u64 span = (u64)end - ((u64)start & ~((PAGE_SIZE << PAGE_MAX_ORDER) - 1));
	u64 bits = 0;

	for (unsigned int o = 0; o < PAGE_MAX_ORDER; o++)
		bits += pair_count(span >> PAGE_SHIFT, o);
	return (bits / 64 + 1) * sizeof(u64);
}

void page_init(void *start, void *end, void *bitmap)
{
	u64 skip = (u64)start & ((PAGE_SIZE << PAGE_MAX_ORDER) - 1), npages;

	page_pool.start = (char *)start - skip;
	npages = page_index(end);
	page_pool.bits = bitmap;
	page_pool.nfree = 0;
	page_pool.nall = 0;
	page_pool.first_bit[0] = 0;
	for (unsigned int o = 1; o < PAGE_MAX_ORDER; o++)
		page_pool.first_bit[o] = page_pool.first_bit[o - 1] + pair_count(npages, o - 1);
	memset(page_pool.stock, 0, sizeof(page_pool.stock));
	page_pool.next = NULL;
	memset(bitmap, 0, page_bitmap_bytes(start, end));
	for (unsigned int o = 0; o <= PAGE_MAX_ORDER; o++)
		list_init(&page_pool.free[o]);
}

void page_add_range(void *start, void *end)
{
	u64 page = page_index(start);
	u64 last = page_index(end);

	page_pool.nall += last - page;
	while (page < last) {
		unsigned int order = 0;

		while (order < PAGE_MAX_ORDER && (page & ((u64)1 << order)) == 0 &&
		       page + ((u64)2 << order) <= last)
			order++;
		page_free(block_at(page), order);
		page += (u64)1 << order;
	}
}

unsigned int page_order(u64 bytes)
{
	unsigned int order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

u64 page_count_free(void)
{
	return page_pool.nfree;
}

u64 page_count_all(void)
{
	return page_pool.nall;
}
