/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page allocator: a binary buddy allocator over the machine's usable memory.
 *
 * Blocks are 2^order pages, aligned to their size. Free blocks carry their own
 * list links, and one bit per pair of buddies is all the allocator keeps
 * besides, so that memory which is never used costs one bit a page.
 *
 * Callers: the hypervisor only. No call blocks; a call that finds no memory
 * returns NULL and has changed nothing.
 */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include "core/types.h"

/* The largest block is 1 GiB, the largest leaf of a page table. */
#define PAGE_MAX_ORDER 18

/* The next smaller one: 2 MiB. */
#define PAGE_LARGE_ORDER 9
#define PAGE_LARGE ((u64)1 << PAGE_LARGE_ORDER)

/* Pages that a hart zeroes, with interrupts off, in a call: some 50 us. */
#define PAGE_PORTION ((u64)64)

/*
 * Prepares for memory between start and end (page aligned). bitmap holds
 * page_bitmap_bytes(start, end) bytes and belongs to the allocator from now
 * on. Nothing is free yet.
 */
void page_init(void *start, void *end, void *bitmap);

size_t page_bitmap_bytes(const void *start, const void *end);

/* Gives [start, end) to the allocator; both page aligned, each page once. */
void page_add_range(void *start, void *end);

/* A block of 2^order pages with undefined content, or NULL. */
void *page_alloc(unsigned int order);

/* The same, zeroed: what every page must be before a partition sees it. */
void *page_alloc_zero(unsigned int order);

/* Gives a block back; order as in the allocation (or its parts, split up). */
void page_free(void *block, unsigned int order);

/*
 * The same for a block that is zero, as page tables are at their end: some of
 * those are kept for page_alloc_zero(), which has nothing to clear then.
 */
void page_free_zero(void *block, unsigned int order);

/*
 * Zeroes a portion of a block of PAGE_LARGE pages for page_alloc_zero(). How many pages that
 * has without much ado: PAGE_LARGE, the block; 0: call again; PAGE_PORTION: there is no such
 * block, but these can be zeroed one by one. Several callers share the work.
 */
u64 page_prepare_large(void);

/*
 * Between accesses to the same memory with different types (RISC-V privileged specification,
 * chapter "Svpbmt"; machine.memory_types), by whomever: writes back and drops what caches
 * hold of npages, and orders what was before and what comes after.
 */
void page_flush(const void *page, u64 npages);

/* The smallest order whose block holds that many bytes. */
unsigned int page_order(u64 bytes);

/* Pages that are free now, and pages that were ever given to the allocator. */
u64 page_count_free(void);
u64 page_count_all(void);

#endif
