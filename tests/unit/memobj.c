// SPDX-License-Identifier: Apache-2.0
/* Memory objects and their views: core/memobj.c. */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

static void test_pages_are_zero_and_go_back(void **state)
{
	static const u64 sizes[] = { 1, 2, 3, 7, 8, 100, 511, 513, 2000 };
	u64 nfree = page_count_free();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct memobj *mem = memobj_create(sizes[i]);
		u64 pages = 0;

		assert_non_null(mem);
		assert_int_equal(mem->npages, sizes[i]);
		for (u64 e = 0; e < mem->nextents; e++) {
			for (u64 b = 0; b < mem->extents[e].npages << PAGE_SHIFT; b += 61)
				assert_int_equal(mem->extents[e].start[b], 0);
			memset(mem->extents[e].start, 0xee, PAGE_SIZE);
			pages += mem->extents[e].npages;
		}
		assert_int_equal(pages, sizes[i]);
		memobj_put(mem);
		object_reap();
		assert_int_equal(page_count_free(), nfree);
	}
}

static void test_not_enough_memory(void **state)
{
	u64 nfree = page_count_free();
	unsigned int made_up = 0;
	bool failed;

	(void)state;
	assert_null(memobj_create(nfree + 1));
	assert_null(memobj_create(nfree));
	assert_null(memobj_create(~(u64)0 >> PAGE_SHIFT));
	object_reap();
	assert_int_equal(page_count_free(), nfree);
	for (unsigned int n = 0;; n++) {
		struct memobj *mem;

		memory_fail(FAIL_FROM, n);
		mem = memobj_create(1000);
		if (!memory_fail_end()) {
			assert_non_null(mem);
			memobj_put(mem);
			object_reap();
			break;
		}
		assert_null(mem);
		object_reap();
		assert_int_equal(page_count_free(), nfree);
	}
	/* A single large block that is not there is made up of smaller ones. */
	for (unsigned int n = 0; n < 10; n++) {
		struct memobj *mem;

		memory_fail(FAIL_ONE, n);
		mem = memobj_create(1000);
		failed = memory_fail_end();
		if (!mem)
			continue;
		made_up += failed;
		assert_int_equal(mem->npages, 1000);
		memobj_put(mem);
		object_reap();
	}
	object_reap();
	assert_true(made_up >= 3);
	assert_int_equal(page_count_free(), nfree);
}

#define SCATTERED 200u

/* Memory in pieces: every second page is somebody else's. */
static void test_scattered_memory(void **state)
{
	static void *held[1 << 13];
	u64 nfree = page_count_free(), n = 0, seen = 0;
	struct memobj *mem;

	(void)state;
	while ((held[n] = page_alloc(0)))
		n++;
	for (u64 i = 0; i < n; i++)
		if (((u64)held[i] >> PAGE_SHIFT) & 1) {
			page_free(held[i], 0);
			held[i] = NULL;
		}
	mem = memobj_create(SCATTERED);
	assert_non_null(mem);
	assert_int_equal(mem->nextents, SCATTERED);
	for (u64 page = 0; page < SCATTERED; page++) {
		u64 npages;
		const void *at = memobj_at(mem, page, &npages);

		assert_int_equal(npages, 1);
		seen += at == mem->extents[page].start;
	}
	assert_int_equal(seen, SCATTERED);
	memobj_put(mem);
	object_reap();
	for (u64 i = 0; i < n; i++)
		if (held[i])
			page_free(held[i], 0);
	assert_int_equal(page_count_free(), nfree);
}

static void test_append_joins_what_is_contiguous(void **state)
{
	struct memobj *mem = memobj_create_empty();
	char *at = memory_area() + GIB;
	u64 npages;

	(void)state;
	mem->owned = false;
	assert_true(memobj_append(mem, at, 2));
	assert_true(memobj_append(mem, at + 2 * PAGE_SIZE, 3));
	assert_int_equal(mem->nextents, 1);
	assert_true(memobj_append(mem, at + 9 * PAGE_SIZE, 1));
	assert_true(memobj_append(mem, at, 4));
	assert_int_equal(mem->nextents, 3);
	assert_int_equal(mem->npages, 10);
	assert_ptr_equal(memobj_at(mem, 4, &npages), at + 4 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	assert_ptr_equal(memobj_at(mem, 5, &npages), at + 9 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	assert_ptr_equal(memobj_at(mem, 9, &npages), at + 3 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	/* Without room for a longer list. */
	while (mem->nextents < mem->capacity)
		assert_true(memobj_append(mem, at + (20 + 2 * mem->nextents) * PAGE_SIZE, 1));
	memory_fail(FAIL_FROM, 0);
	assert_false(memobj_append(mem, at + 80 * PAGE_SIZE, 1));
	memory_fail_end();
	assert_int_equal(mem->npages, 7 + mem->capacity);
	assert_int_equal(mem->nextents, mem->capacity);
	memobj_put(mem);
	object_reap();
}

static void test_write_to_scattered_pages(void **state)
{
	struct memobj *mem = memobj_create_empty();
	char *page[4], data[3 * PAGE_SIZE];

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		page[i] = page_alloc_zero(0);
	/* Backwards, so that no two are contiguous. */
	for (unsigned int i = 4; i--;)
		assert_true(memobj_append(mem, page[i], 1));
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + 1);
	memobj_write(mem, PAGE_SIZE + 100, data, 2 * PAGE_SIZE);
	assert_int_equal(page[2][99], 0);
	assert_memory_equal(page[2] + 100, data, PAGE_SIZE - 100);
	assert_memory_equal(page[1], data + PAGE_SIZE - 100, PAGE_SIZE);
	assert_memory_equal(page[0], data + 2 * PAGE_SIZE - 100, 100);
	assert_int_equal(page[0][100], 0);
	assert_int_equal(page[3][0], 0);
	memobj_put(mem);
	object_reap();
}

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

static void test_view_without_memory(void **state)
{
	struct memobj *mem = memobj_create(1);

	(void)state;
	memory_fail(FAIL_FROM, 0);
	assert_null(mdl_create(mem, 0, 1, RW_));
	memory_fail_end();
	assert_int_equal(mem->object.refs, 1);
	memobj_put(mem);
	object_reap();
}

#define VM_TEST(f) cmocka_unit_test_setup_teardown(f, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(test_pages_are_zero_and_go_back),
		MACHINE_TEST(test_not_enough_memory),
		MACHINE_TEST(test_scattered_memory),
		MACHINE_TEST(test_append_joins_what_is_contiguous),
		MACHINE_TEST(test_write_to_scattered_pages),
		MACHINE_TEST(test_view_without_memory),
		VM_TEST(test_lives_until_the_last_reference),
		VM_TEST(test_counts_for_its_account_and_for_who_maps),
		VM_TEST(test_outlives_its_account),
		VM_TEST(test_writable_xor_executable),
		VM_TEST(test_writable_xor_executable_after_a_split),
		VM_TEST(test_looks_at_mappings),
	};

	return cmocka_run_group_tests_name("memobj", tests, NULL, NULL);
}
