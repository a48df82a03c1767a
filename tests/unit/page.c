// SPDX-License-Identifier: Apache-2.0
/* The page allocator: core/page.c. */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/memory.h"

#include <string.h>

static u64 bitmap[1 << 18];

static char *at(u64 page)
{
	return memory_area() + (page << PAGE_SHIFT);
}

/* An allocator over pages [first, first + npages) of the area, all of them free. */
static void make_pool(u64 first, u64 npages)
{
	assert_true(page_bitmap_bytes(at(first), at(first + npages)) <= sizeof(bitmap));
	page_init(at(first), at(first + npages), bitmap);
	page_add_range(at(first), at(first + npages));
}

static void test_split_and_join(void **state)
{
	char *a, *b;

	(void)state;
	make_pool(0, 8);
	assert_int_equal(page_count_all(), 8);
	assert_int_equal(page_count_free(), 8);
	a = page_alloc(0);
	b = page_alloc(1);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(page_count_free(), 5);
	/* A whole is not there, the untouched half is. */
	assert_null(page_alloc(3));
	assert_non_null(page_alloc(2));
	assert_int_equal(page_count_free(), 1);
	page_free(at(4), 2);
	page_free(b, 1);
	page_free(a, 0);
	assert_int_equal(page_count_free(), 8);
	/* All joined again. */
	assert_ptr_equal(page_alloc(3), at(0));
}

static void test_pages_join_in_any_order(void **state)
{
	static const unsigned int orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 }, { 2, 0, 3, 1 }, { 0, 3, 1, 2 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		make_pool(4, 4);
		assert_ptr_equal(page_alloc(2), at(4));
		for (unsigned int n = 0; n < 4; n++) {
			assert_null(page_alloc(2));
			page_free(at(4 + orders[i][n]), 0);
		}
		assert_ptr_equal(page_alloc(2), at(4));
	}
}

static void test_block_is_freed_in_parts(void **state)
{
	(void)state;
	make_pool(0, 16);
	assert_ptr_equal(page_alloc(4), at(0));
	page_free(at(0), 3);
	page_free(at(8), 2);
	page_free(at(12), 0);
	page_free(at(13), 0);
	assert_null(page_alloc(4));
	page_free(at(14), 1);
	assert_ptr_equal(page_alloc(4), at(0));
}

static void test_exhaustion_changes_nothing(void **state)
{
	unsigned int n = 0;

	(void)state;
	make_pool(0, 37);
	while (page_alloc(0))
		n++;
	assert_int_equal(n, 37);
	assert_int_equal(page_count_free(), 0);
	for (unsigned int order = 0; order <= PAGE_MAX_ORDER; order++) {
		assert_null(page_alloc(order));
		assert_null(page_alloc_zero(order));
	}
	assert_int_equal(page_count_free(), 0);
	page_free(at(36), 0);
	assert_int_equal(page_count_free(), 1);
	assert_ptr_equal(page_alloc(0), at(36));
}

static void test_blocks_are_aligned_by_address(void **state)
{
	(void)state;
	/* A start that is aligned to nothing but a page. */
	make_pool(1021, 3000);
	for (unsigned int order = 0; order <= 11; order++) {
		void *block = page_alloc(order);

		if (order <= 10)
			assert_non_null(block);
		assert_int_equal((u64)block & ((PAGE_SIZE << order) - 1), 0);
		if (block)
			page_free(block, order);
	}
	assert_int_equal(page_count_free(), 3000);
}

static void test_largest_blocks(void **state)
{
	void *page, *block;

	(void)state;
	make_pool(0, (u64)2 << PAGE_MAX_ORDER);
	assert_ptr_not_equal(page_alloc(PAGE_MAX_ORDER), NULL);
	assert_ptr_not_equal(page_alloc(PAGE_MAX_ORDER), NULL);
	assert_null(page_alloc(0));
	page_free(at(0), PAGE_MAX_ORDER);
	page_free(at((u64)1 << PAGE_MAX_ORDER), PAGE_MAX_ORDER);
	assert_int_equal(page_count_free(), (u64)2 << PAGE_MAX_ORDER);
	/* One page is split off the whole way down, and joined the whole way up. */
	page = page_alloc(0);
	block = page_alloc(PAGE_MAX_ORDER);
	assert_non_null(block);
	assert_null(page_alloc(PAGE_MAX_ORDER));
	page_free(page, 0);
	page_free(block, PAGE_MAX_ORDER);
	/* Two of the largest are never joined. */
	assert_non_null(page_alloc(PAGE_MAX_ORDER));
	assert_non_null(page_alloc(PAGE_MAX_ORDER));
}

static void test_several_ranges(void **state)
{
	(void)state;
	page_init(at(3), at(100), bitmap);
	assert_int_equal(page_count_all(), 0);
	assert_null(page_alloc(0));
	page_add_range(at(3), at(10));
	page_add_range(at(50), at(51));
	page_add_range(at(64), at(100));
	assert_int_equal(page_count_all(), 7 + 1 + 36);
	assert_int_equal(page_count_free(), 7 + 1 + 36);
	assert_ptr_equal(page_alloc(5), at(64));
	/* The hole between ranges belongs to nobody. */
	for (char *page; (page = page_alloc(0));)
		assert_false((page >= at(10) && page < at(50)) || (page > at(50) && page < at(96)));
}

static void test_zeroed_pages(void **state)
{
	char *block;

	(void)state;
	make_pool(0, 8);
	memset(at(0), 0xa5, 8 * PAGE_SIZE);
	make_pool(0, 8);
	block = page_alloc_zero(2);
	for (u64 i = 0; i < 4 * PAGE_SIZE; i++)
		assert_int_equal(block[i], 0);
	/* And not a byte more. */
	assert_int_equal((u8)at(7)[PAGE_SIZE - 1], 0xa5);
	assert_int_equal((u8)at(5)[PAGE_SIZE / 2], 0xa5);
}

/* By cbo.zero where there is one: the same, with an instruction for each block. */
static void test_pages_zeroed_in_blocks(void **state)
{
	(void)state;
	fake_reset();
	machine.cboz_block = FAKE_ZERO_BLOCK;
	test_zeroed_pages(state);
	assert_int_equal(fake_cpu.zeroings, 4 * PAGE_SIZE / FAKE_ZERO_BLOCK);
	machine.cboz_block = 0;
	test_zeroed_pages(state);
	assert_int_equal(fake_cpu.zeroings, 4 * PAGE_SIZE / FAKE_ZERO_BLOCK);
}

/* Zero blocks that come back are given out again first, and are what cleared ones are. */
static void test_zero_blocks_come_back(void **state)
{
	(void)state;
	for (unsigned int order = 0; order < 5; order++) {
		char *block[12];

		make_pool(0, 512);
		memset(at(0), 0xa5, 512 * PAGE_SIZE);
		make_pool(0, 512);
		for (unsigned int turn = 0; turn < 3; turn++) {
			for (unsigned int i = 0; i < 12; i++) {
				block[i] = page_alloc_zero(order);
				assert_non_null(block[i]);
				for (u64 n = 0; n < PAGE_SIZE << order; n++)
					assert_int_equal(block[i][n], 0);
			}
			assert_int_equal(page_count_free(), 512 - (12 << order));
			for (unsigned int i = 0; i < 12; i++)
				page_free_zero(block[i], order);
			assert_int_equal(page_count_free(), 512);
		}
		assert_ptr_equal(page_alloc_zero(order), block[7]);
	}
}

/* What is kept zero is there for whoever needs it, in whatever size. */
static void test_zero_blocks_are_free(void **state)
{
	char *block[16];

	(void)state;
	make_pool(0, 16);
	for (unsigned int i = 0; i < 16; i++)
		block[i] = page_alloc_zero(0);
	for (unsigned int i = 0; i < 16; i++)
		page_free_zero(block[i], 0);
	assert_int_equal(page_count_free(), 16);
	assert_ptr_equal(page_alloc(4), at(0));
	assert_int_equal(page_count_free(), 0);
	assert_null(page_alloc_zero(0));
}

static void test_order_of_size(void **state)
{
	(void)state;
	assert_int_equal(page_order(1), 0);
	assert_int_equal(page_order(PAGE_SIZE), 0);
	assert_int_equal(page_order(PAGE_SIZE + 1), 1);
	assert_int_equal(page_order(2 * PAGE_SIZE), 1);
	assert_int_equal(page_order(3 * PAGE_SIZE), 2);
	assert_int_equal(page_order(GIB), PAGE_MAX_ORDER);
}

/* Random allocations against a map of who owns which page. */
#define STRESS_PAGES 1500u
#define STRESS_BLOCKS 400u

static struct {
	char *block;
	unsigned int order;
} owned[STRESS_BLOCKS];
static bool taken[STRESS_PAGES + 8];

static void take(unsigned int i, unsigned int order, u64 *nfree)
{
	owned[i].block = page_alloc(order);
	owned[i].order = order;
	if (!owned[i].block)
		return;
	*nfree -= (u64)1 << order;
	for (u64 p = 0; p < (u64)1 << order; p++) {
		u64 index = ((u64)(owned[i].block - at(5)) >> PAGE_SHIFT) + p;

		assert_true(index < STRESS_PAGES);
		assert_false(taken[index]);
		taken[index] = true;
	}
	memset(owned[i].block, 0x5a, PAGE_SIZE << order);
}

static void give(unsigned int i, u64 *nfree)
{
	for (u64 p = 0; p < (u64)1 << owned[i].order; p++)
		taken[((u64)(owned[i].block - at(5)) >> PAGE_SHIFT) + p] = false;
	page_free(owned[i].block, owned[i].order);
	*nfree += (u64)1 << owned[i].order;
	owned[i].block = NULL;
}

static void test_random_against_model(void **state)
{
	u64 random = TEST_SEED, nfree = STRESS_PAGES;

	(void)state;
	make_pool(5, STRESS_PAGES);
	for (unsigned int turn = 0; turn < 20000; turn++) {
		unsigned int i = (unsigned int)(test_random(&random) % STRESS_BLOCKS);

		if (owned[i].block)
			give(i, &nfree);
		else
			take(i, (unsigned int)(test_random(&random) % 5), &nfree);
		assert_int_equal(page_count_free(), nfree);
	}
	for (unsigned int i = 0; i < STRESS_BLOCKS; i++)
		if (owned[i].block)
			give(i, &nfree);
	assert_int_equal(page_count_free(), STRESS_PAGES);
	/* Whole again: the largest aligned block of [5, 1505) is [512, 1024). */
	assert_ptr_equal(page_alloc(9), at(512));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_and_join),
		cmocka_unit_test(test_pages_join_in_any_order),
		cmocka_unit_test(test_block_is_freed_in_parts),
		cmocka_unit_test(test_exhaustion_changes_nothing),
		cmocka_unit_test(test_blocks_are_aligned_by_address),
		cmocka_unit_test(test_largest_blocks),
		cmocka_unit_test(test_several_ranges),
		cmocka_unit_test(test_zeroed_pages),
		cmocka_unit_test(test_pages_zeroed_in_blocks),
		cmocka_unit_test(test_zero_blocks_come_back),
		cmocka_unit_test(test_zero_blocks_are_free),
		cmocka_unit_test(test_order_of_size),
		cmocka_unit_test(test_random_against_model),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
