// SPDX-License-Identifier: Apache-2.0
/* Where regions go when nobody says, and how many there may be: core/region.c. */
#include "unit.h"

#include "core/region.h"
#include "support/space.h"
#include "support/world.h"

#define PAGES(n) ((u64)(n) << PAGE_SHIFT)
#define LARGE PAGES(512)

static void test_region_limit(void **state)
{
	struct region *r;

	(void)state;
	for (unsigned int i = 0; i < VM_REGIONS_MAX; i++)
		must_map(BASE + i * 4 * PAGE_SIZE, 3, RW_, 0);
	assert_fails(map(BASE - PAGE_SIZE, 1, RW_, 0, &r), rcQuotaExceeded);
	assert_fails(map(0, 1, RW_, 0, &r), rcQuotaExceeded);
	/* A hole would make one more; a cut at an end does not. */
	assert_fails(unmap_all(&vm, BASE + PAGE_SIZE, 1), rcQuotaExceeded);
	assert_rc(unmap_all(&vm, BASE, 1), rcOk);
	assert_rc(unmap_all(&vm, BASE + 2 * PAGE_SIZE, 1), rcOk);
	assert_int_equal(vm.nregions, VM_REGIONS_MAX);
	assert_rc(unmap_all(&vm, BASE + PAGE_SIZE, 1), rcOk);
	must_map(BASE - PAGE_SIZE, 1, RW_, 0);
}

static void test_chosen_places(void **state)
{
	gpa_t place[50];

	(void)state;
	for (unsigned int turn = 0; turn < 2; turn++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(place); i++) {
			struct region *r = must_map(0, 1 + i, RW_, i & 1 ? GUARDS : 0);

			assert_true(page_aligned(r->base));
			assert_in_range(r->base, VM_AUTO_MIN, VM_AUTO_END - 1);
			assert_true(region_end(r) <= VM_AUTO_END);
			/* The second time the same seed gives the same places. */
			if (turn)
				assert_int_equal(r->base, place[i]);
			place[i] = r->base;
		}
		/* Close together: all but the large ones in one last-level table. */
		assert_true(place[1] - place[0] < (4 << 20) || place[0] - place[1] < (4 << 20));
		while (!list_empty(&vm.regions))
			vm_unmap_region(&vm, list_first(&vm.regions, struct region, link));
		rng_seed(&vm.rng, "seed", 4);
		vm.window = 0;
	}
	rng_seed(&vm.rng, "other", 5);
	assert_int_not_equal(must_map(0, 1, RW_, 0)->base, place[0]);
}

static void test_places_run_out(void **state)
{
	u64 all = (VM_AUTO_END - VM_AUTO_MIN) >> PAGE_SHIFT;
	struct region *r;

	(void)state;
	assert_fails(map(0, all + 1, RW_, 0, &r), rcOutOfMemory);
	assert_fails(map(0, ~(u64)0 >> PAGE_SHIFT, RW_, 0, &r), rcOutOfMemory);
	/* A quarter fits three times at least, and never five times. */
	for (unsigned int i = 0; i < 5; i++) {
		Retcode rc = map(0, all / 4, RW_, 0, &r);

		if (i < 2)
			assert_rc(rc, rcOk);
		if (rc != rcOk)
			assert_rc(rc, rcOutOfMemory);
		assert_true(i < 4 || rc != rcOk);
	}
	/* What is small still finds a place. */
	must_map(0, 1, RW_, 0);
}

/* An object's place is chosen so that its large blocks get large leaves. */
static void test_places_that_suit_large_leaves(void **state)
{
	struct memobj *mem = memobj_create(1024);
	struct region q = {
		.npages = 1000, .prot = RW_, .ceiling = RW_, .mem = mem, .mem_first = 24
	};
	struct pgtable_leaf leaf;
	struct region *r;

	(void)state;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	assert_true(pgtable_lookup(&vm.gs, r->base + 600 * PAGE_SIZE, &leaf));
	assert_int_equal((r->base - (u64)mem->extents[0].start - PAGES(24)) % LARGE, 0);
	assert_true(leaf.left > PAGE_SIZE);
	vm_unmap_region(&vm, r);
	/* Also where no place at random is free. */
	must_map(vm.window = VM_AUTO_MIN, 2500, R_, 0);
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	assert_true(r->base > VM_AUTO_MIN + PAGES(2499));
	assert_int_equal((r->base - (u64)mem->extents[0].start - PAGES(24)) % LARGE, 0);
	memobj_put(mem);
	object_reap();
}

/* A gap is too small where a neighbour's guard lies in it. */
static void test_guards_are_no_place(void **state)
{
	(void)state;
	vm.window = VM_AUTO_MIN;
	must_map(VM_AUTO_MIN, 511, R_, 0);
	must_map(VM_AUTO_MIN + PAGES(514), 2, R_, GUARDS);
	assert_int_equal(must_map(0, 3, R_, 0)->base, VM_AUTO_MIN + PAGES(517));
	assert_int_equal(must_map(0, 2, R_, 0)->base, VM_AUTO_MIN + PAGES(511));
}

/* However large, nothing reaches beyond the end. */
static void test_the_last_window(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		vm.window = VM_AUTO_END - LARGE;
		assert_true(region_end(must_map(0, 300 + 50 * i, R_, 0)) <= VM_AUTO_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_region_limit),
		SPACE_TEST(test_chosen_places),
		SPACE_TEST(test_places_run_out),
		SPACE_TEST(test_places_that_suit_large_leaves),
		SPACE_TEST(test_guards_are_no_place),
		SPACE_TEST(test_the_last_window),
	};

	return cmocka_run_group_tests_name("vm_places", tests, NULL, NULL);
}
