// SPDX-License-Identifier: Apache-2.0
/* Memory objects that address spaces map: who keeps them, who pays, W^X. core/memobj.c. */
#include "unit.h"

#include "core/page.h"
#include "support/world.h"

/* Two address spaces beside the machine, for mappings. */
static struct vm vm[2];

static int vm_setup(void **state)
{
	machine_setup(state);
	for (unsigned int i = 0; i < 2; i++) {
		vm[i] = (struct vm){ .limit = 0 };
		assert_rc(vm_init(&vm[i], 2000), rcOk);
		rng_seed(&vm[i].rng, "seed", 4);
	}
	return 0;
}

static int vm_teardown(void **state)
{
	for (unsigned int i = 0; i < 2; i++)
		end_space(&vm[i]);
	return machine_teardown(state);
}

static Retcode map(struct vm *to, struct memobj *mem, u64 first, u64 npages, u32 prot,
		   struct region **r)
{
	struct region q = {
		.npages = npages, .prot = prot, .ceiling = prot, .mem = mem, .mem_first = first
	};

	return vm_map(to, &q, r);
}

static void test_lives_until_the_last_reference(void **state)
{
	/* In every order: the creation's reference, a view, a mapping, another. */
	static const unsigned int orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 0, 3, 2 },
						  { 2, 3, 0, 1 }, { 0, 2, 1, 3 }, { 1, 3, 2, 0 } };
	u64 nfree = page_count_free();

	(void)state;
	for (size_t o = 0; o < ARRAY_SIZE(orders); o++) {
		struct memobj *mem = memobj_create(20);
		struct mdl *mdl = mdl_create(mem, 0, 20, RW_);
		struct region *r[2];

		assert_rc(map(&vm[0], mem, 0, 20, RW_, &r[0]), rcOk);
		assert_rc(map(&vm[1], mem, 5, 3, RW_, &r[1]), rcOk);
		for (unsigned int i = 0; i < 4; i++) {
			assert_int_equal(mem->object.refs, 4 - i);
			assert_true(nfree - page_count_free() >= 20);
			if (orders[o][i] == 0)
				memobj_put(mem);
			else if (orders[o][i] == 1)
				object_put(&mdl->object);
			else
				vm_unmap_region(&vm[orders[o][i] - 2], r[orders[o][i] - 2]);
			object_reap();
		}
		assert_int_equal(page_count_free(), nfree);
		assert_int_equal(vm[0].used, 0);
		assert_int_equal(vm[1].used, 0);
	}
}

static void test_counts_for_its_account_and_for_who_maps(void **state)
{
	struct memobj *mem = memobj_create(10);
	struct region *own, *other;

	(void)state;
	assert_rc(vm_charge(&vm[0], 10), rcOk);
	vm_own(&vm[0], mem);
	assert_rc(map(&vm[0], mem, 0, 10, RW_, &own), rcOk);
	assert_int_equal(vm[0].used, 10);
	assert_rc(map(&vm[1], mem, 2, 4, RW_, &other), rcOk);
	assert_int_equal(vm[1].used, 4);
	memobj_put(mem);
	object_reap();
	vm_unmap_region(&vm[0], own);
	/* The other's mapping keeps it, and it counts on for who made it. */
	assert_int_equal(vm[0].used, 10);
	vm_unmap_region(&vm[1], other);
	assert_int_equal(vm[0].used, 0);
	assert_int_equal(vm[1].used, 0);
}

static void test_outlives_its_account(void **state)
{
	struct memobj *mem = memobj_create(10);
	struct region *r;

	(void)state;
	assert_rc(vm_charge(&vm[0], 10), rcOk);
	vm_own(&vm[0], mem);
	assert_rc(map(&vm[1], mem, 0, 10, RW_, &r), rcOk);
	memobj_put(mem);
	object_reap();
	end_space(&vm[0]);
	*(char *)mem->extents[0].start = 1;
	assert_null(mem->account);
	assert_int_equal(vm[1].used, 10);
	vm_unmap_region(&vm[1], r);
	assert_int_equal(vm[1].used, 0);
}

static bool breaks(struct memobj *mem, u64 first, u64 npages, u32 prot)
{
	u32 looks = 3;
	Retcode rc = memobj_check_wx(mem, first, npages, prot, NULL, &looks);

	assert_true(rc == rcOk || rc == rcSecurityDisallow);
	return rc == rcSecurityDisallow;
}

static void test_writable_xor_executable(void **state)
{
	static const struct {
		u64 first, npages;
		u32 prot;
		bool breaks;
	} cases[] = {
		{ 0, 10, VMM_FLAG_READ, false },
		{ 0, 10, RW_ | VMM_FLAG_EXECUTE, true },
		{ 7, 1, RW_ | VMM_FLAG_EXECUTE, true },
		/* Pages 2 to 4 are mapped writable, 6 and 7 executable. */
		{ 0, 2, RX_, false },
		{ 5, 5, RX_, false },
		{ 0, 3, RX_, true },
		{ 4, 1, RX_, true },
		{ 2, 3, RW_, false },
		{ 0, 6, RW_, false },
		{ 8, 2, RW_, false },
		{ 0, 7, RW_, true },
		{ 7, 3, RW_, true },
		{ 3, 1, VMM_FLAG_READ, false },
		{ 6, 1, VMM_FLAG_READ, false },
	};
	struct memobj *mem = memobj_create(10);
	struct region *w, *x;

	(void)state;
	assert_rc(map(&vm[0], mem, 2, 3, RW_, &w), rcOk);
	assert_rc(map(&vm[1], mem, 6, 2, RX_, &x), rcOk);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct region *r;
		Retcode rc;

		assert_int_equal(breaks(mem, cases[i].first, cases[i].npages, cases[i].prot),
				 cases[i].breaks);
		rc = map(&vm[0], mem, cases[i].first, cases[i].npages, cases[i].prot, &r);
		assert_rc(rc, cases[i].breaks ? rcSecurityDisallow : rcOk);
		if (rc == rcOk)
			vm_unmap_region(&vm[0], r);
		/* Who may have RWX may have it. */
		vm[1].allow_rwx = true;
		assert_rc(map(&vm[1], mem, cases[i].first, cases[i].npages, cases[i].prot, &r),
			  rcOk);
		vm_unmap_region(&vm[1], r);
		vm[1].allow_rwx = false;
	}
	vm_unmap_region(&vm[0], w);
	assert_false(breaks(mem, 2, 3, RX_));
	vm_unmap_region(&vm[1], x);
	memobj_put(mem);
	object_reap();
}

/* A part of a mapping counts like the whole. */
static void test_writable_xor_executable_after_a_split(void **state)
{
	struct memobj *mem = memobj_create(10);
	u64 done;
	struct region *r;

	(void)state;
	assert_rc(map(&vm[0], mem, 0, 10, RW_, &r), rcOk);
	assert_rc(vm_unmap(&vm[0], r->base + 4 * PAGE_SIZE, 2, &done), rcOk);
	assert_true(breaks(mem, 3, 1, RX_));
	assert_false(breaks(mem, 4, 2, RX_));
	assert_true(breaks(mem, 6, 1, RX_));
	memobj_put(mem);
	object_reap();
}

/* As many mappings as one call looks at, and once more when none is executable any more. */
static void test_looks_at_mappings(void **state)
{
	struct memobj *mem = memobj_create(10);
	struct region *x, *r;
	u32 looks = 3;

	(void)state;
	assert_rc(map(&vm[0], mem, 9, 1, RX_, &x), rcOk);
	for (unsigned int i = 0; i < 3; i++)
		assert_rc(map(&vm[0], mem, i, 1, RW_, &r), rcOk);
	assert_rc(memobj_check_wx(mem, 1, 1, RW_, NULL, &looks), rcQuotaExceeded);
	looks = 4;
	assert_rc(memobj_check_wx(mem, 1, 1, RW_, NULL, &looks), rcOk);
	assert_int_equal(looks, 0);
	assert_rc(memobj_check_wx(mem, 1, 1, RW_, NULL, &looks), rcQuotaExceeded);
	vm_unmap_region(&vm[0], x);
	looks = 3;
	assert_rc(memobj_check_wx(mem, 1, 1, RW_, NULL, &looks), rcOk);
	assert_rc(memobj_check_wx(mem, 1, 1, RW_, NULL, &looks), rcOk);
	assert_int_equal(looks, 0);
	assert_rc(map(&vm[0], mem, 9, 1, RX_, &x), rcOk);
	assert_rc(memobj_check_wx(mem, 9, 1, RW_, NULL, &looks), rcQuotaExceeded);
	looks = 4;
	assert_rc(memobj_check_wx(mem, 9, 1, RW_, NULL, &looks), rcSecurityDisallow);
	memobj_put(mem);
	object_reap();
}

#define VM_TEST(f) cmocka_unit_test_setup_teardown(f, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VM_TEST(test_lives_until_the_last_reference),
		VM_TEST(test_counts_for_its_account_and_for_who_maps),
		VM_TEST(test_outlives_its_account),
		VM_TEST(test_writable_xor_executable),
		VM_TEST(test_writable_xor_executable_after_a_split),
		VM_TEST(test_looks_at_mappings),
	};

	return cmocka_run_group_tests_name("memobj_shared", tests, NULL, NULL);
}
