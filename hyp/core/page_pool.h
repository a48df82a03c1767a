/* SPDX-License-Identifier: Apache-2.0 */
/* What the page allocator knows, for core/page*.c. */
#ifndef CORE_PAGE_POOL_H
#define CORE_PAGE_POOL_H

#include "core/list.h"
#include "core/page.h"

/* Blocks that are free and zero but for their first word, which leads to the next. */
struct stock {
	u64 *first;
	u64 count;
};

struct page_pool {
	char *start;
	u64 *bits;                     /* pair bits of order 0, then of order 1, ... */
	u64 first_bit[PAGE_MAX_ORDER]; /* where those of an order begin */
	u64 nfree, nall;
	struct list free[PAGE_MAX_ORDER + 1];
	struct stock stock[PAGE_MAX_ORDER + 1];
	char *next;    /* a block of PAGE_LARGE_ORDER that becomes one of its stock, or NULL */
	u64 next_zero; /* bytes of it that are zero already */
};

extern struct page_pool page_pool;

static inline struct list *block_at(u64 page)
{
	return (struct list *)(void *)(page_pool.start + (page << PAGE_SHIFT));
}

static inline u64 page_index(const void *block)
{
	return (u64)((const char *)block - page_pool.start) >> PAGE_SHIFT;
}

#endif
