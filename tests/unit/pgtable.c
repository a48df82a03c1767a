// SPDX-License-Identifier: Apache-2.0
/* G-stage tables: arch/pgtable.c with 3 levels (Sv39x4) and 4 (Sv48x4). */
#include "unit.h"

#include "arch/pgtable.h"
#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

#define MIB2 ((u64)1 << 21)

static const unsigned int all_levels[] = { 3, 4 };

/* Leaves point at address space that nobody touches. */
static char *target(u64 offset)
{
	return memory_area() + GIB + offset;
}

static bool map(struct pgtable *pt, gpa_t gpa, u64 offset, u64 npages, u32 prot)
{
	return pgtable_map(pt, gpa, target(offset), npages, prot);
}

static void expect(const struct pgtable *pt, gpa_t gpa, u64 offset, u64 left, u32 prot)
{
	struct pgtable_leaf leaf;

	assert_true(pgtable_lookup(pt, gpa, &leaf));
	assert_ptr_equal(leaf.page, target(offset));
	assert_int_equal(leaf.left, left);
	assert_int_equal(leaf.prot, prot);
}

static void expect_nothing(const struct pgtable *pt, gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_false(pgtable_lookup(pt, gpa, &leaf));
}

static void test_small_leaves(void **state)
{
	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		struct pgtable pt;

		assert_true(pgtable_init(&pt, all_levels[l]));
		expect_nothing(&pt, 0x5000);
		assert_true(map(&pt, 0x5000, 0x3000, 3, RW_));
		assert_int_equal(pt.ntables, all_levels[l] - 1);
		expect(&pt, 0x5000, 0x3000, PAGE_SIZE, RW_);
		expect(&pt, 0x6123, 0x4123, PAGE_SIZE - 0x123, RW_);
		expect(&pt, 0x7fff, 0x5fff, 1, RW_);
		expect_nothing(&pt, 0x4fff);
		expect_nothing(&pt, 0x8000);
		pgtable_destroy(&pt);
	}
}

static void test_access_bits(void **state)
{
	static const u32 prots[] = { VMM_FLAG_READ, RW_, RX_, RWX_, VMM_FLAG_EXECUTE };
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	for (size_t i = 0; i < ARRAY_SIZE(prots); i++) {
		assert_true(map(&pt, i << PAGE_SHIFT, 0, 1, prots[i]));
		expect(&pt, i << PAGE_SHIFT, 0, PAGE_SIZE, prots[i]);
	}
	pgtable_destroy(&pt);
}

/* The entry itself, as hardware reads it: V, U, A, and D where it may be written. */
static void test_entries_as_hardware_reads_them(void **state)
{
	struct pgtable pt;
	u64 *table;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_int_equal((u64)pt.root & (4 * PAGE_SIZE - 1), 0);
	assert_true(map(&pt, 2047 * GIB + 5 * MIB2 + 3 * PAGE_SIZE, 0, 1, RW_));
	assert_int_equal(pt.root[2047] & 0x3ff, 1);
	table = (u64 *)(pt.root[2047] >> 10 << 12);
	assert_int_equal(table[5] & 0x3ff, 1);
	table = (u64 *)(table[5] >> 10 << 12);
	assert_int_equal(table[3], (u64)target(0) >> 12 << 10 | 0xd7);
	pgtable_map(&pt, 2047 * GIB + 5 * MIB2, target(0), 1, RX_);
	assert_int_equal(table[0], (u64)target(0) >> 12 << 10 | 0x5b);
	pgtable_destroy(&pt);
}

static void test_large_leaves(void **state)
{
	static const struct {
		gpa_t gpa;
		u64 offset, npages;
		u64 left;      /* in the leaf at gpa */
		u64 last_left; /* in the leaf of the last page */
	} cases[] = {
		{ 4 * MIB2, 0, 512, MIB2, PAGE_SIZE },
		{ 4 * MIB2, PAGE_SIZE, 512, PAGE_SIZE, PAGE_SIZE },
		{ 4 * MIB2 + PAGE_SIZE, PAGE_SIZE, 1024, PAGE_SIZE, PAGE_SIZE },
		{ 4 * MIB2, 0, 511, PAGE_SIZE, PAGE_SIZE },
		{ 3 * GIB, 0, 1 << 18, GIB, PAGE_SIZE },
		{ 3 * GIB + MIB2, MIB2, (1 << 18) - 512, MIB2, PAGE_SIZE },
		{ 3 * GIB + MIB2, 0, (1 << 18) - 512, MIB2, PAGE_SIZE },
		{ 3 * GIB, 0, (1 << 18) - 1, MIB2, PAGE_SIZE },
	};

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++)
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			u64 end = cases[i].npages << PAGE_SHIFT;
			struct pgtable pt;

			assert_true(pgtable_init(&pt, all_levels[l]));
			assert_true(map(&pt, cases[i].gpa, cases[i].offset, cases[i].npages, RX_));
			expect(&pt, cases[i].gpa, cases[i].offset, cases[i].left, RX_);
			expect(&pt, cases[i].gpa + end - PAGE_SIZE,
			       cases[i].offset + end - PAGE_SIZE, cases[i].last_left, RX_);
			expect_nothing(&pt, cases[i].gpa - 1);
			expect_nothing(&pt, cases[i].gpa + end);
			assert_int_equal(pgtable_count(&pt, cases[i].gpa, cases[i].npages),
					 cases[i].npages);
			assert_int_equal(
				pgtable_unmap(&pt, cases[i].gpa, cases[i].npages, NULL, NULL),
				cases[i].npages);
			assert_int_equal(pt.ntables, 0);
			pgtable_destroy(&pt);
		}
}

static void test_highest_addresses(void **state)
{
	static const gpa_t end[] = { (gpa_t)1 << 41, (gpa_t)1 << 50 };

	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		struct pgtable pt;

		assert_true(pgtable_init(&pt, all_levels[l]));
		assert_true(map(&pt, end[l] - PAGE_SIZE, 0, 1, RW_));
		assert_true(map(&pt, 0, PAGE_SIZE, 1, RW_));
		expect(&pt, end[l] - PAGE_SIZE, 0, PAGE_SIZE, RW_);
		expect(&pt, 0, PAGE_SIZE, PAGE_SIZE, RW_);
		pgtable_destroy(&pt);
	}
}

static void test_split(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(map(&pt, 4 * GIB, 0, 1 << 18, RX_));
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
	assert_true(map(&pt, MIB2 - PAGE_SIZE, MIB2 - PAGE_SIZE, 1, RW_));
	assert_true(map(&pt, MIB2, MIB2, 512, RW_));
	assert_true(map(&pt, 2 * MIB2 + PAGE_SIZE, 0x7000, 1, RW_));
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
	assert_true(map(&pt, 0, 0, 1, RW_));
	assert_true(map(&pt, PAGE_SIZE, PAGE_SIZE, 1, RW_));
	assert_true(map(&pt, GIB, 0x9000, 1, RW_));
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

static void test_what_map_has_done_without_memory_can_be_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_levels); i++) {
		struct pgtable pt;
		u64 nfree, ntables;
		unsigned int failed = 0;

		assert_true(pgtable_init(&pt, all_levels[i]));
		assert_true(map(&pt, GIB - MIB2, 0, 3, RW_));
		nfree = page_count_free();
		ntables = pt.ntables;
		/* 3 GiB with odd ends: small leaves in several tables, and large ones between. */
		for (unsigned int n = 0;; n += n < 10 ? 1 : 101) {
			bool ok;

			memory_fail(FAIL_FROM, n);
			ok = pgtable_map(&pt, GIB - 3 * PAGE_SIZE, target(GIB / 2), 3 << 18, RW_);
			if (!memory_fail_end()) {
				assert_true(ok);
				break;
			}
			assert_false(ok);
			failed++;
			pgtable_unmap(&pt, GIB - 3 * PAGE_SIZE, 3 << 18, NULL, NULL);
			assert_int_equal(page_count_free(), nfree);
			assert_int_equal(pt.ntables, ntables);
			expect(&pt, GIB - MIB2 + 2 * PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE, RW_);
		}
		assert_true(failed > 3);
		pgtable_unmap(&pt, GIB - 3 * PAGE_SIZE, 3 << 18, NULL, NULL);
		assert_int_equal(page_count_free(), nfree);
		pgtable_destroy(&pt);
	}
}

static void test_split_without_memory(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(map(&pt, GIB, 0, 1 << 18, RX_));
	for (unsigned int n = 0; n < 2; n++) {
		memory_fail(FAIL_FROM, n);
		assert_false(pgtable_split(&pt, GIB + PAGE_SIZE));
		assert_true(memory_fail_end());
		/* Still all there, in whatever leaves. */
		assert_int_equal(pgtable_count(&pt, GIB, 1 << 18), 1 << 18);
	}
	pgtable_destroy(&pt);
}

static void test_root_without_memory(void **state)
{
	struct pgtable pt;

	(void)state;
	memory_fail(FAIL_FROM, 0);
	assert_false(pgtable_init(&pt, 3));
	memory_fail_end();
	pgtable_destroy(&pt);
}

static void test_linked_window(void **state)
{
	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		struct pgtable shared, pt;
		u64 nfree;

		assert_true(pgtable_init(&shared, PGTABLE_WINDOW));
		assert_true(map(&shared, VM_SYSTEM, 0x8000, 1, RX_));
		nfree = page_count_free();
		for (unsigned int n = 0;; n++) {
			bool ok;

			assert_true(pgtable_init(&pt, all_levels[l]));
			memory_fail(FAIL_FROM, n);
			ok = pgtable_link(&pt, &shared, VM_SYSTEM);
			if (!memory_fail_end()) {
				assert_true(ok);
				break;
			}
			assert_false(ok);
			pgtable_destroy(&pt);
			assert_int_equal(page_count_free(), nfree);
		}
		expect(&pt, VM_SYSTEM, 0x8000, PAGE_SIZE, RX_);
		/* What is mapped there later is seen as well: the tables are the same. */
		assert_true(map(&shared, VM_SYSTEM + MIB2, 0, 1, VMM_FLAG_READ));
		expect(&pt, VM_SYSTEM + MIB2, 0, PAGE_SIZE, VMM_FLAG_READ);
		/* Unmapping and destroying leave them alone. */
		pgtable_unmap(&pt, VM_SYSTEM - GIB, 3 << 18, NULL, NULL);
		expect(&pt, VM_SYSTEM, 0x8000, PAGE_SIZE, RX_);
		pgtable_destroy(&pt);
		expect(&shared, VM_SYSTEM, 0x8000, PAGE_SIZE, RX_);
		pgtable_destroy(&shared);
	}
}

/* The hypervisor's own tables: global, not for U-mode, a root of one page. */
static void test_own_tables(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, PGTABLE_OWN));
	assert_true(map(&pt, 5 * GIB, 0, 1 << 18, RW_));
	assert_int_equal(pt.root[5], (u64)target(0) >> 12 << 10 | 0xe7);
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
		assert_true(map(pt, base + (first << PAGE_SHIFT), offset, n, RW_));
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
		assert_true(map(&pt, 0x5000, 0x3000, 3, RW_));
		assert_true(map(&pt, GIB - MIB2, 0, 3 << 9, RW_));
		assert_true(map(&pt, 8 * GIB, 0, 1 << 18, RW_));
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
		cmocka_unit_test(test_small_leaves),
		cmocka_unit_test(test_access_bits),
		cmocka_unit_test(test_entries_as_hardware_reads_them),
		cmocka_unit_test(test_large_leaves),
		cmocka_unit_test(test_highest_addresses),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_unmap_hands_out_blocks),
		cmocka_unit_test(test_unmap_keeps_what_is_used),
		cmocka_unit_test(test_what_map_has_done_without_memory_can_be_undone),
		cmocka_unit_test(test_split_without_memory),
		cmocka_unit_test(test_root_without_memory),
		cmocka_unit_test(test_linked_window),
		cmocka_unit_test(test_own_tables),
		cmocka_unit_test(test_random_against_model),
		cmocka_unit_test(test_tables_come_back_zero),
	};

	return cmocka_run_group_tests_name("pgtable", tests, machine_setup, machine_teardown);
}
