// SPDX-License-Identifier: Apache-2.0
/* What another hart, which runs in the same address space, may still reach while that changes. */
#include "unit.h"

#include "arch/remote.h"
#include "arch/vmid.h"
#include "core/page.h"
#include "core/thread.h"
#include "fake/fake.h"
#include "support/scattered.h"
#include "support/world.h"

#define FEW 3u

static struct hart other;
static struct thread running;
static gpa_t watched;   /* where something is mapped */
static bool stopped;    /* the other hart is out of the space */
static u64 mapped_then; /* pages there when it was asked to */
static u64 nfree_then;  /* free pages then */
static struct memobj *object;

static void put_down(void)
{
	mapped_then = pgtable_count(&vm.gs, watched, FEW);
	nfree_then = page_count_free();
	stopped = true;
	fake_this_hart = &other;
	assert_true(remote_serve());
	fake_this_hart = &fake_hart;
}

static void run_other(void)
{
	stopped = false;
	watched = BASE;
	other.current = &running;
	other.gstage = &vm.gs;
	vm.tags.tag[1].generation = other.vmid_generation;
}

static int setup(void **state)
{
	space_setup(state);
	other = (struct hart){ .index = 1, .id = 1, .vmid_generation = 1 };
	running = (struct thread){ 0 };
	harts[1] = &other;
	nharts = 2;
	fake_cpu.asleep = put_down;
	object = memobj_create(FEW);
	assert_non_null(object);
	return 0;
}

static int teardown(void **state)
{
	nharts = 1;
	fake_cpu.asleep = NULL;
	memobj_put(object);
	object_reap();
	return space_teardown(state);
}

static void map_view(u32 prot, Retcode expected)
{
	struct region q = { .base = BASE, .npages = FEW, .prot = prot, .mem = object };
	struct region *r;

	assert_rc(vm_map(&vm, &q, &r), expected);
}

static void assert_stopped_before_code_came(void)
{
	assert_true(stopped);
	assert_int_equal(mapped_then, 0);
	assert_null(other.gstage);
	assert_true(other.switch_plain & SWITCH_CODE_STALE);
}

/* It may have instructions of whom the memory belonged to in its cache. */
static void test_nobody_fetches_where_code_comes(void **state)
{
	u64 done;

	(void)state;
	run_other();
	map_view(RX_, rcOk);
	assert_stopped_before_code_came();
	assert_rc(unmap_all(&vm, BASE, FEW), rcOk);
	must_map(BASE, FEW, RX_, 0);
	run_other();
	assert_rc(vm_commit_now(&vm, BASE, FEW, &done), rcOk);
	assert_stopped_before_code_came();
	assert_rc(decommit_all(&vm, BASE, FEW), rcOk);
	assert_rc(vm_commit(&vm, BASE, FEW, &done), rcOk);
	run_other();
	assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_EXECUTE), VM_TOUCH_OK);
	assert_stopped_before_code_came();
}

/* The same for what is mapped where it is touched. */
static void test_nobody_fetches_where_code_is_touched(void **state)
{
	struct region q = { .base = VIEW, .npages = NPAGES, .prot = RX_ }, *r;
	struct mdl *mdl;

	(void)state;
	scatter(BASE, NPAGES);
	assert_rc(vm_protect(&vm, BASE, NPAGES, R_), rcOk);
	share(BASE, NPAGES, rcOk, &mdl);
	q.mem = mdl->mem;
	assert_rc(vm_map(&vm, &q, &r), rcOk);
	run_other();
	watched = VIEW + PAGES(NPAGES - FEW);
	assert_int_equal(vm_touch(&vm, watched, VMM_FLAG_EXECUTE), VM_TOUCH_OK);
	assert_stopped_before_code_came();
	drop(mdl);
}

/* Data that comes does not concern it: at worst it looks again. */
static void test_nobody_is_stopped_where_data_comes(void **state)
{
	(void)state;
	run_other();
	map_view(RW_, rcOk);
	must_map(BASE + (FEW << PAGE_SHIFT), 1, RW_, REGION_COMMIT);
	assert_int_equal(vm_touch(&vm, BASE + (FEW << PAGE_SHIFT), VMM_FLAG_READ), VM_TOUCH_OK);
	assert_false(stopped);
	assert_ptr_equal(other.gstage, &vm.gs);
	assert_true(vm.tags.tag[1].generation != 0);
}

enum way {
	BY_VIEW,
	BY_COMMIT,
	BY_TOUCH,
	WAYS
};

static void fail_to_map(enum way way)
{
	u64 done;

	if (way == BY_VIEW)
		map_view(RW_, rcOutOfMemory);
	else if (way == BY_COMMIT)
		assert_rc(vm_commit_now(&vm, BASE, FEW, &done), rcOutOfMemory);
	else
		assert_int_equal(vm_touch(&vm, BASE, VMM_FLAG_WRITE), VM_TOUCH_NO_MEMORY);
}

/*
 * A hart may know the tables that were made before memory ended: they are not free,
 * for somebody else to fill, before it has forgotten them.
 */
static void test_nobody_knows_tables_that_were_in_vain(void **state)
{
	(void)state;
	for (enum way way = 0; way < WAYS; way++) {
		u64 nfree, ntables = vm.gs.ntables;

		if (way != BY_VIEW)
			must_map(BASE, FEW, RW_, way == BY_TOUCH ? REGION_COMMIT : 0);
		nfree = page_count_free();
		run_other();
		/* One table of two, and before that what else is allocated. */
		memory_fail(FAIL_FROM, 2);
		fail_to_map(way);
		assert_true(memory_fail_end());
		assert_true(stopped);
		assert_int_equal(mapped_then, 0);
		/* A commit stops it before it begins. */
		assert_true(nfree_then < nfree || way == BY_COMMIT);
		assert_int_equal(page_count_free(), nfree);
		assert_int_equal(vm.gs.ntables, ntables);
		assert_null(other.gstage);
		assert_int_equal(vm.tags.tag[1].generation, 0);
		if (way != BY_VIEW)
			assert_rc(unmap_all(&vm, BASE, FEW), rcOk);
	}
}

#define HARTS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HARTS_TEST(test_nobody_fetches_where_code_comes),
		HARTS_TEST(test_nobody_fetches_where_code_is_touched),
		HARTS_TEST(test_nobody_is_stopped_where_data_comes),
		HARTS_TEST(test_nobody_knows_tables_that_were_in_vain),
	};

	return cmocka_run_group_tests_name("vm_harts", tests, NULL, NULL);
}
