/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/pgtable_entry.h"
#include "core/page.h"

#define GSTAGE_ROOT_ORDER 2 /* G-stage roots are four times as large */
#define LARGEST_LEAF 2

u64 *pgtable_walk(const struct pgtable *pt, gpa_t gpa, unsigned int *level)
{
	unsigned int at = pt->levels - 1;
	u64 *pte = entry(pt, pt->root, at, gpa);

	while (at > *level && pte_is_table(*pte))
		pte = table_of(*pte) + (gpa >> level_shift(--at)) % 512;
	*level = at;
	return pte;
}

/* The level of the largest leaf that fits. */
static unsigned int best_level(gpa_t gpa, const void *page, u64 npages)
{
	unsigned int level = LARGEST_LEAF;

	while (level && ((((gpa | (u64)page) >> PAGE_SHIFT) & (level_pages(level) - 1)) ||
			 npages < level_pages(level)))
		level--;
	return level;
}

bool pgtable_init(struct pgtable *pt, unsigned int levels)
{
	bool own = levels == PGTABLE_OWN;
	unsigned int order = levels > PGTABLE_WINDOW ? GSTAGE_ROOT_ORDER : 0;

	/* All accesses of a guest count as U-mode in the second stage. */
	*pt = (struct pgtable){ .root = page_alloc_zero(order),
				.levels = own ? 3 : levels,
				.root_order = order,
				.leaf_bits = own ? PTE_G : PTE_U };
	return pt->root != NULL;
}

/* What was written to memory is there before an entry leads other harts to it. */
static void publish(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

u64 *pgtable_add_table(struct pgtable *pt, u64 *pte, unsigned int level)
{
	u64 *table = page_alloc_zero(0);

	if (!table)
		return NULL;
	pt->ntables++;
	pt->tables_changed = true;
	for (unsigned int i = 0; *pte && i < 512; i++)
		table[i] = *pte + ((i * level_pages(level - 1)) << PTE_PPN_SHIFT);
	publish();
	*pte = pte_of(table, 0);
	return table;
}

/* Makes tables down to `level`; the entry there or a leaf above, or NULL: no memory for all. */
static u64 *ensure(struct pgtable *pt, gpa_t gpa, unsigned int level)
{
	unsigned int at = level;
	u64 *pte = pgtable_walk(pt, gpa, &at);

	while (at > level && !(*pte & PTE_V)) {
		u64 *table = pgtable_add_table(pt, pte, at);

		if (!table)
			return NULL;
		pte = table + (gpa >> level_shift(--at)) % 512;
	}
	return pte;
}

bool pgtable_map(struct pgtable *pt, gpa_t gpa, const void *page, u64 npages, u32 prot)
{
	u64 bits = pt->leaf_bits | access_bits(prot), n;

	for (u64 done = 0; done < npages; done += n) {
		gpa_t to = gpa + (done << PAGE_SHIFT);
		const char *from = (const char *)page + (done << PAGE_SHIFT);
		unsigned int level = best_level(to, from, npages - done);
		u64 *pte = ensure(pt, to, level), *end;
		u64 value = pte_of(from, bits), step = level_pages(level) << PTE_PPN_SHIFT;

		if (!pte)
			return false;
		publish();
		/* All leaves of that size in this table. */
		n = pages_in_entry(to, level + 1, npages - done) & ~(level_pages(level) - 1);
		end = pte + (n >> (9 * level));
		do {
			*pte++ = value;
			value += step;
		} while (pte < end);
	}
	return true;
}

bool pgtable_prepare(struct pgtable *pt, gpa_t gpa)
{
	return ensure(pt, gpa, 0) != NULL;
}

const void *pgtable_map_page(struct pgtable *pt, gpa_t gpa, const void *page, u32 prot)
{
	unsigned int level = 0;
	u64 *pte = pgtable_walk(pt, gpa, &level);

	if (level)
		pte = ensure(pt, gpa, 0);
	publish();
	if (pte && !(*pte & PTE_V))
		*pte = pte_of(page, pt->leaf_bits | access_bits(prot));
	return pte ? table_of(*pte) : NULL;
}

bool pgtable_lookup(const struct pgtable *pt, gpa_t gpa, struct pgtable_leaf *leaf)
{
	unsigned int level = 0;
	u64 pte = *pgtable_walk(pt, gpa, &level), size = PAGE_SIZE << (9 * level);
	u64 offset = gpa & (size - 1);

	leaf->left = size - offset;
	leaf->page = NULL;
	if (!(pte & PTE_V))
		return false;
	leaf->page = (char *)table_of(pte) + offset;
	leaf->prot = (u32)(pte & PTE_LEAF) >> 1 | (u32)((pte & PTE_PBMT) >> PBMT_SHIFT);
	return true;
}

bool pgtable_link(struct pgtable *pt, const struct pgtable *window, gpa_t gpa)
{
	u64 *pte = ensure(pt, gpa, LARGEST_LEAF);

	if (!pte)
		return false;
	*pte = pte_of(window->root, PTE_SHARED);
	return true;
}
