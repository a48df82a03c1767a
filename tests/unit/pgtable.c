// SPDX-License-Identifier: Apache-2.0
/* Second-stage tables: arch/pgtable.c. */
#include "unit.h"

#include "core/page.h"
#include "support/tables.h"
#include "support/world.h"

static void test_small_leaves(void **state)
{
	(void)state;
	for (size_t l = 0; l < ARRAY_SIZE(all_levels); l++) {
		struct pgtable pt;

		assert_true(pgtable_init(&pt, all_levels[l]));
		expect_nothing(&pt, 0x5000);
		assert_true(map_target(&pt, 0x5000, 0x3000, 3, RW_));
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
		assert_true(map_target(&pt, i << PAGE_SHIFT, 0, 1, prots[i]));
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
	assert_true(map_target(&pt, 2047 * GIB + 5 * MIB2 + 3 * PAGE_SIZE, 0, 1, RW_));
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
			assert_true(map_target(&pt, cases[i].gpa, cases[i].offset, cases[i].npages,
					       RX_));
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
		assert_true(map_target(&pt, end[l] - PAGE_SIZE, 0, 1, RW_));
		assert_true(map_target(&pt, 0, PAGE_SIZE, 1, RW_));
		expect(&pt, end[l] - PAGE_SIZE, 0, PAGE_SIZE, RW_);
		expect(&pt, 0, PAGE_SIZE, PAGE_SIZE, RW_);
		pgtable_destroy(&pt);
	}
}

static void test_what_map_has_done_without_memory_can_be_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_levels); i++) {
		struct pgtable pt;
		u64 nfree, ntables;
		unsigned int failed = 0;

		assert_true(pgtable_init(&pt, all_levels[i]));
		assert_true(map_target(&pt, GIB - MIB2, 0, 3, RW_));
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
		assert_true(map_target(&shared, VM_SYSTEM, 0x8000, 1, RX_));
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
		assert_true(map_target(&shared, VM_SYSTEM + MIB2, 0, 1, VMM_FLAG_READ));
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
	assert_true(map_target(&pt, 5 * GIB, 0, 1 << 18, RW_));
	assert_int_equal(pt.root[5], (u64)target(0) >> 12 << 10 | 0xe7);
	pgtable_destroy(&pt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_leaves),
		cmocka_unit_test(test_access_bits),
		cmocka_unit_test(test_entries_as_hardware_reads_them),
		cmocka_unit_test(test_large_leaves),
		cmocka_unit_test(test_highest_addresses),
		cmocka_unit_test(test_what_map_has_done_without_memory_can_be_undone),
		cmocka_unit_test(test_root_without_memory),
		cmocka_unit_test(test_linked_window),
		cmocka_unit_test(test_own_tables),
	};

	return cmocka_run_group_tests_name("pgtable", tests, machine_setup, machine_teardown);
}
