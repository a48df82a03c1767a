/* SPDX-License-Identifier: Apache-2.0 */
#include "core/page.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "core/lock.h"
#include "core/object.h"

#include <string.h>

#define SMALL_ORDER 2 /* what there is nothing else for, as for a table */

#define STOCK_MAX 8u /* blocks of an order */

/* Blocks that are free and zero but for their first word, which leads to the next. */
struct stock {
	u64 *first;
	u64 count;
};

static struct page_pool {
	char *start;
	u64 *bits;                     /* pair bits of order 0, then of order 1, ... */
	u64 first_bit[PAGE_MAX_ORDER]; /* where those of an order begin */
	u64 nfree, nall;
	struct list free[PAGE_MAX_ORDER + 1];
	struct stock stock[PAGE_MAX_ORDER + 1];
	char *next;    /* a block of PAGE_LARGE_ORDER that becomes one of its stock, or NULL */
	u64 next_zero; /* bytes of it that are zero already */
} page_pool;

static struct list *block_at(u64 page)
{
	return (struct list *)(void *)(page_pool.start + (page << PAGE_SHIFT));
}

static u64 page_index(const void *block)
{
	return (u64)((const char *)block - page_pool.start) >> PAGE_SHIFT;
}

/* Flips a block's pair bit, set while exactly one of two buddies is free, and returns it. */
static bool pair_toggle(u64 page, unsigned int order)
{
	u64 index = page_pool.first_bit[order] + (page >> (order + 1));
	u64 bit = (u64)1 << (index % 64);

	page_pool.bits[index / 64] ^= bit;
	return (page_pool.bits[index / 64] & bit) != 0;
}

void page_free(void *block, unsigned int order)
{
	u64 page = page_index(block);

	lock_assert();
	page_pool.nfree += (u64)1 << order;
	/* A bit that becomes clear says that the buddy is free as well: join. */
	while (order < PAGE_MAX_ORDER && !pair_toggle(page, order)) {
		list_del(block_at(page ^ ((u64)1 << order)));
		page &= ~((u64)1 << order);
		order++;
	}
	list_add_head(&page_pool.free[order], block_at(page));
}

void page_free_zero(void *block, unsigned int order)
{
	struct stock *stock = &page_pool.stock[order];

	lock_assert();
	if (stock->count == STOCK_MAX) {
		page_free(block, order);
		return;
	}
	*(u64 **)block = stock->first;
	stock->first = block;
	stock->count++;
	page_pool.nfree += (u64)1 << order;
}

static u64 *take_from_stock(unsigned int order)
{
	struct stock *stock = &page_pool.stock[order];
	u64 *block = stock->first;

	if (!block)
		return NULL;
	stock->first = *(u64 **)(void *)block;
	stock->count--;
	*block = 0;
	page_pool.nfree -= (u64)1 << order;
	return block;
}

/* What is kept apart joins the rest when that does not suffice. */
__attribute__((cold, noinline)) static bool empty_stock(void)
{
	bool any = page_pool.next != NULL;

	if (any) {
		page_pool.nfree -= PAGE_LARGE;
		page_free(page_pool.next, PAGE_LARGE_ORDER);
		page_pool.next = NULL;
	}
	for (unsigned int o = 0; o <= PAGE_MAX_ORDER; o++) {
		for (u64 *block; (block = take_from_stock(o)); any = true)
			page_free(block, o);
	}
	return any;
}

void *page_alloc(unsigned int order)
{
	unsigned int from = order;
	struct list *block;

	lock_assert();
	while (from <= PAGE_MAX_ORDER && list_empty(&page_pool.free[from]))
		from++;
	if (from > PAGE_MAX_ORDER)
		return empty_stock() || (order <= SMALL_ORDER && object_reap_memory())
			       ? page_alloc(order)
			       : NULL;

	block = page_pool.free[from].next;
	list_del(block);
	if (from < PAGE_MAX_ORDER)
		pair_toggle(page_index(block), from);
	while (from > order) {
		from--;
		list_add_head(&page_pool.free[from],
			      block_at(page_index(block) + ((u64)1 << from)));
		pair_toggle(page_index(block), from);
	}
	page_pool.nfree -= (u64)1 << order;
	return block;
}

/* Returns where that begins. */
__attribute__((noinline)) static void *zero(u64 *word, u64 bytes)
{
	u64 *at = word, *end = at + bytes / sizeof(*at), step = machine.cboz_block / sizeof(*at);

	/* Three instructions a turn: it is most of a first touch. */
	for (; step && at < end; at += step)
		cpu_cbo_zero(at);
	/* 32 stores a turn. */
	for (; at < end; at += 32) {
#pragma GCC unroll 32
		for (unsigned int i = 0; i < 32; i++)
			at[i] = 0;
	}
	return word;
}

void *page_alloc_zero(unsigned int order)
{
	u64 *word = take_from_stock(order);

	if (word)
		return word;
	word = page_alloc(order);
	return word ? zero(word, PAGE_SIZE << order) : NULL;
}

void page_flush(const void *page, u64 npages)
{
	const char *at = page, *end = at + (npages << PAGE_SHIFT);

	cpu_fence();
	for (; machine.cbom_block && at < end; at += machine.cbom_block)
		cpu_cbo_flush(at);
	cpu_fence();
}

u64 page_prepare_large(void)
{
	if (page_pool.stock[PAGE_LARGE_ORDER].count)
		return PAGE_LARGE;
	if (!page_pool.next) {
		page_pool.next = page_alloc(PAGE_LARGE_ORDER);
		if (!page_pool.next)
			return PAGE_PORTION;
		page_pool.nfree += PAGE_LARGE;
		page_pool.next_zero = 0;
	}
	zero((u64 *)(void *)(page_pool.next + page_pool.next_zero), PAGE_PORTION << PAGE_SHIFT);
	page_pool.next_zero += PAGE_PORTION << PAGE_SHIFT;
	if (page_pool.next_zero == PAGE_LARGE << PAGE_SHIFT) {
		page_pool.nfree -= PAGE_LARGE;
		page_free_zero(page_pool.next, PAGE_LARGE_ORDER);
		page_pool.next = NULL;
	}
	return 0;
}

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

	page_pool = (struct page_pool){ .start = (char *)start - skip, .bits = bitmap };
	npages = page_index(end);
	for (unsigned int o = 1; o < PAGE_MAX_ORDER; o++)
		page_pool.first_bit[o] = page_pool.first_bit[o - 1] + pair_count(npages, o - 1);
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
