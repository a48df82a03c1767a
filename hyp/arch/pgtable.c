/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/pgtable.h"

#include "core/page.h"

#define PTE_V 0x1ul
#define PTE_R 0x2ul
#define PTE_W 0x4ul
#define PTE_X 0x8ul
#define PTE_U 0x10ul
#define PTE_G 0x20ul
#define PTE_A 0x40ul
#define PTE_D 0x80ul
#define PTE_SHARED 0x100ul      /* RSW: the table below belongs to another gstage */
#define PTE_PBMT_NC (1ul << 61) /* Svpbmt; neither: as the memory itself, write-back */
#define PTE_PBMT_IO (2ul << 61)
#define PTE_PBMT (3ul << 61)
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)
#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK ((((u64)1 << 44) - 1) << PTE_PPN_SHIFT)

#define GSTAGE_ROOT_ORDER 2 /* G-stage roots are four times as large */
#define LARGEST_LEAF 2

static unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + 9 * level;
}

static u64 level_pages(unsigned int level)
{
	return (u64)1 << (9 * level);
}

static u64 *table_of(u64 pte)
{
	return (u64 *)((pte & PTE_PPN_MASK) << (PAGE_SHIFT - PTE_PPN_SHIFT));
}

static u64 pte_of(const void *page, u64 bits)
{
	return ((u64)page >> PAGE_SHIFT) << PTE_PPN_SHIFT | bits | PTE_V;
}

static bool pte_is_table(u64 pte)
{
	return (pte & (PTE_V | PTE_LEAF)) == PTE_V;
}

_Static_assert(VMM_FLAG_RWX_MASK << 1 == PTE_LEAF && VMM_FLAG_WRITE << 6 == PTE_D,
	       "access has the same order in both");

static u64 access_bits(u32 prot)
{
	/* A and D are set in advance: hardware need not, and no fault asks for it. */
	u64 bits = PTE_A | (prot & VMM_FLAG_RWX_MASK) << 1 | (prot & VMM_FLAG_WRITE) << 6;

	if (prot & VMM_FLAG_CACHE_MASK)
		bits |= prot & VMM_FLAG_WRITE_COMBINE   ? PTE_PBMT_NC
			: prot & VMM_FLAG_CACHE_DISABLE ? PTE_PBMT_IO
							: 0;
	return bits;
}

static u64 *entry(const struct pgtable *pt, u64 *table, unsigned int level, gpa_t gpa)
{
	u64 entries = level == pt->levels - 1 ? (u64)512 << pt->root_order : 512;

	return &table[(gpa >> level_shift(level)) & (entries - 1)];
}

/* Goes down to `level` or to where there is no further table. */
static u64 *walk(const struct pgtable *pt, gpa_t gpa, unsigned int *level)
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

/* Pages from gpa to the end of the entry of that level, at most npages. */
static u64 pages_in_entry(gpa_t gpa, unsigned int level, u64 npages)
{
	u64 size = level_pages(level);

	return min_u64(size - ((gpa >> PAGE_SHIFT) & (size - 1)), npages);
}

/* Leaves of that level, the best for gpa, that follow one another in one table. */
static u64 leaves_in_table(gpa_t gpa, unsigned int level, u64 npages)
{
	return pages_in_entry(gpa, level + 1, npages) >> (9 * level);
}

static bool init(struct pgtable *pt, unsigned int levels, unsigned int root_order, u64 leaf_bits)
{
	*pt = (struct pgtable){ .root = page_alloc_zero(root_order),
				.levels = levels,
				.root_order = root_order,
				.leaf_bits = leaf_bits };
	return pt->root != NULL;
}

bool pgtable_init(struct pgtable *pt, unsigned int levels)
{
	/* All accesses of a guest count as U-mode in the second stage. */
	return init(pt, levels, GSTAGE_ROOT_ORDER, PTE_U);
}

bool pgtable_init_own(struct pgtable *pt)
{
	return init(pt, 3, 0, PTE_G);
}

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

/* Makes tables down to `level`; the entry there or a leaf above, or NULL: no memory. */
static u64 *ensure(struct pgtable *pt, gpa_t gpa, unsigned int level)
{
	unsigned int at = level;
	u64 *pte = walk(pt, gpa, &at);

	while (at > level && !(*pte & PTE_V)) {
		u64 *table = page_alloc_zero(0);

		if (!table)
			return NULL;
		pt->ntables++;
		pt->tables_changed = true;
		*pte = pte_of(table, 0);
		pte = entry(pt, table, --at, gpa);
	}
	return pte;
}

bool pgtable_prepare(struct pgtable *pt, gpa_t gpa, const void *page, u64 npages)
{
	u64 done = 0;

	while (done < npages) {
		const char *at = (const char *)page + (done << PAGE_SHIFT);
		gpa_t to = gpa + (done << PAGE_SHIFT);
		unsigned int level = best_level(to, at, npages - done);

		if (!ensure(pt, to, level)) {
			pgtable_prune(pt, gpa, npages);
			return false;
		}
		done += leaves_in_table(to, level, npages - done) << (9 * level);
	}
	return true;
}

const void *pgtable_map_page(struct pgtable *pt, gpa_t gpa, const void *page, u32 prot)
{
	unsigned int level = 0;
	u64 *pte = walk(pt, gpa, &level);

	if (level)
		pte = ensure(pt, gpa, 0);
	if (!pte) {
		pgtable_prune(pt, gpa, 1);
		return NULL;
	}
	if (!(*pte & PTE_V))
		*pte = pte_of(page, pt->leaf_bits | access_bits(prot));
	return table_of(*pte);
}

void pgtable_map(struct pgtable *pt, gpa_t gpa, const void *page, u64 npages, u32 prot)
{
	u64 bits = pt->leaf_bits | access_bits(prot);

	while (npages) {
		unsigned int level = best_level(gpa, page, npages);
		u64 *pte = walk(pt, gpa, &level), *end = pte + leaves_in_table(gpa, level, npages);
		u64 n = (u64)(end - pte) << (9 * level), value = pte_of(page, bits);

		for (; pte < end; value += level_pages(level) << PTE_PPN_SHIFT)
			*pte++ = value;
		gpa += n << PAGE_SHIFT;
		page = (const char *)page + (n << PAGE_SHIFT);
		npages -= n;
	}
}

bool pgtable_split(struct pgtable *pt, gpa_t gpa)
{
	for (;;) {
		unsigned int level = 0;
		u64 *pte = walk(pt, gpa, &level);
		u64 value = *pte;
		u64 *table;

		if (!(value & PTE_V) || !level || !(gpa & ((PAGE_SIZE << (9 * level)) - 1)))
			return true;
		table = page_alloc_zero(0);
		if (!table)
			return false;
		pt->ntables++;
		pt->tables_changed = true;
		for (unsigned int i = 0; i < 512; i++)
			table[i] = value + ((i * level_pages(level - 1)) << PTE_PPN_SHIFT);
		*pte = pte_of(table, 0);
	}
}

u64 pgtable_unmap(struct pgtable *pt, gpa_t gpa, u64 npages, pgtable_release_fn *release,
		  void *context)
{
	gpa_t start = gpa;
	u64 total = npages, found = 0;

	while (npages) {
		unsigned int level = 0;
		u64 *pte = walk(pt, gpa, &level);
		u64 n = pages_in_entry(gpa, level, npages);

		if (*pte & PTE_V) {
			if (release)
				release(table_of(*pte), 9 * level, context);
			*pte = 0;
			found += n;
		}
		gpa += n << PAGE_SHIFT;
		npages -= n;
	}
	pgtable_prune(pt, start, total);
	return found;
}

static bool table_is_empty(const u64 *table)
{
	for (unsigned int i = 0; i < 512; i++)
		if (table[i])
			return false;
	return true;
}

void pgtable_prune(struct pgtable *pt, gpa_t gpa, u64 npages)
{
	while (npages) {
		u64 n = 0;

		/* Bottom up: the table of level `below` hangs on an entry above it. */
		for (unsigned int below = 0; below < pt->levels - 1; below++) {
			unsigned int level = below + 1;
			u64 *pte = walk(pt, gpa, &level);

			if (level == below + 1 && pte_is_table(*pte) && !(*pte & PTE_SHARED) &&
			    table_is_empty(table_of(*pte))) {
				page_free_zero(table_of(*pte), 0);
				pt->ntables--;
				pt->tables_changed = true;
				*pte = 0;
			}
			if (!(*pte & PTE_V) || !n)
				n = pages_in_entry(gpa, level, npages);
		}
		gpa += n << PAGE_SHIFT;
		npages -= n;
	}
}

static void describe(u64 pte, u64 offset, unsigned int level, struct pgtable_leaf *leaf)
{
	leaf->page = (char *)table_of(pte) + offset;
	leaf->left = (PAGE_SIZE << (9 * level)) - offset;
	leaf->prot = (u32)(pte & PTE_LEAF) >> 1;
	if (pte & PTE_PBMT)
		leaf->prot |= pte & PTE_PBMT_NC ? VMM_FLAG_WRITE_COMBINE : VMM_FLAG_CACHE_DISABLE;
}

bool pgtable_lookup(const struct pgtable *pt, gpa_t gpa, struct pgtable_leaf *leaf)
{
	unsigned int level = 0;
	u64 pte = *walk(pt, gpa, &level);

	if (!(pte & PTE_V))
		return false;
	describe(pte, gpa & ((PAGE_SIZE << (9 * level)) - 1), level, leaf);
	return true;
}

u64 pgtable_run(const struct pgtable *pt, gpa_t gpa, u64 npages, struct pgtable_leaf *leaf)
{
	unsigned int level = 0;
	u64 pte = *walk(pt, gpa, &level);

	leaf->prot = 0;
	if (pte & PTE_V)
		describe(pte, gpa & ((PAGE_SIZE << (9 * level)) - 1), level, leaf);
	return pages_in_entry(gpa, level, npages);
}

u64 pgtable_count(const struct pgtable *pt, gpa_t gpa, u64 npages)
{
	struct pgtable_leaf leaf;
	u64 found = 0;

	while (npages) {
		u64 n = pgtable_run(pt, gpa, npages, &leaf);

		found += leaf.prot ? n : 0;
		gpa += n << PAGE_SHIFT;
		npages -= n;
	}
	return found;
}

void pgtable_protect(struct pgtable *pt, gpa_t gpa, u64 npages, u32 prot)
{
	while (npages) {
		unsigned int level = 0;
		u64 *pte = walk(pt, gpa, &level);
		u64 n = pages_in_entry(gpa, level, npages);

		if (*pte & PTE_V)
			*pte = pte_of(table_of(*pte), pt->leaf_bits | access_bits(prot)) |
			       (*pte & PTE_PBMT);
		gpa += n << PAGE_SHIFT;
		npages -= n;
	}
}

bool pgtable_link(struct pgtable *pt, const struct pgtable *from, gpa_t gpa)
{
	unsigned int from_level = LARGEST_LEAF;
	u64 *pte = ensure(pt, gpa, LARGEST_LEAF);

	if (!pte)
		return false;
	*pte = *walk(from, gpa, &from_level) | PTE_SHARED;
	return true;
}
