// SPDX-License-Identifier: Apache-2.0
/* What a hart has done on others, arch/remote.c, and whose registers it holds meanwhile. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/remote.h"
#include "arch/this_hart.h"
#include "fake/fake.h"
#include "support/queued.h"

static void test_stopped_from_another_hart(void **state)
{
	unsigned int before;

	(void)state;
	occupy();
	sim_be(1);
	before = fake_cpu.ipi;
	*fake_csr("sepc") = 0x1234;
	thread_init_waits(&threads[0]);
	thread_stop(&threads[0]);
	assert_null(fake_hart.current);
	assert_null(fake_hart.rq.running);
	assert_int_equal(threads[0].vcpu.pc, 0x1234);
	assert_int_equal(fake_cpu.ipi, before + 1);
	/* Again: nothing is live. */
	remote_put_down(&fake_hart);
	assert_int_equal(fake_cpu.ipi, before + 1);
}

static void first_hart_answers(void)
{
	struct hart *self = fake_this_hart;

	fake_this_hart = &fake_hart;
	assert_true(remote_serve());
	fake_this_hart = self;
}

/* A hart that stands still as long as this one does not sleep puts its vCPU down, and says so. */
static void test_stopped_while_this_one_sleeps(void **state)
{
	unsigned int before;

	(void)state;
	occupy();
	sim_be(1);
	before = fake_cpu.ipi;
	fake_cpu.asleep = first_hart_answers;
	fake_cpu.wfi = 0;
	*fake_csr("sepc") = 0x1234;
	remote_put_down(&fake_hart);
	assert_null(fake_hart.current);
	assert_int_equal(threads[0].vcpu.pc, 0x1234);
	assert_int_equal(fake_cpu.wfi, 1);
	assert_int_equal(fake_cpu.ipi, before + 2);
	/* Nothing more is asked for. */
	fake_this_hart = &fake_hart;
	assert_false(remote_serve());
}

/* Memory that goes is in no other hart's reach, and its next VMID is a new one. */
static void test_memory_is_taken_away(void **state)
{
	struct pgtable *gs = &task.vm.gs;
	struct vmid_tags *tags = &task.vm.tags;

	(void)state;
	occupy();
	assert_ptr_equal(harts[2]->gstage, gs);
	sim_be(1);
	vmid_stop_others(tags, gs);
	for (unsigned int i = 0; i < HARTS; i++) {
		assert_int_equal(harts[i]->current == NULL, i != 1);
		assert_int_equal(harts[i]->gstage == NULL, i != 1);
		assert_int_equal(tags->tag[i].generation == 0, i != 1);
	}
	/* They go on with what they did. */
	assert_ptr_equal(run(2)->hart, harts[2]);
	assert_true(tags->tag[2].generation != 0);
}

/* f registers: a vCPU that uses them gets its own, and the one behind it zeros. */
static void test_f_registers_move(void **state)
{
	(void)state;
	machine.fpu = true;
	threads[0].vcpu.used = SWITCH_F_HELD;
	start(0, ThreadSchedPolicyOther, 5);
	run(0);
	assert_ptr_equal(fake_cpu.fp_loaded, threads[0].vcpu.f);
	threads[1].affinity = 1;
	start(1, ThreadSchedPolicyOther, 5);
	sched_set_affinity(&threads[0], 1u << 1);
	assert_ptr_equal(run(0), &threads[1]);
	assert_ptr_equal(fake_cpu.fp_loaded, threads[1].vcpu.f);
	run(1);
	assert_ptr_equal(fake_cpu.fp_loaded, threads[0].vcpu.f);
	/* Zeros after zeros need no load. */
	sim_be(0);
	fake_hart.current = NULL;
	vcpu_switch(&threads[1]);
	assert_ptr_equal(fake_cpu.fp_loaded, threads[0].vcpu.f);
	/* Back where it was, after nobody who used them. */
	fake_cpu.fp_loaded = NULL;
	fake_hart.current = NULL;
	vcpu_switch(&threads[0]);
	assert_ptr_equal(fake_cpu.fp_loaded, threads[0].vcpu.f);
}

/* v registers likewise, each kind by itself. */
static void test_v_registers_move(void **state)
{
	struct vector some = { .vl = 5 }, none = { 0 };

	(void)state;
	machine.vector_bytes = sizeof(some);
	threads[0].vcpu.vector = &some;
	threads[1].vcpu.vector = &none;
	threads[0].vcpu.used = SWITCH_V_HELD;
	start(0, ThreadSchedPolicyOther, 5);
	run(0);
	assert_int_equal(fake_cpu.vl, 5);
	assert_null(fake_cpu.fp_loaded);
	/* Written to, then somebody else runs. */
	fake_cpu.vl = 6;
	csr_set(sstatus, SSTATUS_VS_DIRTY);
	threads[1].affinity = 1;
	start(1, ThreadSchedPolicyFifo, 5);
	assert_ptr_equal(run(0), &threads[1]);
	assert_int_equal(some.vl, 6);
	assert_int_equal(fake_cpu.vl, 0);
	assert_int_equal(threads[1].vcpu.used, 0);
	assert_int_equal(fake_hart.switch_plain & SWITCH_V_HELD, 0);
	assert_null(fake_cpu.fp_loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALL_HARTS_TEST(test_stopped_from_another_hart),
		ALL_HARTS_TEST(test_stopped_while_this_one_sleeps),
		ALL_HARTS_TEST(test_memory_is_taken_away),
		ALL_HARTS_TEST(test_f_registers_move),
		ALL_HARTS_TEST(test_v_registers_move),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
