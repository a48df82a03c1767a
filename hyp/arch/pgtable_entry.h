/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of page tables. For arch/pgtable*.c only. */
#ifndef ARCH_PGTABLE_ENTRY_H
#define ARCH_PGTABLE_ENTRY_H

#include "arch/pgtable.h"

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

static inline unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline u64 level_pages(unsigned int level)
{
	return (u64)1 << (9 * level);
}

static inline u64 *table_of(u64 pte)
{
	return (u64 *)((pte & PTE_PPN_MASK) << (PAGE_SHIFT - PTE_PPN_SHIFT));
}

static inline u64 pte_of(const void *page, u64 bits)
{
	return ((u64)page >> PAGE_SHIFT) << PTE_PPN_SHIFT | bits | PTE_V;
}

static inline bool pte_is_table(u64 pte)
{
	return (pte & (PTE_V | PTE_LEAF)) == PTE_V;
}

#define PBMT_SHIFT 51
#define CACHE_FLAGS (VMM_FLAG_WRITE_COMBINE | VMM_FLAG_CACHE_DISABLE)

_Static_assert(VMM_FLAG_RWX_MASK << 1 == PTE_LEAF && VMM_FLAG_WRITE << 6 == PTE_D &&
		       (u64)VMM_FLAG_WRITE_COMBINE << PBMT_SHIFT == 1ul << 61 &&
		       (u64)VMM_FLAG_CACHE_DISABLE << PBMT_SHIFT == 2ul << 61,
	       "access and cache flags have the same order in both");

static inline u64 access_bits(u32 prot)
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

/* Pages from gpa to the end of the entry of that level, at most npages. */
static inline u64 pages_in_entry(gpa_t gpa, unsigned int level, u64 npages)
{
	u64 size = level_pages(level);

	return min_u64(size - ((gpa >> PAGE_SHIFT) & (size - 1)), npages);
}

/* Goes down to `level` or to where there is no further table. */
u64 *pgtable_walk(const struct pgtable *pt, gpa_t gpa, unsigned int *level);

/* Puts a table below an entry where nothing was mapped, or a leaf. NULL: no memory. */
u64 *pgtable_add_table(struct pgtable *pt, u64 *pte, unsigned int level);

#endif
