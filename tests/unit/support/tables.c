// SPDX-License-Identifier: Apache-2.0
#include "support/tables.h"

#include "unit.h"

#include "support/memory.h"

char *target(u64 offset)
{
	return memory_area() + GIB + offset;
}

bool map_target(struct pgtable *pt, gpa_t gpa, u64 offset, u64 npages, u32 prot)
{
	return pgtable_map(pt, gpa, target(offset), npages, prot);
}

void expect(const struct pgtable *pt, gpa_t gpa, u64 offset, u64 left, u32 prot)
{
	struct pgtable_leaf leaf;

	assert_true(pgtable_lookup(pt, gpa, &leaf));
	assert_ptr_equal(leaf.page, target(offset));
	assert_int_equal(leaf.left, left);
	assert_int_equal(leaf.prot, prot);
}

void expect_nothing(const struct pgtable *pt, gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_false(pgtable_lookup(pt, gpa, &leaf));
}
