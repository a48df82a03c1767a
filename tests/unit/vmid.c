// SPDX-License-Identifier: Apache-2.0
/* VMIDs and their fences: arch/vmid.c, on a hart whose fences are counted. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/vmid.h"
#include "core/vm.h"
#include "fake/fake.h"
#include "support/world.h"

#define SPACES 6u

static struct pgtable gs[SPACES];
static struct vmid_tags tags[SPACES];

static int setup(void **state)
{
	machine_setup(state);
	for (unsigned int i = 0; i < SPACES; i++) {
		if (!pgtable_init(&gs[i], 3))
			return 1;
		gs[i].tables_changed = false;
		tags[i] = (struct vmid_tags){ 0 };
	}
	/* Whatever other tests left to fence. */
	vmid_activate(&tags[0], &gs[0]);
	vmid_forget(&tags[0], &gs[0]);
	fake_hart.vmid_generation++;
	fake_hart.vmid_next = 1;
	fake_cpu = (struct fake_cpu){ .time = fake_cpu.time };
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < SPACES; i++)
		pgtable_destroy(&gs[i]);
	return machine_teardown(state);
}

static u64 activate(unsigned int i)
{
	vmid_activate(&tags[i], &gs[i]);
	assert_int_equal(csr_read(hgatp) & HGATP_PPN_MASK, (u64)gs[i].root >> 12);
	assert_int_equal(csr_read(hgatp) >> 60, 8);
	return csr_read(hgatp) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
}

static unsigned int fences(void)
{
	return fake_cpu.fence_vmid + fake_cpu.fence_page + fake_cpu.inval_page;
}

static void test_each_has_its_own(void **state)
{
	u64 vmid[SPACES];

	(void)state;
	for (unsigned int i = 0; i < SPACES; i++) {
		vmid[i] = activate(i);
		assert_int_not_equal(vmid[i], 0);
		for (unsigned int j = 0; j < i; j++)
			assert_int_not_equal(vmid[i], vmid[j]);
	}
	fake_cpu.fence_vmid = 0;
	/* Going back costs no fence. */
	for (unsigned int i = 0; i < SPACES; i++)
		assert_int_equal(activate(i), vmid[i]);
	assert_int_equal(fences(), 0);
}

/* A VMID that another had before is fenced before it is used. */
static void test_they_run_out(void **state)
{
	(void)state;
	machine.vmid_max = 2;
	for (unsigned int turn = 0; turn < 50; turn++) {
		unsigned int before = fake_cpu.fence_vmid;
		u64 old = tags[turn % 3].tag[0].hgatp, vmid = activate(turn % 3);

		assert_in_range(vmid, 1, 2);
		if (tags[turn % 3].tag[0].hgatp != old)
			assert_true(fake_cpu.fence_vmid > before || turn < 2);
	}
}

static void test_without_vmids(void **state)
{
	(void)state;
	machine.vmid_max = 0;
	for (unsigned int turn = 0; turn < 6; turn++) {
		unsigned int before = fake_cpu.fence_vmid;

		assert_int_equal(activate(turn % 2), 0);
		assert_int_equal(fake_cpu.fence_vmid, before + 1);
		/* Again the same one: nothing to do. */
		activate(turn % 2);
		assert_int_equal(fake_cpu.fence_vmid, before + 1);
	}
}

static void test_fences_of_the_current_one(void **state)
{
	u64 vmid = activate(0);
	unsigned int whole = fake_cpu.fence_vmid;

	(void)state;
	vmid_fence(&tags[0], &gs[0], 0x5000, 3);
	assert_int_equal(fake_cpu.fence_page, 3);
	assert_int_equal(fake_cpu.last_page, 0x7000);
	assert_int_equal(fake_cpu.last_vmid, vmid);
	vmid_fence(&tags[0], &gs[0], 0x5000, 1000);
	assert_int_equal(fake_cpu.fence_page, 3);
	assert_int_equal(fake_cpu.fence_vmid, whole + 1);
	/* A table went: single pages are not enough. */
	gs[0].tables_changed = true;
	vmid_fence(&tags[0], &gs[0], 0x5000, 1);
	assert_int_equal(fake_cpu.fence_vmid, whole + 2);
	machine.svinval = true;
	vmid_fence(&tags[0], &gs[0], 0x5000, 2);
	assert_int_equal(fake_cpu.inval_page, 2);
	assert_int_equal(fake_cpu.inval_fences, 2);
	assert_int_equal(fake_cpu.fence_page, 3);
}

/* Another's translations are not fenced but forgotten: it gets a new VMID. */
static void test_fences_of_another(void **state)
{
	u64 vmid = activate(0);

	(void)state;
	activate(1);
	fake_cpu.fence_vmid = 0;
	vmid_fence(&tags[0], &gs[0], 0x5000, 3);
	assert_int_equal(fences(), 0);
	assert_int_not_equal(activate(0), vmid);
	/* Who never ran has nothing to fence. */
	fake_cpu.fence_vmid = 0;
	vmid_fence(&tags[2], &gs[2], 0x5000, 3);
	assert_int_equal(fences(), 0);
}

static void test_forgotten(void **state)
{
	(void)state;
	activate(0);
	vmid_forget(&tags[0], &gs[0]);
	assert_int_equal(csr_read(hgatp), 0);
	assert_null(fake_hart.gstage);
	/* Another's end leaves the current one alone. */
	activate(1);
	activate(2);
	vmid_forget(&tags[1], &gs[1]);
	assert_ptr_equal(fake_hart.gstage, &gs[2]);
	assert_int_not_equal(csr_read(hgatp), 0);
}

static void test_new_code(void **state)
{
	(void)state;
	activate(0);
	assert_int_equal(fake_cpu.fence_i, 0);
	vmid_code_changed(&tags[0], &gs[0]);
	activate(0);
	assert_int_equal(fake_cpu.fence_i, 1);
	activate(1);
	assert_int_equal(fake_cpu.fence_i, 1);
	/* Code of the partition that goes on running. */
	vmid_code_changed(&tags[0], &gs[0]);
	vmid_fence(&tags[1], &gs[1], 0x5000, 1);
	assert_int_equal(fake_cpu.fence_i, 2);
}

#define VMID_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VMID_TEST(test_each_has_its_own),  VMID_TEST(test_they_run_out),
		VMID_TEST(test_without_vmids),     VMID_TEST(test_fences_of_the_current_one),
		VMID_TEST(test_fences_of_another), VMID_TEST(test_forgotten),
		VMID_TEST(test_new_code),
	};

	return cmocka_run_group_tests_name("vmid", tests, NULL, NULL);
}
