// SPDX-License-Identifier: Apache-2.0
/* Views of memory whose pages lie anywhere are mapped where they are touched: vm_object.c. */
#include "unit.h"

#include "core/guest_copy.h"
#include "core/page.h"
#include "support/scattered.h"
#include "support/world.h"

/* A view of scattered memory at VIEW, mapped as far as that is done at once. */
static struct region *map_view(u32 prot, struct mdl **mdl)
{
	struct region q = {
		.base = VIEW, .npages = NPAGES, .prot = prot, .ceiling = RWX_, .mem = NULL
	};
	struct region *r;

	scatter(BASE, NPAGES);
	share(BASE, NPAGES, rcOk, mdl);
	q.mem = (*mdl)->mem;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	assert_in_range(pgtable_count(&vm.gs, VIEW, NPAGES), 1, NPAGES / 2);
	assert_int_equal(vm_committed(&vm, r), NPAGES);
	return r;
}

static void test_mapped_where_it_is_touched(void **state)
{
	struct mdl *mdl;
	u64 mapped, nfree;

	(void)state;
	map_view(RW_, &mdl);
	mapped = pgtable_count(&vm.gs, VIEW, NPAGES);
	/* There are tables for all of it. */
	nfree = page_count_free();
	memory_fail(FAIL_FROM, 0);
	vm.limit = 0;
	assert_int_equal(vm_touch(&vm, VIEW + PAGES(NPAGES - 1) + 8, VMM_FLAG_WRITE), VM_TOUCH_OK);
	assert_in_range(pgtable_count(&vm.gs, VIEW, NPAGES) - mapped, 2, 128);
	for (unsigned int i = 0; i < NPAGES; i++) {
		assert_ptr_equal(host(VIEW + PAGES(i)), host(BASE + PAGES(i)));
		assert_int_equal(vm_touch(&vm, VIEW + PAGES(i), VMM_FLAG_READ), VM_TOUCH_OK);
	}
	assert_false(memory_fail_end());
	vm.limit = SPACE_LIMIT;
	assert_int_equal(page_count_free(), nfree);
	assert_int_equal(pgtable_count(&vm.gs, VIEW, NPAGES), NPAGES);
	for (unsigned int i = 0; i < NPAGES; i++) {
		struct pgtable_leaf leaf;

		assert_true(pgtable_lookup(&vm.gs, VIEW + PAGES(i), &leaf));
		assert_ptr_equal(leaf.page, host(BASE + PAGES(i)));
		assert_int_equal(leaf.prot, RW_);
	}
	assert_rc(unmap_all(&vm, VIEW, NPAGES), rcOk);
	drop(mdl);
}

/* Of a part of the object, which begins and ends somewhere among what is mapped together. */
static void test_only_what_the_region_has(void **state)
{
	struct region q = { .base = VIEW + PAGES(70), .npages = 500, .prot = RW_, .mem_first = 40 };
	gpa_t end = q.base + PAGES(q.npages);
	struct region *r;
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	share(BASE, NPAGES, rcOk, &mdl);
	q.mem = mdl->mem;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	/* So that nothing of the first part that is mapped together is there at once. */
	assert_rc(unmap_all(&vm, q.base, 130), rcOk);
	q.base += PAGES(130);
	q.npages -= 130;
	for (gpa_t gpa = q.base; gpa < end; gpa += PAGE_SIZE) {
		assert_int_equal(vm_touch(&vm, gpa, VMM_FLAG_READ), VM_TOUCH_OK);
		assert_ptr_equal(host(gpa), host(gpa - VIEW - PAGES(70) + BASE + PAGES(40)));
	}
	assert_int_equal(pgtable_count(&vm.gs, VIEW, 2 * NPAGES), q.npages);
	assert_rc(unmap_all(&vm, q.base, q.npages), rcOk);
	assert_int_equal(pgtable_count(&vm.gs, VIEW, 2 * NPAGES), 0);
	drop(mdl);
}

/* What is not mapped yet has the access that its region has then, and can be shared and copied. */
static void test_change_before_it_is_touched(void **state)
{
	gpa_t last = VIEW + PAGES(NPAGES - 1);
	struct mdl *mdl, *again;
	struct pgtable_leaf leaf;
	u64 word = 7, n;

	(void)state;
	map_view(RW_, &mdl);
	assert_rc(guest_check_write(&vm, last, sizeof(word)), rcOk);
	guest_write(&vm, last, &word, sizeof(word));
	assert_int_equal(*(u64 *)host(BASE + PAGES(NPAGES - 1)), 7);
	assert_rc(vm_protect(&vm, VIEW + PAGES(100), NPAGES - 100, R_), rcOk);
	assert_int_equal(vm_touch(&vm, VIEW + PAGES(300), VMM_FLAG_WRITE), VM_TOUCH_REFUSED);
	assert_false(vm_lookup(&vm, VIEW + PAGES(300) + 16, &leaf));
	assert_true(vm_lookup_object(&vm, VIEW + PAGES(300) + 16, &leaf));
	assert_int_equal(leaf.prot, R_);
	assert_int_equal(leaf.left, PAGE_SIZE - 16);
	assert_int_equal(guest_peek(&vm, VIEW + PAGES(300), &word, sizeof(word)), sizeof(word));
	assert_int_equal(vm_touch(&vm, VIEW + PAGES(300), VMM_FLAG_READ), VM_TOUCH_OK);
	assert_true(pgtable_lookup(&vm.gs, VIEW + PAGES(300), &leaf));
	assert_int_equal(leaf.prot, R_);
	assert_rc(vm_share(&vm, VIEW + PAGES(400), 2, R_, &again), rcOk);
	assert_ptr_equal(memobj_at(again->mem, again->first, &n), host(BASE + PAGES(400)));
	assert_rc(unmap_all(&vm, VIEW, NPAGES), rcOk);
	drop(again);
	drop(mdl);
}

static void test_view_without_memory(void **state)
{
	struct region q = { .base = VIEW, .npages = NPAGES, .prot = RW_ }, *r;
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	share(BASE, NPAGES, rcOk, &mdl);
	q.mem = mdl->mem;
	/* The region, and the tables of what is mapped at once and of the rest. */
	for (unsigned int n = 0; n < 4; n++) {
		memory_fail(FAIL_FROM, n);
		assert_fails(vm_map(&vm, &q, &r), rcOutOfMemory);
		assert_true(memory_fail_end());
	}
	drop(mdl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_mapped_where_it_is_touched),
		SPACE_TEST(test_only_what_the_region_has),
		SPACE_TEST(test_change_before_it_is_touched),
		SPACE_TEST(test_view_without_memory),
	};

	return cmocka_run_group_tests_name("vm_views", tests, NULL, NULL);
}
