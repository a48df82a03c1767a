// SPDX-License-Identifier: Apache-2.0
/*
 * Memory that is not write-back: its entries in the tables, that no page has two types,
 * that caches are flushed in time, and when it is refused.
 */
#include "unit.h"

#include "core/guest_copy.h"
#include "core/page.h"
#include "core/region.h"
#include "fake/fake.h"
#include "support/space.h"
#include "support/world.h"

#include <string.h>

#define NC VMM_FLAG_WRITE_COMBINE
#define IO VMM_FLAG_CACHE_DISABLE
#define MIB2 ((gpa_t)1 << 21)
#define BLOCK 64u
#define FLUSHES ((unsigned int)(PAGE_SIZE / BLOCK)) /* of a page */
#define FREE_AT ((gpa_t)0x50000000)
#define ON_TOUCH (VMM_FLAG_RESERVE | VMM_FLAG_COMMIT)
#define AT_ONCE (VMM_FLAG_RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)

static int types_setup(void **state)
{
	int rc = space_setup(state);

	machine.memory_types = true;
	machine.cbom_block = BLOCK;
	return rc;
}

static int api_setup(void **state)
{
	int rc = world_setup(state);

	machine.memory_types = true;
	machine.cbom_block = BLOCK;
	return rc;
}

static struct pgtable_leaf leaf_at(const struct vm *space, gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_true(pgtable_lookup(&space->gs, gpa, &leaf));
	return leaf;
}

/* Bits 62 and 61 of an entry: 1 is NC, 2 is IO. */
static void test_entries(void **state)
{
	static const struct {
		u32 prot;
		u64 type;
	} cases[] = { { RW_, 0 }, { RW_ | NC, 1 }, { RW_ | IO, 2 }, { R_ | IO, 2 } };
	char *page = memory_area() + GIB;
	u64 *table;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pgtable pt;
		struct pgtable_leaf leaf;

		assert_true(pgtable_init(&pt, 3));
		assert_true(pgtable_map(&pt, 0, page, 1, cases[i].prot));
		table = (u64 *)(pt.root[0] >> 10 << 12);
		table = (u64 *)(table[0] >> 10 << 12);
		assert_int_equal(table[0] >> 54, cases[i].type << 7);
		assert_int_equal((table[0] & (((u64)1 << 54) - 1)) >> 10, (u64)page >> 12);
		assert_true(pgtable_lookup(&pt, 0, &leaf));
		assert_ptr_equal(leaf.page, page);
		assert_int_equal(leaf.prot, cases[i].prot);
		/* Another access, the same type. */
		pgtable_protect(&pt, 0, 1, R_);
		assert_int_equal(table[0] >> 54, cases[i].type << 7);
		assert_true(pgtable_lookup(&pt, 0, &leaf));
		assert_int_equal(leaf.prot, R_ | (cases[i].prot & VMM_FLAG_CACHE_MASK));
		pgtable_destroy(&pt);
	}
}

static void test_large_leaves_are_split(void **state)
{
	struct pgtable pt;

	(void)state;
	assert_true(pgtable_init(&pt, 3));
	assert_true(pgtable_map(&pt, GIB, memory_area() + GIB, 1 << 18, RW_ | NC));
	assert_true(pgtable_split(&pt, GIB + MIB2 + 3 * PAGE_SIZE));
	pgtable_protect(&pt, GIB + MIB2 + 2 * PAGE_SIZE, 1, R_);
	for (u64 page = 0; page < 2048; page++) {
		struct pgtable_leaf leaf;
		u32 prot = (page == 514 ? R_ : RW_) | NC;

		assert_true(pgtable_lookup(&pt, GIB + (page << PAGE_SHIFT), &leaf));
		assert_ptr_equal(leaf.page, memory_area() + GIB + (page << PAGE_SHIFT));
		assert_int_equal(leaf.prot, prot);
	}
	pgtable_destroy(&pt);
}

static void test_first_touch(void **state)
{
	struct pgtable_leaf leaf;

	(void)state;
	must_map(BASE, 2, RW_ | NC, REGION_COMMIT);
	must_map(BASE + MIB2, 1, RW_, REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE + MIB2, R_), VM_TOUCH_OK);
	assert_int_equal(fake_cpu.flushes, 0);
	assert_int_equal(vm_touch(&vm, BASE, R_), VM_TOUCH_OK);
	leaf = leaf_at(&vm, BASE);
	assert_int_equal(leaf.prot, RW_ | NC);
	/* All of it, and the zeros before the guest sees it. */
	assert_int_equal(fake_cpu.flushes, FLUSHES);
	assert_ptr_equal(fake_cpu.last_flush, (char *)leaf.page + PAGE_SIZE - BLOCK);
	assert_int_equal(fake_cpu.fences, 2);
	/* And when it goes. */
	assert_rc(unmap_all(&vm, BASE, 2), rcOk);
	assert_int_equal(fake_cpu.flushes, 2 * FLUSHES);
	assert_rc(unmap_all(&vm, BASE + MIB2, 1), rcOk);
}

/* Nothing to flush with, and by the device tree nothing to flush. */
static void test_without_caches(void **state)
{
	(void)state;
	machine.cbom_block = 0;
	must_map(BASE, 1, RW_ | IO, REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE, R_), VM_TOUCH_OK);
	assert_int_equal(fake_cpu.flushes, 0);
	assert_int_equal(fake_cpu.fences, 2);
}

static void test_commit_at_once(void **state)
{
	(void)state;
	must_map(BASE, 512 + 3, RW_ | IO, 0);
	assert_rc(commit_all(&vm, BASE, 512 + 3), rcOk);
	assert_int_equal(fake_cpu.flushes, (512 + 3) * FLUSHES);
	assert_int_equal(leaf_at(&vm, BASE).prot, RW_ | IO);
	assert_int_equal(leaf_at(&vm, BASE).left, MIB2);
	assert_int_equal(leaf_at(&vm, BASE + MIB2).prot, RW_ | IO);
	for (const u64 *word = leaf_at(&vm, BASE).page, *end = word + MIB2 / 8; word < end; word++)
		assert_int_equal(*word, 0);
	assert_rc(decommit_all(&vm, BASE, 512 + 3), rcOk);
	assert_int_equal(fake_cpu.flushes, 2 * (512 + 3) * FLUSHES);
	/* Committed anew it is of the same type. */
	assert_rc(commit_all(&vm, BASE + PAGE_SIZE, 1), rcOk);
	assert_int_equal(leaf_at(&vm, BASE + PAGE_SIZE).prot, RW_ | IO);
}

/* What a commit maps at once ends where the region does. */
static void test_commit_of_several_regions(void **state)
{
	static const u32 prots[] = { RW_ | NC, R_, RW_, RW_ | IO };

	(void)state;
	for (u64 i = 0; i < ARRAY_SIZE(prots); i++)
		must_map(BASE + i * MIB2 / 4, 128, prots[i], 0);
	assert_rc(commit_all(&vm, BASE, 512), rcOk);
	for (u64 page = 0; page < 512; page++)
		assert_int_equal(leaf_at(&vm, BASE + (page << PAGE_SHIFT)).prot, prots[page / 128]);
	assert_int_equal(fake_cpu.flushes, 256 * FLUSHES);
}

static void test_protect_keeps_the_type(void **state)
{
	(void)state;
	must_map(BASE, 4, RW_ | NC, REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE + PAGE_SIZE, R_), VM_TOUCH_OK);
	assert_rc(vm_protect(&vm, BASE + PAGE_SIZE, 2, R_), rcOk);
	assert_int_equal(vm_find(&vm, BASE + PAGE_SIZE)->prot, R_ | NC);
	assert_int_equal(leaf_at(&vm, BASE + PAGE_SIZE).prot, R_ | NC);
	/* Touched only now. */
	assert_int_equal(vm_touch(&vm, BASE + 2 * PAGE_SIZE, R_), VM_TOUCH_OK);
	assert_int_equal(leaf_at(&vm, BASE + 2 * PAGE_SIZE).prot, R_ | NC);
	assert_int_equal(vm_find(&vm, BASE + 3 * PAGE_SIZE)->prot, RW_ | NC);
}

/* A view of such pages, and a view of that, wherever they are mapped. */
static void test_one_type_for_all_mappings(void **state)
{
	struct region q = { .npages = 2, .prot = R_, .ceiling = R_ };
	struct region *second, *third;
	struct mdl *mdl, *again;
	struct vm other = { .limit = 0 };

	(void)state;
	must_map(BASE, 4, RW_ | IO, REGION_COMMIT);
	for (u64 i = 0; i < 4; i++)
		assert_int_equal(vm_touch(&vm, BASE + (i << PAGE_SHIFT), R_), VM_TOUCH_OK);
	assert_rc(vm_share(&vm, BASE + PAGE_SIZE, 2, R_, &mdl), rcOk);
	q.mem = mdl->mem;
	assert_rc(vm_init(&other, SPACE_LIMIT), rcOk);
	rng_seed(&other.rng, "x", 1);
	assert_rc(vm_map(&other, &q, &second), rcOk);
	assert_int_equal(second->prot, R_ | IO);
	assert_int_equal(leaf_at(&other, second->base).prot, R_ | IO);
	assert_rc(vm_share(&other, second->base, 1, R_, &again), rcOk);
	assert_rc(vm_map(&vm, &q, &third), rcOk);
	assert_int_equal(leaf_at(&vm, third->base + PAGE_SIZE).prot, R_ | IO);
	/* Flushed once, when nobody has it any more: the pages outlive their maker. */
	fake_cpu.flushes = 0;
	assert_rc(unmap_all(&vm, third->base, 2), rcOk);
	assert_rc(unmap_all(&vm, BASE + PAGE_SIZE, 2), rcOk);
	object_put(&mdl->object);
	object_put(&again->object);
	object_reap();
	assert_int_equal(fake_cpu.flushes, 0);
	end_space(&other);
	assert_int_equal(fake_cpu.flushes, 2 * FLUSHES);
}

/* Holes of what a frozen partition had read as zero, from a page that is everybody's. */
static void test_holes_are_write_back(void **state)
{
	struct region *r = must_map(BASE, 3, RW_ | NC, REGION_COMMIT), *view;
	struct region q = { .npages = 3, .prot = R_, .ceiling = R_ };
	struct mdl *mdl;

	(void)state;
	assert_int_equal(vm_touch(&vm, BASE + PAGE_SIZE, R_), VM_TOUCH_OK);
	assert_rc(vm_share_frozen(&vm, r, &mdl), rcOk);
	q.mem = mdl->mem;
	assert_rc(vm_map(&vm, &q, &view), rcOk);
	assert_int_equal(vm_touch(&vm, view->base, R_), VM_TOUCH_OK);
	assert_int_equal(vm_touch(&vm, view->base + PAGE_SIZE, R_), VM_TOUCH_OK);
	assert_int_equal(leaf_at(&vm, view->base).prot, R_);
	assert_int_equal(leaf_at(&vm, view->base + PAGE_SIZE).prot, R_ | NC);
	object_put(&mdl->object);
	object_reap();
}

/* The hypervisor has all memory mapped write-back: it keeps out. */
static void test_no_pointer_of_a_call(void **state)
{
	u64 left, nfree;
	char byte;

	(void)state;
	must_map(BASE, 2, RW_ | NC, REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE, R_), VM_TOUCH_OK);
	nfree = page_count_free();
	assert_null(vm_resolve(&vm, BASE, R_, &left));
	assert_null(vm_resolve(&vm, BASE + PAGE_SIZE, R_, &left));
	assert_int_equal(page_count_free(), nfree); /* not touched for it */
	assert_rc(guest_check_write(&vm, BASE, 1), rcTargetFault);
	assert_int_equal(guest_peek(&vm, BASE, &byte, 1), 0);
}

static void test_which_flags(void **state)
{
	static const struct {
		u32 flags;
		bool types;
		Retcode rc;
	} cases[] = {
		{ VMM_FLAG_WRITE_BACK, false, rcOk },
		{ VMM_FLAG_WRITE_BACK, true, rcOk },
		{ NC, false, rcUnimplemented },
		{ NC, true, rcOk },
		{ IO, false, rcUnimplemented },
		{ IO, true, rcOk },
		{ VMM_FLAG_WRITE_THROUGH, false, rcUnimplemented },
		{ VMM_FLAG_WRITE_THROUGH, true, rcUnimplemented },
		{ NC | IO, true, rcInvalidArgument },
		{ NC | VMM_FLAG_WRITE_THROUGH, true, rcInvalidArgument },
		{ VMM_FLAG_CACHE_MASK, true, rcInvalidArgument },
		{ VMM_FLAG_CACHE_MASK, false, rcInvalidArgument },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vm_snapshot *before = vm_snapshot(&world_self->vm);

		machine.memory_types = cases[i].types;
		assert_rc(
			call(FloeFnVmAllocate, FREE_AT, PAGE_SIZE, ON_TOUCH | RW_ | cases[i].flags),
			cases[i].rc);
		if (cases[i].rc == rcOk) {
			assert_int_equal(vm_find(&world_self->vm, FREE_AT)->prot,
					 RW_ | cases[i].flags);
			assert_rc(call(FloeFnVmUnmap, FREE_AT, PAGE_SIZE), rcOk);
		}
		vm_snapshot_compare(before, &world_self->vm);
	}
}

/* Nowhere else can a type be asked for. */
static void test_calls_without_cache_flags(void **state)
{
	const u64 out = OUT_AT;

	(void)state;
	assert_rc(call(FloeFnVmAllocate, FREE_AT, PAGE_SIZE, AT_ONCE | RW_ | NC), rcOk);
	assert_rc(call(FloeFnVmCommit, FREE_AT, PAGE_SIZE, 0), rcOk);
	assert_rc(call(FloeFnVmProtect, FREE_AT, PAGE_SIZE, R_ | NC), rcInvalidArgument);
	assert_rc(call(FloeFnVmCommit, FREE_AT, PAGE_SIZE, VMM_FLAG_COMMIT | NC),
		  rcInvalidArgument);
	assert_rc(call(FloeFnMdlCreate, PAGE_SIZE, RW_ | NC, out), rcInvalidArgument);
	assert_rc(call(FloeFnMdlCreateFromVm, FREE_AT, PAGE_SIZE, R_ | NC, out), rcInvalidArgument);
	assert_rc(call(FloeFnVmSegInitFromVm, out, 0, FREE_AT, PAGE_SIZE, R_ | NC),
		  rcInvalidArgument);
	assert_rc(call(FloeFnMdlCreateFromVm, FREE_AT, PAGE_SIZE, R_, out), rcOk);
	assert_rc(call(FloeFnMdlMap, load_u32(out), 0, PAGE_SIZE, 0, R_ | NC, out + 8),
		  rcInvalidArgument);
	assert_rc(call(FloeFnMdlMap, load_u32(out), 0, PAGE_SIZE, 0, R_, out + 8), rcOk);
	assert_int_equal(leaf_at(&world_self->vm, load_u64(out + 8)).prot, R_ | NC);
	/* As a source and as a target of a call. */
	assert_rc(call(FloeFnRandomGenerate, 1, FREE_AT), rcTargetFault);
	assert_rc(call(FloeFnMdlGetSize, load_u32(out), FREE_AT), rcTargetFault);
}

#define TYPES_TEST(f) cmocka_unit_test_setup_teardown(f, types_setup, space_teardown)
#define API_TEST(f) cmocka_unit_test_setup_teardown(f, api_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TYPES_TEST(test_entries),
		TYPES_TEST(test_large_leaves_are_split),
		TYPES_TEST(test_first_touch),
		TYPES_TEST(test_without_caches),
		TYPES_TEST(test_commit_at_once),
		TYPES_TEST(test_commit_of_several_regions),
		TYPES_TEST(test_protect_keeps_the_type),
		TYPES_TEST(test_one_type_for_all_mappings),
		TYPES_TEST(test_holes_are_write_back),
		TYPES_TEST(test_no_pointer_of_a_call),
		API_TEST(test_which_flags),
		API_TEST(test_calls_without_cache_flags),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
