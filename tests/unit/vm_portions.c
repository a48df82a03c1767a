// SPDX-License-Identifier: Apache-2.0
/* Changes of memory that are made in portions: what is done in between, and where memory ends. */
#include "unit.h"

#include "core/page.h"
#include "core/region.h"
#include "support/space.h"
#include "support/world.h"

#define PAGES(n) ((u64)(n) << PAGE_SHIFT)

/* Commits until all is done or a call fails; *at is where that was. */
static Retcode commit_from(gpa_t base, u64 npages, u64 *at)
{
	u64 done;
	Retcode rc;

	for (*at = 0; *at < npages; *at += done) {
		rc = vm_commit_now(&vm, base + PAGES(*at), npages - *at, &done);
		if (rc != rcOk)
			return rc;
		assert_true(done <= PAGE_LARGE);
	}
	return rcOk;
}

static void must_commit(gpa_t base, u64 npages)
{
	u64 at;

	assert_rc(commit_from(base, npages, &at), rcOk);
	assert_int_equal(pgtable_count(&vm.gs, base, npages), npages);
}

static void assert_zero(gpa_t base, u64 npages)
{
	struct pgtable_leaf leaf;

	for (u64 i = 0; i < npages; i++) {
		assert_true(pgtable_lookup(&vm.gs, base + PAGES(i), &leaf));
		for (u64 word = 0; word < PAGE_SIZE / 8; word++)
			assert_int_equal(((u64 *)leaf.page)[word], 0);
	}
}

static void test_commit(void **state)
{
	struct pgtable_leaf leaf;
	u64 calls = 0, done, at;

	(void)state;
	must_map(BASE + PAGES(5), 1200, RW_, 0);
	for (at = 0; at < 1200; at += done, calls++) {
		assert_rc(vm_commit_now(&vm, BASE + PAGES(5 + at), 1200 - at, &done), rcOk);
		/* A block of 512 is zeroed first, for nobody yet. */
		assert_true(done <= PAGE_PORTION || (done == PAGE_LARGE && at == 507));
		assert_int_equal(pgtable_count(&vm.gs, BASE + PAGES(5), 1200), at + done);
		assert_int_equal(vm.used, at + done);
		assert_int_equal(vm.nregions, 1);
		assert_true(vm_find(&vm, BASE + PAGES(5))->flags & REGION_COMMIT);
	}
	assert_int_equal(calls, 8 + (8 + 1) + 3);
	assert_true(pgtable_lookup(&vm.gs, BASE + PAGES(512), &leaf));
	assert_int_equal(leaf.left, 2 << 20);
	assert_zero(BASE + PAGES(5), 1200);
	/* What is there is passed over by the table. */
	assert_rc(vm_commit_now(&vm, BASE + PAGES(5), 1200, &done), rcOk);
	assert_int_equal(done, 507);
	assert_rc(vm_commit_now(&vm, BASE + PAGES(512), 693, &done), rcOk);
	assert_int_equal(done, 512);
	assert_int_equal(vm.used, 1200);
}

static void test_commit_keeps_what_is_there(void **state)
{
	struct pgtable_leaf leaf;

	(void)state;
	must_map(BASE, 600, RW_, REGION_COMMIT);
	for (u64 i = 3; i < 600; i += 70) {
		assert_int_equal(vm_touch(&vm, BASE + PAGES(i), VMM_FLAG_WRITE), VM_TOUCH_OK);
		assert_true(pgtable_lookup(&vm.gs, BASE + PAGES(i), &leaf));
		*(u64 *)leaf.page = i;
	}
	must_commit(BASE, 600);
	for (u64 i = 3; i < 600; i += 70) {
		assert_true(pgtable_lookup(&vm.gs, BASE + PAGES(i), &leaf));
		assert_int_equal(*(u64 *)leaf.page, i);
	}
	assert_int_equal(vm.used, 600);
	assert_int_equal(vm.nregions, 1);
}

/* Two regions, and only a part of the second: it is split once. */
static void test_commit_of_parts(void **state)
{
	(void)state;
	must_map(BASE, 100, RW_, 0);
	must_map(BASE + PAGES(100), 300, R_, 0);
	must_commit(BASE + PAGES(10), 290);
	assert_int_equal(vm.nregions, 4);
	assert_false(vm_find(&vm, BASE)->flags & REGION_COMMIT);
	assert_false(vm_find(&vm, BASE + PAGES(300))->flags & REGION_COMMIT);
	assert_int_equal(vm_find(&vm, BASE + PAGES(100))->npages, 200);
}

/* What cannot be had as a whole is refused before anything is changed. */
static void test_too_much(void **state)
{
	u64 done, at;

	(void)state;
	must_map(BASE, 1200, RW_, 0);
	vm.limit = vm_used(&vm) + 1199;
	assert_fails(vm_commit_now(&vm, BASE, 1200, &done), rcQuotaExceeded);
	vm.limit = 2 * POOL_PAGES;
	must_map(BASE + PAGES(1200), POOL_PAGES, RW_, 0);
	assert_fails(vm_commit_now(&vm, BASE, 1200 + POOL_PAGES, &done), rcOutOfMemory);
	assert_fails(vm_commit_now(&vm, BASE - PAGES(1), 1200, &done), rcInvalidOperation);
	assert_fails(vm_commit_now(&vm, BASE, 1201 + POOL_PAGES, &done), rcInvalidOperation);
	assert_rc(commit_from(BASE, 1200, &at), rcOk);
}

/* Others take the memory meanwhile: what was done stays, and all can be taken back. */
static void test_memory_ends_in_the_middle(void **state)
{
	u64 failed = 0;

	(void)state;
	for (unsigned int n = 0;; n++) {
		u64 at, nfree = page_count_free();
		Retcode rc;

		must_map(BASE + PAGES(30), 1100, RW_, 0);
		memory_fail(FAIL_FROM, n);
		rc = commit_from(BASE + PAGES(30), 1100, &at);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			break;
		}
		failed++;
		assert_rc(rc, rcOutOfMemory);
		assert_int_equal(pgtable_count(&vm.gs, BASE + PAGES(30), 1100), at);
		assert_int_equal(vm.used, at);
		assert_int_equal(vm.nregions, 1);
		/* It goes on where it was, or all of it goes. */
		if (n % 2)
			must_commit(BASE + PAGES(30), 1100);
		assert_rc(unmap_all(&vm, BASE + PAGES(30), 1100), rcOk);
		assert_int_equal(vm.used, 0);
		assert_int_equal(vm.nregions, 0);
		assert_int_equal(page_count_free(), nfree);
	}
	assert_true(failed > 100);
}

/* The block that is being zeroed is free memory, for whoever needs it. */
static void test_prepared_block(void **state)
{
	u64 nfree = page_count_free(), n = 0, at;
	void *last = NULL, *page;

	(void)state;
	assert_int_equal(page_prepare_large(), 0);
	assert_int_equal(page_count_free(), nfree);
	while ((page = page_alloc(0))) {
		*(void **)page = last;
		last = page;
		n++;
	}
	assert_int_equal(n, nfree);
	assert_int_equal(page_prepare_large(), PAGE_PORTION);
	for (; last; last = page) {
		page = *(void **)last;
		page_free(last, 0);
	}
	assert_int_equal(page_count_free(), nfree);
	/* And it is zero, whatever it was meanwhile. */
	assert_int_equal(page_prepare_large(), 0);
	must_map(BASE, 1024, RW_, 0);
	assert_rc(commit_from(BASE, 1024, &at), rcOk);
	assert_zero(BASE, 1024);
}

/* The space ends in the middle of each: the teardown counts the pages. */
static void test_ends_in_between(void **state)
{
	u64 done;

	(void)state;
	must_map(BASE + PAGES(500), 700, RW_, REGION_LOW_GUARD);
	assert_rc(vm_commit_now(&vm, BASE + PAGES(500), 700, &done), rcOk);
	assert_int_equal(done, 12);
	for (unsigned int i = 0; i < 3; i++)
		assert_rc(vm_commit_now(&vm, BASE + PAGES(512), 688, &done), rcOk);
	must_commit(BASE + PAGES(500), 700);
	assert_rc(vm_decommit(&vm, BASE + PAGES(600), 400, &done), rcOk);
	assert_int_equal(done, 400);
	assert_rc(vm_decommit(&vm, BASE + PAGES(500), 700, &done), rcOk);
	assert_int_equal(done, 12);
}

static void test_unmap(void **state)
{
	u64 done;
	struct region *r = must_map(BASE + PAGES(500), 1300, RW_, REGION_LOW_GUARD);

	(void)state;
	must_commit(r->base, 1300);
	assert_rc(vm_unmap(&vm, BASE + PAGES(500), 1200, &done), rcOk);
	assert_int_equal(done, 12 + 512);
	/* The rest is a region, whose guard has gone, and so is what was not meant. */
	r = vm_find(&vm, BASE + PAGES(1024));
	assert_int_equal(r->base, BASE + PAGES(1024));
	assert_int_equal(r->npages, 676);
	assert_false(r->flags & REGION_LOW_GUARD);
	assert_int_equal(vm.nregions, 2);
	assert_int_equal(vm.used, 776);
	assert_null(vm_find(&vm, BASE + PAGES(1023)));
	assert_rc(vm_unmap(&vm, BASE + PAGES(1024), 676, &done), rcOk);
	assert_int_equal(done, 512);
	assert_rc(vm_unmap(&vm, BASE + PAGES(1536), 164, &done), rcOk);
	assert_int_equal(done, 164);
	assert_int_equal(vm.nregions, 1);
	assert_int_equal(vm.used, 100);
	/* What holds nothing goes at once. */
	must_map(BASE + PAGES(1 << 20), 1 << 18, RW_, 0);
	assert_rc(vm_unmap(&vm, BASE + PAGES(1 << 20), 1 << 18, &done), rcOk);
	assert_int_equal(done, 1 << 18);
}

/* Portions of a view, whose object stays in step. */
static void test_unmap_a_view(void **state)
{
	struct memobj *mem = memobj_create(600);
	struct region q = { .base = BASE + PAGES(1), .npages = 600, .prot = RW_, .mem = mem };
	struct region *r;
	u64 done, n;

	(void)state;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	assert_int_equal(vm.used, 600);
	assert_rc(vm_unmap(&vm, BASE + PAGES(1), 600, &done), rcOk);
	assert_int_equal(done, 600);
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	assert_rc(vm_unmap(&vm, BASE + PAGES(1), 511, &done), rcOk);
	r = vm_find(&vm, BASE + PAGES(512));
	assert_int_equal(r->mem_first, 511);
	assert_int_equal(mem->object.refs, 2);
	assert_ptr_equal(memobj_at(mem, r->mem_first, &n),
			 vm_resolve(&vm, r->base, VMM_FLAG_READ, &n));
	vm_unmap_region(&vm, r);
	assert_int_equal(mem->object.refs, 1);
	assert_int_equal(vm.used, 0);
	memobj_put(mem);
	object_reap();
}

static void test_decommit(void **state)
{
	u64 done;
	struct region *r = must_map(BASE, 1500, RW_, REGION_COMMIT);

	(void)state;
	must_commit(BASE, 1400);
	assert_rc(vm_decommit(&vm, BASE + PAGES(100), 1300, &done), rcOk);
	assert_int_equal(done, 412);
	assert_int_equal(vm.nregions, 3);
	assert_int_equal(vm.used, 1400 - 412);
	r = vm_find(&vm, BASE + PAGES(100));
	assert_false(r->flags & REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE + PAGES(100), VMM_FLAG_READ), VM_TOUCH_REFUSED);
	assert_rc(decommit_all(&vm, BASE + PAGES(512), 888), rcOk);
	assert_int_equal(vm.nregions, 3);
	assert_int_equal(vm.used, 100);
	/* Of what is not committed a part can be meant as well. */
	assert_rc(vm_decommit(&vm, BASE + PAGES(700), 30, &done), rcOk);
	assert_int_equal(done, 30);
	assert_int_equal(vm.nregions, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_commit),
		SPACE_TEST(test_commit_keeps_what_is_there),
		SPACE_TEST(test_commit_of_parts),
		SPACE_TEST(test_too_much),
		SPACE_TEST(test_memory_ends_in_the_middle),
		SPACE_TEST(test_prepared_block),
		SPACE_TEST(test_ends_in_between),
		SPACE_TEST(test_unmap),
		SPACE_TEST(test_unmap_a_view),
		SPACE_TEST(test_decommit),
	};

	return cmocka_run_group_tests_name("vm_portions", tests, NULL, NULL);
}
