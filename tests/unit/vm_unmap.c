// SPDX-License-Identifier: Apache-2.0
/* What is taken from an address space: core/vm.c and vm_map.c. */
#include "unit.h"

#include "core/page.h"
#include "core/region.h"
#include "support/space.h"

static void test_unmap_what_is_not_all_there(void **state)
{
	(void)state;
	must_map(BASE, 4, RW_, 0);
	must_map(BASE + 4 * PAGE_SIZE, 4, RW_, 0);
	must_map(BASE + 9 * PAGE_SIZE, 1, RW_, 0);
	must_map(BASE + 10 * PAGE_SIZE, 1, RW_, REGION_INTERNAL);
	assert_fails(unmap_all(&vm, BASE - PAGE_SIZE, 2), rcInvalidOperation);
	assert_fails(unmap_all(&vm, BASE, 9), rcInvalidOperation);
	assert_fails(unmap_all(&vm, BASE + 8 * PAGE_SIZE, 1), rcInvalidOperation);
	assert_fails(unmap_all(&vm, BASE + 9 * PAGE_SIZE, 2), rcInvalidOperation);
	assert_fails(unmap_all(&vm, BASE + 10 * PAGE_SIZE, 1), rcInvalidOperation);
	assert_fails(unmap_all(&vm, BASE + 11 * PAGE_SIZE, 1), rcInvalidOperation);
	assert_fails(unmap_all(&vm, VM_SYSTEM, 1), rcInvalidOperation);
	assert_fails(unmap_all(&vm, VM_ROMFS, 1), rcInvalidOperation);
	/* Across two regions it is. */
	assert_rc(unmap_all(&vm, BASE + 2 * PAGE_SIZE, 4), rcOk);
	assert_int_equal(vm_find(&vm, BASE)->npages, 2);
	assert_null(vm_find(&vm, BASE + 2 * PAGE_SIZE));
	assert_null(vm_find(&vm, BASE + 5 * PAGE_SIZE));
	assert_int_equal(vm_find(&vm, BASE + 6 * PAGE_SIZE)->npages, 2);
}

static void test_a_hole_in_a_region(void **state)
{
	struct region *r = must_map(BASE, 10, RW_, REGION_COMMIT | GUARDS);
	struct region *upper;
	u64 used, nfree = page_count_free();

	(void)state;
	assert_rc(commit_all(&vm, r->base, r->npages), rcOk);
	used = vm.used;
	assert_rc(unmap_all(&vm, BASE + 3 * PAGE_SIZE, 4), rcOk);
	assert_int_equal(vm.used, used - 4);
	assert_int_equal(vm.nregions, 2);
	r = vm_find(&vm, BASE);
	upper = vm_find(&vm, BASE + 7 * PAGE_SIZE);
	assert_int_equal(r->npages, 3);
	assert_int_equal(upper->npages, 3);
	/* Guards stay at the outer ends only. */
	assert_int_equal(r->flags & GUARDS, REGION_LOW_GUARD);
	assert_int_equal(upper->flags & GUARDS, REGION_HIGH_GUARD);
	must_map(BASE + 3 * PAGE_SIZE, 4, RW_, 0);
	assert_rc(unmap_all(&vm, BASE, 10), rcOk);
	assert_int_equal(vm.nregions, 0);
	assert_int_equal(vm.used, 0);
	assert_true(page_count_free() >= nfree);
}

/* Large leaves are split where a range ends inside them. */
static void test_unmap_inside_a_large_leaf(void **state)
{
	struct region *r = must_map(BASE, 1024, RW_, REGION_COMMIT);
	struct pgtable_leaf leaf;
	char *first;

	(void)state;
	assert_rc(commit_all(&vm, r->base, r->npages), rcOk);
	assert_true(pgtable_lookup(&vm.gs, BASE, &leaf));
	assert_int_equal(leaf.left, 2 << 20);
	first = leaf.page;
	assert_rc(unmap_all(&vm, BASE + 100 * PAGE_SIZE, 600), rcOk);
	assert_int_equal(pgtable_count(&vm.gs, BASE, 1024), 424);
	assert_int_equal(vm.used, 424);
	assert_true(pgtable_lookup(&vm.gs, BASE + 99 * PAGE_SIZE, &leaf));
	assert_ptr_equal(leaf.page, first + 99 * PAGE_SIZE);
	assert_false(pgtable_lookup(&vm.gs, BASE + 100 * PAGE_SIZE, &leaf));
	assert_true(pgtable_lookup(&vm.gs, BASE + 700 * PAGE_SIZE, &leaf));
}

/* For want of memory to split with; the guest sees the same as before. */
static void test_unmap_without_memory(void **state)
{
	struct region *r = must_map(BASE, 1024, RW_, REGION_COMMIT);

	(void)state;
	assert_rc(commit_all(&vm, r->base, r->npages), rcOk);
	for (unsigned int n = 0;; n++) {
		u64 used = vm.used;
		Retcode rc;

		memory_fail(FAIL_FROM, n);
		rc = unmap_all(&vm, BASE + 100 * PAGE_SIZE, 600);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			assert_int_equal(n, 3);
			return;
		}
		assert_rc(rc, rcOutOfMemory);
		assert_int_equal(vm.nregions, 1);
		assert_ptr_equal(vm_find(&vm, BASE + 300 * PAGE_SIZE), r);
		assert_int_equal(r->npages, 1024);
		assert_int_equal(pgtable_count(&vm.gs, BASE, 1024), 1024);
		assert_int_equal(vm.used, used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_unmap_what_is_not_all_there),
		SPACE_TEST(test_a_hole_in_a_region),
		SPACE_TEST(test_unmap_inside_a_large_leaf),
		SPACE_TEST(test_unmap_without_memory),
	};

	return cmocka_run_group_tests_name("vm_unmap", tests, NULL, NULL);
}
