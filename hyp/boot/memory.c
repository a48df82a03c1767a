/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/boot.h"

#include "arch/csr.h"
#include "arch/image.h"
#include "arch/layout.h"
#include "arch/pgtable.h"
#include "core/page.h"

#include <libfdt.h>

#define STACK_AREA MACHINE_END /* and 1 GiB from there */
#define STACK_STRIDE ((u64)0x10000)

u64 boot_satp;
static struct pgtable own;

/* Of two ranges the one that ends behind `at` and begins first. */
static const struct memory_range *first_of(const struct memory_range *a,
					   const struct memory_range *b, u64 at)
{
	if (page_round_up(b->end) <= at || (a && a->start <= b->start))
		return a;
	return b;
}

/* What is next behind `at` that is reserved, or part of memory node 0 to before - 1. */
static const struct memory_range *next_taken(const struct machine_tree *m, u64 at, bool only_no_map,
					     unsigned int before)
{
	const struct memory_range *next = NULL;

	for (unsigned int i = 0; i < m->nreserved; i++)
		if (!only_no_map || m->reserved[i].no_map)
			next = first_of(next, &m->reserved[i], at);
	/* Nodes may overlap; no page is taken twice. */
	for (unsigned int i = 0; i < before; i++)
		next = first_of(next, &m->memory[i], at);
	return next;
}

/* Calls `take` for each stretch of memory that is not reserved; false ends it. */
static bool for_each_stretch(const struct machine_tree *m, bool only_no_map,
			     bool (*take)(u64 start, u64 end))
{
	for (unsigned int i = 0; i < m->nmemory; i++) {
		u64 at = page_round_up(m->memory[i].start);
		u64 end = min_u64(page_round_down(m->memory[i].end), STACK_AREA);

		while (at < end) {
			const struct memory_range *r = next_taken(m, at, only_no_map, i);
			u64 stop = r ? min_u64(end, max_u64(at, page_round_down(r->start))) : end;

			if (at < stop && !take(at, stop))
				return false;
			at = stop == end ? end : page_round_up(r->end);
		}
	}
	return true;
}

static struct {
	u64 low, high;       /* bounds of all free memory */
	u64 bitmap, longest; /* where the longest stretch begins, and its bytes */
	u64 bytes;           /* of the bitmap, which begins that */
} layout;

static bool measure(u64 start, u64 end)
{
	layout.low = min_u64(layout.low, start);
	layout.high = max_u64(layout.high, end);
	if (end - start > layout.longest) {
		layout.bitmap = start;
		layout.longest = end - start;
	}
	return true;
}

static bool add_stretch(u64 start, u64 end)
{
	if (start == layout.bitmap)
		start += layout.bytes;
	if (start < end)
		page_add_range((void *)start, (void *)end);
	return true;
}

const char *memory_init(struct machine_tree *m, const void *tree)
{
	machine_reserve(m, (u64)image_start, (u64)image_end);
	machine_reserve(m, (u64)tree, (u64)tree + fdt_totalsize(tree));
	machine_reserve(m, m->initrd_start, m->initrd_end);
	/* All that did not fit was left out. */
	if (m->nreserved == MAX_RESERVED)
		return "the device tree reserves too many ranges of memory: Floe can spare 28";
	layout.low = ~(u64)0;
	for_each_stretch(m, false, measure);
	if (layout.low >= layout.high)
		return "no memory below 255 GiB is left beside what the device tree reserves";
	layout.bytes = page_round_up(page_bitmap_bytes((void *)layout.low, (void *)layout.high));
	if (layout.longest < layout.bytes)
		return "no stretch of free memory is large enough for the page allocator's bitmap";
	page_init((void *)layout.low, (void *)layout.high, (void *)layout.bitmap);
	for_each_stretch(m, false, add_stretch);
	return NULL;
}

static bool map(u64 start, u64 end, u32 prot)
{
	u64 npages = (page_round_up(end) - page_round_down(start)) >> PAGE_SHIFT;
	void *page = (void *)page_round_down(start);

	return pgtable_map(&own, (u64)page, page, npages, prot);
}

/* Memory around the image, which has mappings of its own. */
static bool map_memory(u64 start, u64 end)
{
	u32 rw = VMM_FLAG_READ | VMM_FLAG_WRITE;
	u64 before = min_u64(end, (u64)image_start), after = max_u64(start, (u64)image_end);

	return (start >= before || map(start, before, rw)) && (after >= end || map(after, end, rw));
}

/* Where no memory is mapped yet. */
static bool map_missing(u64 start, u64 bytes, u32 prot)
{
	struct pgtable_leaf leaf;

	for (u64 at = page_round_down(start); at < start + bytes;) {
		if (pgtable_lookup(&own, at, &leaf))
			at += leaf.left;
		else if (map(at, at + PAGE_SIZE, prot))
			at += PAGE_SIZE;
		else
			return false;
	}
	return true;
}

static bool map_registers(const struct device_registers *d)
{
	return map_missing(d->base, min_u64(d->size, DEVICE_BYTES), VMM_FLAG_READ | VMM_FLAG_WRITE);
}

static bool is_mapped(u64 at, u64 end)
{
	struct pgtable_leaf leaf;

	for (; at < end; at += leaf.left)
		if (at >= MACHINE_END || !pgtable_lookup(&own, at, &leaf))
			return false;
	return true;
}

const char *memory_map_own(const struct machine_tree *m, const void *tree)
{
	bool ok = pgtable_init(&own, PGTABLE_OWN) && for_each_stretch(m, true, map_memory) &&
		  map((u64)image_start, (u64)image_text_end, VMM_FLAG_READ | VMM_FLAG_EXECUTE) &&
		  map((u64)image_text_end, (u64)image_rodata_end, VMM_FLAG_READ) &&
		  map((u64)image_rodata_end, (u64)image_end, VMM_FLAG_READ | VMM_FLAG_WRITE) &&
		  map_registers(&m->uart) && map_registers(&m->second_uart) &&
		  map_registers(&m->finisher) &&
		  map_missing((u64)tree, fdt_totalsize(tree), VMM_FLAG_READ);

	if (!ok)
		return init_no_memory;
	if (!is_mapped(m->initrd_start, m->initrd_end))
		return "the initial RAM disk lies outside the memory of the device tree, or where "
		       "it says no-map";
	boot_satp = SATP_MODE_SV39 | (u64)own.root >> PAGE_SHIFT;
	csr_write(satp, boot_satp);
	if (csr_read(satp) != boot_satp)
		return "satp does not take Sv39, which Floe needs for itself";
	__asm__ volatile("sfence.vma" ::: "memory");
	return NULL;
}

u64 memory_map_stack(unsigned int hart_index)
{
	u64 bottom = STACK_AREA + hart_index * STACK_STRIDE + PAGE_SIZE;
	u64 npages = HART_STACK_SIZE >> PAGE_SHIFT;
	void *stack = page_alloc(page_order(HART_STACK_SIZE));

	if (!stack || !pgtable_map(&own, bottom, stack, npages, VMM_FLAG_READ | VMM_FLAG_WRITE))
		return 0;
	__asm__ volatile("sfence.vma" ::: "memory");
	return bottom + HART_STACK_SIZE;
}
