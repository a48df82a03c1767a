/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of page tables after they were made. */
#include "arch/pgtable_entry.h"
#include "core/page.h"

/* Zeroes a table, whose own tables it frees. */
static void clear(struct pgtable *pt, u64 *table, u64 entries, unsigned int level)
{
	for (u64 *pte = table; pte < table + entries; pte++) {
		if (level && pte_is_table(*pte) && !(*pte & PTE_SHARED)) {
			clear(pt, table_of(*pte), 512, level - 1);
			page_free_zero(table_of(*pte), 0);
			pt->ntables--;
		}
		if (*pte)
			*pte = 0;
	}
}

void pgtable_destroy(struct pgtable *pt)
{
	if (!pt->root)
		return;
	clear(pt, pt->root, (u64)512 << pt->root_order, pt->levels - 1);
	page_free_zero(pt->root, pt->root_order);
	pt->root = NULL;
}

bool pgtable_split(struct pgtable *pt, gpa_t gpa)
{
	for (;;) {
		unsigned int level = 0;
		u64 *pte = pgtable_walk(pt, gpa, &level);

		if (!(*pte & PTE_V) || !(gpa & ((PAGE_SIZE << (9 * level)) - 1)))
			return true;
		if (!pgtable_add_table(pt, pte, level))
			return false;
	}
}

static bool table_is_empty(const u64 *table)
{
	for (unsigned int i = 0; i < 512; i++)
		if (table[i])
			return false;
	return true;
}

/* What unmapping does with the leaves of a range whose ends were split. */
struct unmapping {
	struct pgtable *pt;
	pgtable_release_fn *release;
	void *context;
};

/* In one table; how many pages were mapped. */
static u64 unmap(const struct unmapping *u, u64 *table, unsigned int level, gpa_t gpa, u64 npages)
{
	u64 n, found = 0;

	for (u64 *pte = entry(u->pt, table, level, gpa); npages;
	     gpa += n << PAGE_SHIFT, npages -= n, pte++) {
		u64 *below = table_of(*pte);

		n = pages_in_entry(gpa, level, npages);
		if (!(*pte & PTE_V) || (*pte & PTE_SHARED))
			continue;
		if (pte_is_table(*pte)) {
			found += unmap(u, below, level - 1, gpa, n);
			if (!table_is_empty(below))
				continue;
			page_free_zero(below, 0);
			u->pt->ntables--;
			u->pt->tables_changed = true;
		} else {
			if (u->release)
				u->release(below, 9 * level, u->context);
			found += n;
		}
		*pte = 0;
	}
	return found;
}

u64 pgtable_unmap(struct pgtable *pt, gpa_t gpa, u64 npages, pgtable_release_fn *release,
		  void *context)
{
	struct unmapping u = { pt, release, context };

	return unmap(&u, pt->root, pt->levels - 1, gpa, npages);
}

/*
 * The entries of a range that lie in one table, from the first on, whatever they are: how many
 * pages that is. A leaf that is larger, or what is empty, is one of them.
 */
__attribute__((noinline)) static u64 entries(const struct pgtable *pt, gpa_t gpa, u64 npages,
					     u64 **first, u64 **end)
{
	unsigned int level = 0;
	u64 n;

	*first = pgtable_walk(pt, gpa, &level);
	n = pages_in_entry(gpa, level ? level : 1, npages);
	*end = *first + (level ? 1 : n);
	return n;
}

void pgtable_protect(struct pgtable *pt, gpa_t gpa, u64 npages, u32 prot)
{
	u64 bits = access_bits(prot), n, *pte, *end;

	for (; npages; gpa += n << PAGE_SHIFT, npages -= n) {
		n = entries(pt, gpa, npages, &pte, &end);
		for (; pte < end; pte++)
			if (*pte) /* else nothing is mapped */
				*pte = (*pte & ~(PTE_LEAF | PTE_D)) | bits;
	}
}

u64 pgtable_count(const struct pgtable *pt, gpa_t gpa, u64 npages)
{
	u64 n, each, found = 0, *pte, *end;

	for (; npages; gpa += n << PAGE_SHIFT, npages -= n) {
		n = entries(pt, gpa, npages, &pte, &end);
		each = end == pte + 1 ? n : 1;
		for (; pte < end; pte++)
			found += (*pte & PTE_V) * each;
	}
	return found;
}

u64 pgtable_run(const struct pgtable *pt, gpa_t gpa, u64 npages, void **page)
{
	unsigned int level = 0;
	const u64 *pte = pgtable_walk(pt, gpa, &level);
	u64 most = pages_in_entry(gpa, level ? level : 1, npages), n = level ? most : 1;
	u64 step = *pte ? (u64)1 << PTE_PPN_SHIFT : 0, next = *pte + step;

	*page = *pte ? (char *)table_of(*pte) + (gpa & ((PAGE_SIZE << (9 * level)) - 1)) : NULL;
	for (; n < most && *++pte == next; n++)
		next += step;
	return n;
}
