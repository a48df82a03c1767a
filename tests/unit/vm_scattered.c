// SPDX-License-Identifier: Apache-2.0
/* Memory whose pages lie anywhere is shared in portions: the list in vm_share.c. */
#include "unit.h"

#include "core/page.h"
#include "core/sched.h"
#include "fake/fake.h"
#include "support/scattered.h"
#include "support/world.h"

#include <stdlib.h>

static void assert_shared(const struct mdl *mdl, char *const *page)
{
	u64 n;

	assert_int_equal(mdl->npages, NPAGES);
	for (unsigned int i = 0; i < NPAGES; i++)
		assert_ptr_equal(memobj_at(mdl->mem, i, &n), page[i]);
}

static void test_shared_in_portions(void **state)
{
	const struct region *r = scatter(BASE, NPAGES);
	char *page[NPAGES];
	struct mdl *mdl;
	u64 used = vm_used(&vm);

	(void)state;
	for (unsigned int i = 0; i < NPAGES; i++)
		page[i] = host(BASE + PAGES(i));
	fake_hart.rq.work = 0;
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &mdl), VM_AGAIN);
	/* Interrupts come in between, and whoever looks sees what was there before. */
	assert_true(fake_hart.rq.work != 0);
	assert_null(r->mem);
	assert_null(mdl);
	assert_true(vm.list->npages > 100 && vm.list->npages < NPAGES / 2);
	assert_int_equal(vm.nregions, 1);
	assert_true(share(BASE, NPAGES, rcOk, &mdl) > 1);
	assert_shared(mdl, page);
	assert_ptr_equal(r->mem, mdl->mem);
	assert_int_equal(vm_used(&vm), used);
	drop(mdl);
}

/* One extent of any size is a portion. */
static void test_shared_at_once(void **state)
{
	struct mdl *mdl;

	(void)state;
	must_map(BASE, 1024, RW_, REGION_COMMIT);
	assert_rc(commit_all(&vm, BASE, 1024), rcOk);
	assert_int_equal(share(BASE, 1024, rcOk, &mdl), 1);
	drop(mdl);
}

static void test_what_is_listed_goes(void **state)
{
	struct mdl *mdl;
	u64 nfree;

	(void)state;
	scatter(BASE, NPAGES);
	must_map(BASE + PAGES(NPAGES), 1, RW_, REGION_COMMIT);
	touch(BASE + PAGES(NPAGES), 0, 1, 1);
	nfree = page_count_free() + vm.gs.ntables;
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &mdl), VM_AGAIN);
	/* What lies behind it does not matter. */
	assert_rc(unmap_all(&vm, BASE + PAGES(NPAGES), 1), rcOk);
	assert_non_null(vm.list);
	assert_rc(decommit_all(&vm, BASE + PAGES(3), 1), rcOk);
	assert_null(vm.list);
	object_reap();
	share(BASE, NPAGES, rcInvalidOperation, &mdl);
	object_reap();
	assert_int_equal(page_count_free() + vm.gs.ntables, nfree + 2);
}

/* It was one region when that began. */
static void test_what_is_listed_is_cut(void **state)
{
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &mdl), VM_AGAIN);
	assert_rc(vm_protect(&vm, BASE + PAGES(10), 1, R_), rcOk);
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &mdl), rcInvalidOperation);
	/* Who shares another part finds the list, which leads nowhere, and goes on. */
	share(BASE + PAGES(11), NPAGES - 11, rcOk, &mdl);
	assert_null(vm_find(&vm, BASE)->mem);
	drop(mdl);
}

/* Two threads: neither gives up what the other one has done, but helps, whose call it then is. */
static void test_two_at_a_time(void **state)
{
	struct mdl *first, *second;

	(void)state;
	scatter(BASE, NPAGES);
	scatter(VIEW, NPAGES);
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &first), VM_AGAIN);
	assert_in_range(share(VIEW, NPAGES, rcOk, &second), 4, 6);
	assert_int_equal(share(BASE, NPAGES, rcOk, &first), 1);
	assert_ptr_not_equal(first->mem, second->mem);
	/* By a view, and by the region. */
	assert_int_equal(first->mem->object.refs, 2);
	assert_int_equal(first->object.refs, 1);
	drop(first);
	drop(second);
}

static void test_two_in_turns(void **state)
{
	gpa_t base[2] = { BASE, VIEW };
	struct mdl *mdl[2] = { NULL, NULL };
	unsigned int calls = 0;

	(void)state;
	scatter(base[0], NPAGES);
	scatter(base[1], NPAGES);
	for (unsigned int i = 0; !mdl[0] || !mdl[1]; i = !i) {
		Retcode rc = mdl[i] ? rcOk : vm_share(&vm, base[i], NPAGES, RW_, &mdl[i]);

		assert_true(rc == rcOk || rc == VM_AGAIN);
		assert_true(++calls < 20);
	}
	drop(mdl[0]);
	drop(mdl[1]);
}

static void test_list_without_memory(void **state)
{
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	for (unsigned int n = 0;; n++) {
		struct vm_snapshot *before = vm_snapshot(&vm);
		Retcode rc;

		memory_fail(FAIL_FROM, n);
		do
			rc = vm_share(&vm, BASE, NPAGES, RW_, &mdl);
		while (rc == VM_AGAIN);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			assert_true(n > 4);
			free(before);
			break;
		}
		assert_rc(rc, rcOutOfMemory);
		assert_null(vm.list);
		object_reap();
		vm_snapshot_compare(before, &vm);
	}
	drop(mdl);
}

/* The space ends, and with it the list. */
static void test_end_in_between(void **state)
{
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	assert_rc(vm_share(&vm, BASE, NPAGES, RW_, &mdl), VM_AGAIN);
}

static void test_frozen_with_holes(void **state)
{
	const struct region *r = must_map(BASE, NPAGES, RW_, REGION_COMMIT);
	struct mdl *mdl;
	Retcode rc;
	u64 n;

	(void)state;
	assert_rc(vm_share_frozen(&vm, r, &mdl), rcOk);
	assert_null(mdl);
	touch(BASE, 0, NPAGES, 2);
	assert_int_equal(vm_committed(&vm, r), NPAGES / 2);
	do
		rc = vm_share_frozen(&vm, r, &mdl);
	while (rc == VM_AGAIN);
	assert_rc(rc, rcOk);
	for (unsigned int i = 0; i < NPAGES; i++)
		assert_int_equal(memobj_at(mdl->mem, i, &n) != NULL, i % 2 == 0);
	assert_int_equal(vm_committed(&vm, r), NPAGES / 2);
	drop(mdl);
}

/* A view of it takes tables where it is touched, as far as its space may have them. */
static void test_view_with_holes(void **state)
{
	const u64 npages = (u64)64 << 18; /* 64 GiB */
	struct region q = { .base = BASE, .npages = npages, .prot = R_, .ceiling = R_ };
	const struct region *r = must_map(BASE, npages, RW_, REGION_COMMIT);
	struct vm inspector = { .limit = 0 };
	struct region *view;
	struct mdl *mdl;
	Retcode rc;
	u64 used;

	(void)state;
	touch(BASE, 0, 400, 2);
	assert_int_equal(vm_untouched(&vm, BASE + PAGES(1)), PAGE_SIZE);
	do
		rc = vm_share_frozen(&vm, r, &mdl);
	while (rc == VM_AGAIN);
	assert_rc(rc, rcOk);
	assert_int_equal(vm_untouched(&vm, BASE + PAGES(1)), PAGE_SIZE);
	assert_int_equal(vm_untouched(&vm, BASE + PAGES(398)), 0);
	assert_int_equal(vm_untouched(&vm, BASE + PAGES(399) + 1), PAGES(npages - 399) - 1);
	assert_rc(vm_init(&inspector, 64), rcOk);
	used = vm_used(&inspector);
	q.mem = mdl->mem;
	assert_rc(vm_map(&inspector, &q, &view), rcOk);
	assert_int_equal(vm_used(&inspector), used);
	assert_int_equal(vm_touch(&inspector, BASE + PAGES(398), R_), VM_TOUCH_OK);
	assert_int_equal(vm_touch(&inspector, BASE + PAGES(npages - 1), R_), VM_TOUCH_OK);
	for (u64 at = 0; vm_touch(&inspector, BASE + PAGES(at), R_) == VM_TOUCH_OK; at += 512)
		assert_true(at < PAGES(64 * 512));
	assert_in_range(vm_used(&inspector), 64, 66);
	end_space(&inspector);
	drop(mdl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_shared_in_portions),  SPACE_TEST(test_shared_at_once),
		SPACE_TEST(test_what_is_listed_goes), SPACE_TEST(test_what_is_listed_is_cut),
		SPACE_TEST(test_two_at_a_time),       SPACE_TEST(test_two_in_turns),
		SPACE_TEST(test_list_without_memory), SPACE_TEST(test_end_in_between),
		SPACE_TEST(test_frozen_with_holes),   SPACE_TEST(test_view_with_holes),
	};

	return cmocka_run_group_tests_name("vm_scattered", tests, NULL, NULL);
}
