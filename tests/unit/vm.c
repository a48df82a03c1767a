// SPDX-License-Identifier: Apache-2.0
/* A partition's address space: core/vm.c, vm_map.c, vm_share.c and region.c. */
#include "unit.h"

#include "core/page.h"
#include "core/region.h"
#include "fake/fake.h"
#include "support/space.h"
#include "support/world.h"

#include <stdlib.h>
#include <string.h>

static void test_ranges_that_are_taken(void **state)
{
	struct region *r;

	(void)state;
	must_map(BASE, 4, RW_, 0);
	must_map(BASE + 10 * PAGE_SIZE, 2, RW_, GUARDS);
	assert_fails(map(BASE, 4, RW_, 0, &r), rcAlreadyExists);
	assert_fails(map(BASE + 3 * PAGE_SIZE, 1, RW_, 0, &r), rcAlreadyExists);
	assert_fails(map(BASE - PAGE_SIZE, 2, RW_, 0, &r), rcAlreadyExists);
	assert_fails(map(BASE - PAGE_SIZE, 100, RW_, 0, &r), rcAlreadyExists);
	/* Guard pages are taken as well, on both sides. */
	assert_fails(map(BASE + 9 * PAGE_SIZE, 1, RW_, 0, &r), rcAlreadyExists);
	assert_fails(map(BASE + 12 * PAGE_SIZE, 1, RW_, 0, &r), rcAlreadyExists);
	assert_fails(map(BASE + 4 * PAGE_SIZE, 1, RW_, REGION_LOW_GUARD, &r), rcAlreadyExists);
	assert_fails(map(BASE + 8 * PAGE_SIZE, 1, RW_, REGION_HIGH_GUARD, &r), rcAlreadyExists);
	must_map(BASE + 13 * PAGE_SIZE, 1, RW_, 0);
	must_map(BASE + 8 * PAGE_SIZE, 1, RW_, 0);
	must_map(BASE + 4 * PAGE_SIZE, 1, RW_, 0);
	assert_int_equal(vm.nregions, 5);
}

static void test_regions_are_in_order(void **state)
{
	static const unsigned int order[] = { 5, 1, 9, 0, 7, 3, 8, 2, 6, 4 };
	unsigned int i = 0;

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(order); n++)
		must_map(BASE + order[n] * 2 * PAGE_SIZE, 1, R_, 0);
	list_for_each(struct region, r, &vm.regions, link) {
		assert_int_equal(r->base, BASE + i * 2 * PAGE_SIZE);
		assert_ptr_equal(vm_find(&vm, r->base), r);
		assert_ptr_equal(vm_find(&vm, r->base + PAGE_SIZE - 1), r);
		assert_null(vm_find(&vm, r->base + PAGE_SIZE));
		i++;
	}
	assert_int_equal(i, 10);
}

static void test_access_that_is_refused(void **state)
{
	struct region *r;

	(void)state;
	assert_fails(map(BASE, 1, RWX_, 0, &r), rcSecurityDisallow);
	vm.allow_rwx = true;
	must_map(BASE, 1, RWX_, 0);
}

static void test_first_touch(void **state)
{
	u64 used, nfree = page_count_free();
	struct pgtable_leaf leaf;

	(void)state;
	must_map(BASE, 4, RW_, REGION_COMMIT);
	must_map(BASE + 4 * PAGE_SIZE, 1, R_, REGION_COMMIT);
	must_map(BASE + 5 * PAGE_SIZE, 1, RW_, 0);
	used = vm_used(&vm);
	assert_int_equal(vm_touch(&vm, BASE + PAGE_SIZE + 5, VMM_FLAG_WRITE), VM_TOUCH_OK);
	assert_true(pgtable_lookup(&vm.gs, BASE + PAGE_SIZE, &leaf));
	for (u64 i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(((char *)leaf.page)[i], 0);
	/* The page, and the tables for it. */
	assert_int_equal(vm_used(&vm) - used, 1 + 2);
	assert_true(nfree - page_count_free() >= 3);
	assert_int_equal(vm_touch(&vm, BASE + 3 * PAGE_SIZE, VMM_FLAG_READ), VM_TOUCH_OK);
	assert_int_equal(vm_used(&vm) - used, 2 + 2);
	assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_EXECUTE), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE + 4 * PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE + 5 * PAGE_SIZE, VMM_FLAG_READ), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE + 6 * PAGE_SIZE, VMM_FLAG_READ), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE - 1, VMM_FLAG_READ), VM_TOUCH_REFUSED);
	assert_int_equal(vm_used(&vm) - used, 2 + 2);
}

/* A stack grows page by page from its end, and nobody leaps over what is not there. */
static void test_growing_down(void **state)
{
	(void)state;
	must_map(BASE, 4, RW_, REGION_COMMIT | REGION_GROW_DOWN);
	assert_int_equal(vm_touch(&vm, BASE + 2 * PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE + 3 * PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_OK);
	assert_int_equal(vm_touch(&vm, BASE + PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_REFUSED);
	assert_int_equal(vm_touch(&vm, BASE + 2 * PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_OK);
	assert_int_equal(vm_touch(&vm, BASE + PAGE_SIZE, VMM_FLAG_WRITE), VM_TOUCH_OK);
	assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_WRITE), VM_TOUCH_OK);
}

static void test_touch_without_memory(void **state)
{
	(void)state;
	must_map(BASE, 4, RW_, REGION_COMMIT);
	for (unsigned int n = 0; n < 3; n++) {
		struct vm_snapshot *before = vm_snapshot(&vm);

		memory_fail(FAIL_FROM, n);
		assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_READ), VM_TOUCH_NO_MEMORY);
		assert_true(memory_fail_end());
		vm_snapshot_compare(before, &vm);
	}
	vm.limit = vm_used(&vm);
	assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_READ), VM_TOUCH_NO_MEMORY);
	vm.limit++;
	assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_READ), VM_TOUCH_OK);
}

static void test_commit_all(void **state)
{
	struct region *r = must_map(BASE + PAGE_SIZE, 1200, RW_, REGION_COMMIT);
	u64 used = vm_used(&vm);
	struct pgtable_leaf leaf;

	(void)state;
	assert_fails(commit_all(&vm, (vm.limit = used + 1199, r->base), r->npages),
		     rcQuotaExceeded);
	vm.limit = SPACE_LIMIT;
	assert_rc(commit_all(&vm, r->base, r->npages), rcOk);
	assert_int_equal(pgtable_count(&vm.gs, BASE + PAGE_SIZE, 1200), 1200);
	/* Large leaves where they fit. */
	assert_true(pgtable_lookup(&vm.gs, BASE + ((u64)2 << 20), &leaf));
	assert_int_equal(leaf.left, 2 << 20);
	assert_true(vm_used(&vm) - used < 1200 + 6);
	assert_rc(unmap_all(&vm, BASE + PAGE_SIZE, 1200), rcOk);
	assert_int_equal(vm_used(&vm), 0);
}

static void test_map_object_without_memory(void **state)
{
	struct memobj *mem = memobj_create(600);
	struct region q = { .base = BASE, .npages = 600, .prot = RW_, .ceiling = RW_, .mem = mem };
	struct region *r;

	(void)state;
	for (unsigned int n = 0;; n++) {
		struct vm_snapshot *before = vm_snapshot(&vm);
		Retcode rc;

		memory_fail(FAIL_FROM, n);
		rc = vm_map(&vm, &q, &r);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			free(before);
			break;
		}
		assert_rc(rc, rcOutOfMemory);
		vm_snapshot_compare(before, &vm);
		assert_int_equal(mem->object.refs, 1);
	}
	vm_unmap_region(&vm, r);
	vm.limit = vm_used(&vm) + 599;
	assert_fails(vm_map(&vm, &q, &r), rcQuotaExceeded);
	vm.limit = vm_used(&vm) + 600;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	memobj_put(mem);
	object_reap();
}

static void test_charges(void **state)
{
	u64 used = vm_used(&vm);

	(void)state;
	assert_rc(vm_charge(&vm, SPACE_LIMIT - used), rcOk);
	assert_rc(vm_charge(&vm, 1), rcQuotaExceeded);
	assert_rc(vm_charge(&vm, 0), rcOk);
	vm_uncharge(&vm, 10);
	assert_rc(vm_charge(&vm, 11), rcQuotaExceeded);
	assert_rc(vm_charge(&vm, ~(u64)0), rcQuotaExceeded);
	assert_rc(vm_charge(&vm, 10), rcOk);
	vm.limit = 5;
	assert_rc(vm_charge(&vm, 0), rcQuotaExceeded);
	assert_rc(vm_charge(&vm, 1), rcQuotaExceeded);
	vm_uncharge(&vm, SPACE_LIMIT - used);
	vm.limit = SPACE_LIMIT;
}

static void test_resolve(void **state)
{
	u64 left = 0;
	char *host;

	(void)state;
	must_map(BASE, 2, RW_, REGION_COMMIT);
	must_map(BASE + 2 * PAGE_SIZE, 1, R_, REGION_COMMIT);
	must_map(BASE + 3 * PAGE_SIZE, 1, RW_, 0);
	host = vm_resolve(&vm, BASE + 100, VMM_FLAG_WRITE, &left);
	assert_non_null(host);
	assert_int_equal(left, PAGE_SIZE - 100);
	*host = 'x';
	host = vm_resolve(&vm, BASE, VMM_FLAG_READ, &left);
	assert_int_equal(host[100], 'x');
	assert_null(vm_resolve(&vm, BASE, VMM_FLAG_EXECUTE, &left));
	assert_null(vm_resolve(&vm, BASE + 2 * PAGE_SIZE, VMM_FLAG_WRITE, &left));
	assert_non_null(vm_resolve(&vm, BASE + 2 * PAGE_SIZE, VMM_FLAG_READ, &left));
	assert_null(vm_resolve(&vm, BASE + 2 * PAGE_SIZE, VMM_FLAG_WRITE, &left));
	assert_null(vm_resolve(&vm, BASE + 3 * PAGE_SIZE, VMM_FLAG_READ, &left));
	assert_null(vm_resolve(&vm, 0, VMM_FLAG_READ, &left));
	/* The system window: ROMFS to read, and nothing beyond. */
	assert_ptr_equal(vm_resolve(&vm, VM_ROMFS + 5, VMM_FLAG_READ, &left), world_romfs + 5);
	assert_null(vm_resolve(&vm, VM_ROMFS, VMM_FLAG_WRITE, &left));
	assert_null(vm_resolve(&vm, VM_ROMFS + (ROMFS_PAGES << PAGE_SHIFT), VMM_FLAG_READ, &left));
	assert_non_null(vm_resolve(&vm, VM_TRAP_PAGE, VMM_FLAG_EXECUTE, &left));
	assert_null(vm_resolve(&vm, VM_TRAP_PAGE, VMM_FLAG_WRITE, &left));
	assert_string_equal(vm_resolve(&vm, VM_GSI, VMM_FLAG_READ, &left), "GSI");
	assert_null(vm_resolve(&vm, VM_GSI, VMM_FLAG_WRITE, &left));
	assert_null(vm_resolve(&vm, VM_GSI, VMM_FLAG_EXECUTE, &left));
	assert_null(vm_resolve(&vm, VM_GSI + PAGE_SIZE, VMM_FLAG_READ, &left));
	for (unsigned int bit = 40; bit < 64; bit++) {
		assert_null(vm_resolve(&vm, (gpa_t)1 << bit, VMM_FLAG_READ, &left));
		assert_null(vm_resolve(&vm, (gpa_t)1 << bit | BASE, VMM_FLAG_READ, &left));
	}
	assert_null(vm_resolve(&vm, ~(gpa_t)0, VMM_FLAG_READ, &left));
}

static void test_new_space_without_memory(void **state)
{
	u64 nfree = page_count_free();

	(void)state;
	for (unsigned int levels = 3; levels <= 4; levels++) {
		machine.gstage_levels = levels;
		for (unsigned int n = 0;; n++) {
			struct vm other = { .limit = 0 };
			Retcode rc;

			memory_fail(FAIL_FROM, n);
			rc = vm_init(&other, 10);
			if (!memory_fail_end()) {
				assert_rc(rc, rcOk);
				end_space(&other);
				break;
			}
			assert_rc(rc, rcOutOfMemory);
			assert_int_equal(page_count_free(), nfree);
			end_space(&other);
			/* The window has tables of three levels here. */
			if (levels == 4 && n == 1)
				break;
		}
		assert_int_equal(page_count_free(), nfree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_ranges_that_are_taken),
		SPACE_TEST(test_regions_are_in_order),
		SPACE_TEST(test_access_that_is_refused),
		SPACE_TEST(test_first_touch),
		SPACE_TEST(test_growing_down),
		SPACE_TEST(test_touch_without_memory),
		SPACE_TEST(test_commit_all),
		SPACE_TEST(test_map_object_without_memory),
		SPACE_TEST(test_charges),
		SPACE_TEST(test_resolve),
		SPACE_TEST(test_new_space_without_memory),
	};

	return cmocka_run_group_tests_name("vm", tests, NULL, NULL);
}
