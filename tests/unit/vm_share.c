// SPDX-License-Identifier: Apache-2.0
/* Sharing what a partition has mapped, and reaching into it: vm_share.c, guest_copy.c. */
#include "unit.h"

#include "core/guest_copy.h"
#include "core/page.h"
#include "fake/fake.h"
#include "support/space.h"
#include "support/world.h"

#include <stdlib.h>
#include <string.h>

static void commit(gpa_t base, u64 npages)
{
	for (u64 i = 0; i < npages; i++)
		assert_int_equal(vm_touch(&vm, base + (i << PAGE_SHIFT), R_), VM_TOUCH_OK);
}

static char *host(gpa_t gpa)
{
	struct pgtable_leaf leaf;

	assert_true(pgtable_lookup(&vm.gs, gpa, &leaf));
	return leaf.page;
}

static void drop(struct mdl *mdl)
{
	object_put(&mdl->object);
	object_reap();
}

static void test_the_same_pages(void **state)
{
	struct mdl *mdl;
	char *page[4];
	u64 used;

	(void)state;
	must_map(BASE, 10, RW_, REGION_COMMIT);
	commit(BASE, 10);
	for (unsigned int i = 0; i < 4; i++) {
		page[i] = host(BASE + (3 + i) * PAGE_SIZE);
		page[i][7] = (char)i;
	}
	used = vm_used(&vm);
	assert_rc(vm_share(&vm, BASE + 3 * PAGE_SIZE, 4, RW_, &mdl), rcOk);
	assert_int_equal(mdl->npages, 4);
	for (unsigned int i = 0; i < 4; i++) {
		u64 npages;

		assert_ptr_equal(memobj_at(mdl->mem, i, &npages), page[i]);
		assert_ptr_equal(host(BASE + (3 + i) * PAGE_SIZE), page[i]);
		assert_int_equal(page[i][7], i);
	}
	/* Pages that were charged stay charged, once. */
	assert_int_equal(vm_used(&vm), used);
	assert_int_equal(vm.nregions, 3);
	/* They stay with the view when the partition gives them up. */
	assert_rc(unmap_all(&vm, BASE, 10), rcOk);
	assert_int_equal(vm.used, 4);
	assert_int_equal(page[2][7], 2);
	drop(mdl);
	assert_int_equal(vm.used, 0);
}

static void test_share_again_and_in_part(void **state)
{
	struct mdl *first, *second;

	(void)state;
	must_map(BASE, 6, RW_, REGION_COMMIT);
	commit(BASE, 6);
	assert_rc(vm_share(&vm, BASE, 6, RW_, &first), rcOk);
	assert_rc(vm_share(&vm, BASE + 2 * PAGE_SIZE, 3, R_, &second), rcOk);
	assert_ptr_equal(first->mem, second->mem);
	assert_int_equal(second->first, 2);
	assert_int_equal(vm.nregions, 1);
	drop(first);
	drop(second);
	assert_int_equal(vm.used, 6);
}

static void test_what_cannot_be_shared(void **state)
{
	struct region q = { .npages = 2, .prot = R_, .ceiling = R_, .base = BASE + 0x100000 };
	struct region *r;
	struct mdl *mdl;

	(void)state;
	must_map(BASE, 4, RW_, REGION_COMMIT);
	commit(BASE, 3);
	must_map(BASE + 4 * PAGE_SIZE, 4, RW_, REGION_COMMIT);
	commit(BASE + 4 * PAGE_SIZE, 4);
	must_map(BASE + 9 * PAGE_SIZE, 1, RW_, REGION_COMMIT | REGION_INTERNAL);
	commit(BASE + 9 * PAGE_SIZE, 1);
	q.mem = memobj_create(2);
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	memobj_put(q.mem);
	object_reap();
	assert_fails(vm_share(&vm, BASE, 4, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, BASE + 3 * PAGE_SIZE, 1, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, BASE + 2 * PAGE_SIZE, 4, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, BASE + 8 * PAGE_SIZE, 1, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, BASE + 9 * PAGE_SIZE, 1, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, BASE - PAGE_SIZE, 2, RW_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, r->base, 2, RW_, &mdl), rcNoCapability);
	assert_fails(vm_share(&vm, r->base, 2, RX_, &mdl), rcNoCapability);
	assert_fails(vm_share(&vm, r->base, 3, R_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, VM_TRAP_PAGE, 1, R_, &mdl), rcInvalidOperation);
}

/* Who inspects may read what the process itself may only execute. */
static void test_frozen_object(void **state)
{
	struct region q = { .npages = 2, .prot = VMM_FLAG_EXECUTE, .base = BASE };
	struct region *r;
	struct mdl *mdl;

	(void)state;
	q.ceiling = q.prot;
	q.mem = memobj_create(2);
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	memobj_put(q.mem);
	object_reap();
	assert_fails(vm_share(&vm, BASE, 2, R_, &mdl), rcNoCapability);
	assert_rc(vm_share_frozen(&vm, r, &mdl), rcOk);
	assert_int_equal(mdl->prot, VMM_FLAG_READ);
	drop(mdl);
}

static void test_romfs(void **state)
{
	struct mdl *mdl;
	u64 npages;

	(void)state;
	assert_rc(vm_share(&vm, VM_ROMFS + 2 * PAGE_SIZE, 3, RX_, &mdl), rcOk);
	assert_ptr_equal(memobj_at(mdl->mem, mdl->first, &npages), world_romfs + 2 * PAGE_SIZE);
	assert_int_equal(npages, ROMFS_PAGES - 2);
	assert_int_equal(vm.used, 0);
	drop(mdl);
	assert_fails(vm_share(&vm, VM_ROMFS, ROMFS_PAGES + 1, R_, &mdl), rcInvalidOperation);
	assert_fails(vm_share(&vm, VM_ROMFS, 1, RW_, &mdl), rcNoCapability);
	assert_fails(vm_share(&vm, VM_ROMFS - PAGE_SIZE, 2, R_, &mdl), rcInvalidOperation);
	assert_rc(vm_share(&vm, VM_ROMFS, ROMFS_PAGES, R_, &mdl), rcOk);
	drop(mdl);
}

/* A region may end up split in tables and list; its pages, charges and access stay. */
static void test_share_without_memory(void **state)
{
	struct mdl *mdl;
	u64 nfree;

	(void)state;
	must_map(BASE, 1024, RW_, REGION_COMMIT);
	assert_rc(commit_all(&vm, BASE, vm_find(&vm, BASE)->npages), rcOk);
	nfree = page_count_free() + vm.gs.ntables;
	for (unsigned int n = 0;; n++) {
		Retcode rc;

		memory_fail(FAIL_FROM, n);
		rc = vm_share(&vm, BASE + 3 * PAGE_SIZE, 600, RW_, &mdl);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			assert_true(n > 4);
			break;
		}
		assert_rc(rc, rcOutOfMemory);
		assert_int_equal(page_count_free() + vm.gs.ntables, nfree);
		assert_int_equal(vm.used, 1024);
		assert_int_equal(vm.nregions, 1);
		assert_null(vm_find(&vm, BASE + 3 * PAGE_SIZE)->mem);
		assert_int_equal(pgtable_count(&vm.gs, BASE, 1024), 1024);
	}
	drop(mdl);
	assert_rc(unmap_all(&vm, BASE, 1024), rcOk);
	assert_int_equal(vm_used(&vm), 0);
}

static void test_copy_across_pages(void **state)
{
	char in[3 * PAGE_SIZE], out[3 * PAGE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)(i * 13);
	must_map(BASE, 4, RW_, REGION_COMMIT);
	/* The check commits what a touch would, so that the copy cannot fail. */
	assert_rc(guest_check_write(&vm, BASE + 10, sizeof(in)), rcOk);
	assert_int_equal(pgtable_count(&vm.gs, BASE, 4), 4);
	guest_write(&vm, BASE + 10, in, sizeof(in));
	assert_rc(guest_read(&vm, BASE + 10, out, sizeof(out)), rcOk);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(host(BASE)[9], 0);
	assert_int_equal(guest_peek(&vm, BASE + 10, out, sizeof(out)), sizeof(out));
	assert_memory_equal(in, out, sizeof(in));
}

static void test_copy_at_the_ends(void **state)
{
	char data[64] = { 0 };

	(void)state;
	must_map(BASE, 1, RW_, REGION_COMMIT);
	must_map(BASE + PAGE_SIZE, 1, R_, REGION_COMMIT);
	commit(BASE, 2);
	assert_rc(guest_check_write(&vm, BASE + PAGE_SIZE - 64, 64), rcOk);
	assert_rc(guest_check_write(&vm, BASE + PAGE_SIZE - 63, 64), rcTargetFault);
	assert_rc(guest_check_write(&vm, BASE - 1, 2), rcTargetFault);
	assert_rc(guest_check_read(&vm, BASE + 2 * PAGE_SIZE - 64, 64), rcOk);
	assert_rc(guest_check_read(&vm, BASE + 2 * PAGE_SIZE - 63, 64), rcSourceFault);
	assert_rc(guest_read(&vm, BASE + 2 * PAGE_SIZE - 63, data, 64), rcSourceFault);
	assert_rc(guest_check_read(&vm, BASE, ~(u64)0), rcSourceFault);
	assert_rc(guest_check_write(&vm, ~(u64)0 - 10, 64), rcTargetFault);
	assert_rc(guest_check_read(&vm, 0, 0), rcOk);
	assert_int_equal(guest_peek(&vm, BASE + 2 * PAGE_SIZE - 10, data, 64), 10);
	assert_int_equal(guest_peek(&vm, ~(u64)0 - 3, data, 64), 0);
}

static void test_peek_commits_nothing(void **state)
{
	char data[8];

	(void)state;
	must_map(BASE, 2, RW_, REGION_COMMIT);
	commit(BASE, 1);
	assert_int_equal(guest_peek(&vm, BASE + PAGE_SIZE - 3, data, 8), 3);
	assert_int_equal(guest_peek(&vm, BASE + PAGE_SIZE, data, 8), 0);
	assert_int_equal(pgtable_count(&vm.gs, BASE, 2), 1);
}

static void test_strings(void **state)
{
	char text[32];

	(void)state;
	must_map(BASE, 1, RW_, REGION_COMMIT);
	commit(BASE, 1);
	memset(host(BASE), 'a', PAGE_SIZE);
	host(BASE)[PAGE_SIZE - 1] = 0;
	assert_rc(guest_read_string(&vm, BASE + PAGE_SIZE - 6, text, sizeof(text)), rcOk);
	assert_string_equal(text, "aaaaa");
	assert_rc(guest_read_string(&vm, BASE + PAGE_SIZE - 32, text, 32), rcOk);
	assert_int_equal(strlen(text), 31);
	assert_rc(guest_read_string(&vm, BASE + PAGE_SIZE - 33, text, 32), rcBufferTooLarge);
	assert_rc(guest_read_string(&vm, BASE, text, 32), rcBufferTooLarge);
	host(BASE)[PAGE_SIZE - 1] = 'a';
	assert_rc(guest_read_string(&vm, BASE + PAGE_SIZE - 6, text, sizeof(text)), rcSourceFault);
	assert_rc(guest_read_string(&vm, BASE + PAGE_SIZE - 6, text, 6), rcBufferTooLarge);
	assert_rc(guest_read_string(&vm, UNMAPPED, text, sizeof(text)), rcSourceFault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPACE_TEST(test_the_same_pages),
		SPACE_TEST(test_share_again_and_in_part),
		SPACE_TEST(test_what_cannot_be_shared),
		SPACE_TEST(test_frozen_object),
		SPACE_TEST(test_romfs),
		SPACE_TEST(test_share_without_memory),
		SPACE_TEST(test_copy_across_pages),
		SPACE_TEST(test_copy_at_the_ends),
		SPACE_TEST(test_peek_commits_nothing),
		SPACE_TEST(test_strings),
	};

	return cmocka_run_group_tests_name("vm_share", tests, NULL, NULL);
}
