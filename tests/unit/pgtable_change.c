// SPDX-License-Identifier: Apache-2.0
/* Second-stage tables that change: arch/pgtable_change.c. */
#include "unit.h"

#include "core/page.h"
#include "support/tables.h"
#include "support/world.h"

static void test_split(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(map_target(&pt, 4 * GIB, 0, 1 << 18, RX_));
	assert_int_equal(pt.ntables, 0);
	/* At its end and its start there is nothing to do. */
	assert_true(pgtable_split(&pt, 4 * GIB));
	assert_true(pgtable_split(&pt, 5 * GIB));
	assert_true(pgtable_split(&pt, 9 * GIB + 4096));
	assert_int_equal(pt.ntables, 0);
	assert_true(pgtable_split(&pt, 4 * GIB + 3 * MIB2));
	assert_int_equal(pt.ntables, 1);
	expect(&pt, 4 * GIB + 3 * MIB2, 3 * MIB2, MIB2, RX_);
	assert_true(pgtable_split(&pt, 4 * GIB + 3 * MIB2 + 7 * PAGE_SIZE));
	assert_int_equal(pt.ntables, 2);
	expect(&pt, 4 * GIB + 3 * MIB2 + 7 * PAGE_SIZE + 5, 3 * MIB2 + 7 * PAGE_SIZE + 5,
	       PAGE_SIZE - 5, RX_);
	expect(&pt, 4 * GIB + 4 * MIB2, 4 * MIB2, MIB2, RX_);
	expect(&pt, 5 * GIB - 1, GIB - 1, 1, RX_);
	assert_int_equal(pgtable_count(&pt, 4 * GIB, 1 << 18), 1 << 18);
	pgtable_destroy(&pt);
}

struct released {
	char *block[8];
	unsigned int order[8], count;
};

static void release(void *block, unsigned int order, void *context)
{
	struct released *r = context;

	r->block[r->count] = block;
	r->order[r->count++] = order;
}

static void test_unmap_hands_out_blocks(void **state)
{
	struct released r = { .count = 0 };
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(map_target(&pt, MIB2 - PAGE_SIZE, MIB2 - PAGE_SIZE, 1, RW_));
	assert_true(map_target(&pt, MIB2, MIB2, 512, RW_));
	assert_true(map_target(&pt, 2 * MIB2 + PAGE_SIZE, 0x7000, 1, RW_));
	assert_int_equal(pgtable_unmap(&pt, MIB2 - PAGE_SIZE, 1 + 512 + 100, release, &r), 514);
	assert_int_equal(r.count, 3);
	assert_ptr_equal(r.block[0], target(MIB2 - PAGE_SIZE));
	assert_int_equal(r.order[0], 0);
	assert_ptr_equal(r.block[1], target(MIB2));
	assert_int_equal(r.order[1], 9);
	assert_ptr_equal(r.block[2], target(0x7000));
	assert_int_equal(r.order[2], 0);
	assert_int_equal(pt.ntables, 0);
	pgtable_destroy(&pt);
}

/* Tables that others still need stay. */
static void test_unmap_keeps_what_is_used(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 4));
	assert_true(map_target(&pt, 0, 0, 1, RW_));
	assert_true(map_target(&pt, PAGE_SIZE, PAGE_SIZE, 1, RW_));
	assert_true(map_target(&pt, GIB, 0x9000, 1, RW_));
	assert_int_equal(pt.ntables, 5);
	assert_int_equal(pgtable_unmap(&pt, 0, 1, NULL, NULL), 1);
	assert_int_equal(pt.ntables, 5);
	expect(&pt, PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, RW_);
	assert_int_equal(pgtable_unmap(&pt, PAGE_SIZE, 1, NULL, NULL), 1);
	assert_int_equal(pt.ntables, 3);
	expect(&pt, GIB, 0x9000, PAGE_SIZE, RW_);
	assert_int_equal(pgtable_unmap(&pt, 0, 1 << 20, NULL, NULL), 1);
	assert_int_equal(pt.ntables, 0);
	pgtable_destroy(&pt);
}

static void test_split_without_memory(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(map_target(&pt, GIB, 0, 1 << 18, RX_));
	for (unsigned int n = 0; n < 2; n++) {
		memory_fail(FAIL_FROM, n);
		assert_false(pgtable_split(&pt, GIB + PAGE_SIZE));
		assert_true(memory_fail_end());
		/* Still all there, in whatever leaves. */
		assert_int_equal(pgtable_count(&pt, GIB, 1 << 18), 1 << 18);
	}
	pgtable_destroy(&pt);
}

/* Random changes against an array of what is mapped where. */
#define WINDOW 2048u /* pages: four tables */

static u64 model[WINDOW]; /* offset + 1, 0: nothing */

static void random_step(struct pgtable *pt, gpa_t base, u64 *random)
{
	u64 first = test_random(random) % WINDOW;
	u64 n = 1 + test_random(random) % (WINDOW - first);
	bool aligned = test_random(random) & 1, busy = false;
	u64 offset = aligned ? first << PAGE_SHIFT : (test_random(random) % 512) << PAGE_SHIFT;

	for (u64 i = first; i < first + n; i++)
		busy |= model[i] != 0;
	if (!busy) {
		assert_true(map_target(pt, base + (first << PAGE_SHIFT), offset, n, RW_));
		for (u64 i = 0; i < n; i++)
			model[first + i] = offset + (i << PAGE_SHIFT) + 1;
		return;
	}
	n = 1 + n % 600;
	n = min_u64(n, WINDOW - first);
	assert_true(pgtable_split(pt, base + (first << PAGE_SHIFT)));
	assert_true(pgtable_split(pt, base + ((first + n) << PAGE_SHIFT)));
	pgtable_unmap(pt, base + (first << PAGE_SHIFT), n, NULL, NULL);
	for (u64 i = first; i < first + n; i++)
		model[i] = 0;
}

/* Runs cover a range, none is empty, and single pages that follow one another are one. */
static void check_runs(const struct pgtable *pt, gpa_t base, u64 first)
{
	bool small = false;
	void *before = NULL;

	for (u64 n; first < WINDOW; first += n) {
		void *page;

		n = pgtable_run(pt, base + (first << PAGE_SHIFT), WINDOW - first, &page);
		assert_true(n > 0 && n <= WINDOW - first);
		for (u64 i = 0; i < n; i++)
			if (page)
				assert_int_equal(model[first + i], (char *)page - target(0) +
									   (i64)(i << PAGE_SHIFT) +
									   1);
			else
				assert_int_equal(model[first + i], 0);
		/* But for the end of a table. */
		assert_false(small && page == before && ((base >> PAGE_SHIFT) + first) % 512);
		small = n % 512;
		before = page ? (char *)page + (n << PAGE_SHIFT) : NULL;
	}
}

static void test_random_against_model(void **state)
{
	u64 random = TEST_SEED, nfree = page_count_free();

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		gpa_t base = 7 * GIB - 2 * MIB2;
		struct pgtable pt;

		for (u64 i = 0; i < WINDOW; i++)
			model[i] = 0;
		assert_true(pgtable_init(&pt, all_levels[l]));
		for (unsigned int turn = 0; turn < 300; turn++) {
			u64 mapped = 0;

			random_step(&pt, base, &random);
			for (u64 i = 0; i < WINDOW; i++) {
				struct pgtable_leaf leaf;
				bool there = pgtable_lookup(&pt, base + (i << PAGE_SHIFT), &leaf);

				assert_int_equal(there, model[i] != 0);
				if (there)
					assert_ptr_equal(leaf.page, target(model[i] - 1));
				mapped += there;
			}
			assert_int_equal(pgtable_count(&pt, base, WINDOW), mapped);
			check_runs(&pt, base, test_random(&random) % WINDOW);
		}
		assert_true(pgtable_split(&pt, base));
		pgtable_unmap(&pt, base, WINDOW, NULL, NULL);
		assert_int_equal(pt.ntables, 0);
		pgtable_destroy(&pt);
		assert_int_equal(page_count_free(), nfree);
	}
}

/* Tables and roots come back zero: they are given out again as they are. */
static void test_tables_come_back_zero(void **state)
{
	u64 nfree = page_count_free();

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		struct pgtable pt;
		void *block[2][4];

		assert_true(pgtable_init(&pt, all_levels[l]));
		assert_true(map_target(&pt, 0x5000, 0x3000, 3, RW_));
		assert_true(map_target(&pt, GIB - MIB2, 0, 3 << 9, RW_));
		assert_true(map_target(&pt, 8 * GIB, 0, 1 << 18, RW_));
		pgtable_unmap(&pt, 0x5000, 3, NULL, NULL);
		pgtable_destroy(&pt);
		assert_int_equal(page_count_free(), nfree);
		for (unsigned int i = 0; i < 8; i++) {
			unsigned int order = i / 4 * 2;
			u64 *word = block[i / 4][i % 4] = page_alloc_zero(order);

			for (u64 n = 0; n < (PAGE_SIZE << order) / sizeof(u64); n++)
				assert_int_equal(word[n], 0);
		}
		for (unsigned int i = 0; i < 8; i++)
			page_free(block[i / 4][i % 4], i / 4 * 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_unmap_hands_out_blocks),
		cmocka_unit_test(test_unmap_keeps_what_is_used),
		cmocka_unit_test(test_split_without_memory),
		cmocka_unit_test(test_random_against_model),
		cmocka_unit_test(test_tables_come_back_zero),
	};

	return cmocka_run_group_tests_name("pgtable_change", tests, machine_setup,
					   machine_teardown);
}
