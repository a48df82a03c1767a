/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/pgtable.h"

#include "core/page.h"

#define PTE_V 1ul
#define PTE_R 0x2ul
#define PTE_W 0x4ul
#define PTE_X 0x8ul
#define PTE_U 0x10ul
#define PTE_G 0x20ul
#define PTE_A 0x40ul
#define PTE_D 0x80ul
#define PTE_SHARED 0x100ul   /* RSW: the table below belongs to another gstage */
#define PTE_PBMT (3ul << 61) /* Svpbmt; 0: as the memory itself; 1: not cached; 2: I/O */
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

#define PBMT_SHIFT 51
#define CACHE_FLAGS (VMM_FLAG_WRITE_COMBINE | VMM_FLAG_CACHE_DISABLE)

_Static_assert(VMM_FLAG_RWX_MASK << 1 == PTE_LEAF && VMM_FLAG_WRITE << 6 == PTE_D &&
		       (u64)VMM_FLAG_WRITE_COMBINE << PBMT_SHIFT == 1ul << 61 &&
		       (u64)VMM_FLAG_CACHE_DISABLE << PBMT_SHIFT == 2ul << 61,
	       "access and cache flags have the same order in both");

static u64 access_bits(u32 prot)
{
	/* A and D are set in advance: hardware need not, and no fault asks for it. */
	return PTE_A | (prot & VMM_FLAG_RWX_MASK) << 1 | (prot & VMM_FLAG_WRITE) << 6 |
	       (u64)(prot & CACHE_FLAGS) << PBMT_SHIFT;
}

static inline u64 *entry(const struct pgtable *pt, u64 *table, unsigned int level, gpa_t gpa)
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

bool pgtable_init(struct pgtable *pt, unsigned int levels)
{
	bool own = levels == PGTABLE_OWN;
	unsigned int order = own ? 0 : GSTAGE_ROOT_ORDER;

	/* All accesses of a guest count as U-mode in the second stage. */
	*pt = (struct pgtable){ .root = page_alloc_zero(order),
				.levels = own ? 3 : levels,
				.root_order = order,
				.leaf_bits = own ? PTE_G : PTE_U };
	return pt->root != NULL;
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

/* What was written to memory is there before an entry leads other harts to it. */
static void publish(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Puts a table below an entry where nothing was mapped, or a leaf. NULL: no memory. */
static u64 *add_table(struct pgtable *pt, u64 *pte, unsigned int level)
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

/* Makes tables down to `level`; the entry there or a leaf above, or NULL: no memory. */
static u64 *ensure(struct pgtable *pt, gpa_t gpa, unsigned int level)
{
	unsigned int at = level;
	u64 *pte = walk(pt, gpa, &at);

	while (at > level && !(*pte & PTE_V)) {
		u64 *table = add_table(pt, pte, at);

		if (!table) {
			pgtable_unmap(pt, gpa, 1, NULL, NULL);
			return NULL;
		}
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
		u64 *pte = ensure(pt, to, level), value = pte_of(from, bits);

		if (!pte) {
			pgtable_unmap(pt, gpa, done, NULL, NULL);
			return false;
		}
		publish();
		/* All leaves of that size in this table. */
		n = pages_in_entry(to, level + 1, npages - done) & ~(level_pages(level) - 1);
		for (u64 *end = pte + (n >> (9 * level)); prot && pte < end; pte++) {
			*pte = value;
			value += level_pages(level) << PTE_PPN_SHIFT;
		}
	}
	return true;
}

const void *pgtable_map_page(struct pgtable *pt, gpa_t gpa, const void *page, u32 prot)
{
	unsigned int level = 0;
	u64 *pte = walk(pt, gpa, &level);

	if (level)
		pte = ensure(pt, gpa, 0);
	publish();
	if (pte && !(*pte & PTE_V))
		*pte = pte_of(page, pt->leaf_bits | access_bits(prot));
	return pte ? table_of(*pte) : NULL;
}

bool pgtable_split(struct pgtable *pt, gpa_t gpa)
{
	for (;;) {
		unsigned int level = 0;
		u64 *pte = walk(pt, gpa, &level);

		if (!(*pte & PTE_V) || !(gpa & ((PAGE_SIZE << (9 * level)) - 1)))
			return true;
		if (!add_table(pt, pte, level))
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

	*first = walk(pt, gpa, &level);
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
			if (*pte & PTE_V)
				*pte = (*pte & ~(PTE_LEAF | PTE_D)) | bits;
	}
}

bool pgtable_lookup(const struct pgtable *pt, gpa_t gpa, struct pgtable_leaf *leaf)
{
	unsigned int level = 0;
	u64 pte = *walk(pt, gpa, &level), size = PAGE_SIZE << (9 * level);
	u64 offset = gpa & (size - 1);

	leaf->left = size - offset;
	leaf->page = NULL;
	if (!(pte & PTE_V))
		return false;
	leaf->page = (char *)table_of(pte) + offset;
	leaf->prot = (u32)(pte & PTE_LEAF) >> 1 | (u32)((pte & PTE_PBMT) >> PBMT_SHIFT);
	return true;
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

bool pgtable_link(struct pgtable *pt, const struct pgtable *from, gpa_t gpa)
{
	unsigned int from_level = LARGEST_LEAF;
	u64 *pte = ensure(pt, gpa, LARGEST_LEAF);

	if (!pte)
		return false;
	*pte = *walk(from, gpa, &from_level) | PTE_SHARED;
	return true;
}
