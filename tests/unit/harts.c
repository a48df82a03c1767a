// SPDX-License-Identifier: Apache-2.0
/* Several harts: core/place.c, what core/sched.c makes of it, and arch/remote.c. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/remote.h"
#include "arch/this_hart.h"
#include "core/lock.h"
#include "core/place.h"
#include "core/task.h"
#include "core/thread.h"
#include "fake/fake.h"
#include "support/simulation.h"
#include "support/world.h"

#define HARTS SIM_HARTS
#define THREADS 12u
#define ALL ((1u << HARTS) - 1)

static struct task task;
static struct thread threads[THREADS];

static int setup(void **state)
{
	(void)state;
	fake_reset();
	sim_harts(HARTS);
	for (unsigned int i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ .hart = &fake_hart, .task = &task, .affinity = ALL };
		list_init(&threads[i].ready);
		list_init(&threads[i].waiting);
	}
	sim_be(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nharts = 1;
	fake_this_hart = &fake_hart;
	return 0;
}

static struct thread *start(unsigned int i, ThreadSchedPolicy policy, ThreadPriority priority)
{
	sched_set_policy(&threads[i], policy, priority, 10 * MS);
	sched_wake(&threads[i]);
	return &threads[i];
}

/* What arch/exit.c does when a hart looks at its queue. */
static struct thread *run(unsigned int i)
{
	struct thread *t;

	sim_be(i);
	t = sched_work();
	if (t != harts[i]->current)
		vcpu_switch(t);
	harts[i]->kicks = 0;
	return t;
}

/* Standard threads on all harts. */
static void occupy(void)
{
	for (unsigned int i = 0; i < HARTS; i++)
		start(i, ThreadSchedPolicyOther, 5);
	for (unsigned int i = 0; i < HARTS; i++)
		assert_ptr_equal(run(i)->hart, harts[i]);
	sim_be(0);
}

static void test_each_gets_a_hart(void **state)
{
	unsigned int seen = 0;

	(void)state;
	occupy();
	for (unsigned int i = 0; i < HARTS; i++)
		seen |= 1u << threads[i].hart->index;
	assert_int_equal(seen, ALL);
}

static void test_the_hart_it_was_on_among_equals(void **state)
{
	(void)state;
	threads[0].hart = harts[2];
	assert_ptr_equal(place_choose(&threads[0]), harts[2]);
	start(0, ThreadSchedPolicyOther, 5);
	assert_true(fake_hart.kicks == 1u << 2);
	threads[1].hart = harts[2];
	assert_ptr_not_equal(place_choose(&threads[1]), harts[2]);
}

static void test_affinity(void **state)
{
	(void)state;
	threads[0].affinity = 1u << 3;
	assert_ptr_equal(place_choose(&threads[0]), harts[3]);
	start(0, ThreadSchedPolicyOther, 5);
	/* Even where another one is idle. */
	threads[1].affinity = 1u << 3;
	start(1, ThreadSchedPolicyOther, 5);
	assert_ptr_equal(threads[1].hart, harts[3]);
	assert_null(place_to_take(harts[1], 0));
	/* One that names no hart that is there is none. */
	threads[2].affinity = (u64)1 << 40;
	assert_true(place_allows(&threads[2], harts[0]) && place_allows(&threads[2], harts[3]));
}

static void test_realtime_takes_the_least_important(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < HARTS; i++) {
		start(i, ThreadSchedPolicyFifo, 10 + 5 * (i ^ 1));
		threads[i].affinity = ALL;
	}
	for (unsigned int i = 0; i < HARTS; i++)
		run(i);
	sim_be(0);
	/* 10 is the lowest of the four. */
	start(4, ThreadSchedPolicyFifo, 12);
	assert_ptr_equal(threads[4].hart, threads[1].hart);
	assert_ptr_equal(run(threads[4].hart->index), &threads[4]);
	/* It has made way, and nobody else does anything less important. */
	assert_int_equal(threads[1].state, THREAD_READY);
	/* Two that wake at once don't both count on the same hart. */
	setup(state);
	occupy();
	start(5, ThreadSchedPolicyFifo, 1);
	start(6, ThreadSchedPolicyFifo, 1);
	assert_ptr_not_equal(threads[5].hart, threads[6].hart);
}

static void test_who_makes_way_goes_elsewhere(void **state)
{
	struct thread *low;

	(void)state;
	occupy();
	low = start(4, ThreadSchedPolicyFifo, 3);
	run(low->hart->index);
	sim_be(0);
	threads[5].affinity = 1u << low->hart->index;
	start(5, ThreadSchedPolicyFifo, 9);
	assert_ptr_equal(run(threads[5].hart->index), &threads[5]);
	/* From there it displaces a standard thread at once. */
	assert_ptr_not_equal(low->hart, threads[5].hart);
	assert_int_equal(low->hart->rq.work & WORK_RESCHEDULE, WORK_RESCHEDULE);
	assert_ptr_equal(run(low->hart->index), low);
}

static void test_an_idle_hart_takes(void **state)
{
	(void)state;
	occupy();
	for (unsigned int i = 4; i < 7; i++) {
		threads[i].affinity = 1u << 0;
		start(i, ThreadSchedPolicyOther, 5);
		threads[i].affinity = ALL;
	}
	threads[4].affinity = 1;
	sim_be(1);
	sched_remove(harts[1]->rq.running, THREAD_BLOCKED);
	/* The first that may. */
	assert_ptr_equal(run(1), &threads[5]);
	assert_int_equal(fake_hart.rq.nready, 2);
	assert_int_equal(harts[1]->rq.nready, 0);
}

static void test_a_rotation_gives_away(void **state)
{
	u64 before = fake_cpu.time;

	(void)state;
	occupy();
	for (unsigned int i = 4; i < 8; i++) {
		threads[i].affinity = 1;
		start(i, ThreadSchedPolicyOther, 0);
		threads[i].affinity = ALL;
	}
	while (fake_hart.rq.nready > 3 && fake_cpu.time < before + 1000 * MS) {
		fake_cpu.time += MS;
		sched_timer_interrupt();
		run(0);
	}
	assert_int_equal(fake_hart.rq.nready, 3);
	assert_int_equal(harts[1]->rq.nready + harts[2]->rq.nready + harts[3]->rq.nready, 1);
}

/* A real-time thread that does not give way keeps nobody waiting who may run elsewhere. */
static void test_who_is_held_up_goes_elsewhere(void **state)
{
	u64 before;

	(void)state;
	occupy();
	for (unsigned int i = 4; i < 8; i++) {
		threads[i].affinity = 1;
		start(i, ThreadSchedPolicyOther, 0);
		threads[i].affinity = i == 4 ? 1 : ALL;
	}
	threads[8].affinity = 1;
	start(8, ThreadSchedPolicyFifo, 0);
	assert_ptr_equal(run(0), &threads[8]);
	before = fake_cpu.time;
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(fake_hart.rq.nready, i < 3 ? 4 - i : 1);
		assert_int_equal(sched_next_deadline(), before + (i + 1) * 10 * MS);
		fake_cpu.time = sched_next_deadline();
		sched_timer_interrupt();
		assert_ptr_equal(run(0), &threads[8]);
	}
	/* One for each of the others, and one may not. */
	for (unsigned int i = 1; i < HARTS; i++)
		assert_int_equal(harts[i]->rq.nready, i == threads[0].hart->index ? 2 : 1);
	assert_ptr_equal(threads[4].hart, &fake_hart);
	/* When it sleeps, nothing is left to be done. */
	sched_remove(&threads[8], THREAD_BLOCKED);
	assert_ptr_equal(run(0), &threads[4]);
	fake_cpu.time = before + 50 * MS;
	sched_timer_interrupt();
	assert_int_equal(sched_next_deadline(), TIME_NEVER);
}

static void test_affinity_of_a_running_thread_changes(void **state)
{
	(void)state;
	occupy();
	threads[4].affinity = 1;
	start(4, ThreadSchedPolicyOther, 5);
	sim_be(1);
	sched_set_affinity(&threads[0], 1u << 2);
	/* It is not ready while it is live elsewhere. */
	assert_int_equal(threads[0].state, THREAD_RUNNING);
	assert_ptr_equal(run(0), &threads[4]);
	assert_ptr_equal(threads[0].hart, harts[2]);
	assert_int_equal(threads[0].state, THREAD_READY);
	assert_ptr_not_equal(fake_hart.current, &threads[0]);
}

static void test_policy_of_a_running_thread_changes(void **state)
{
	(void)state;
	occupy();
	sim_be(1);
	sched_set_policy(&threads[0], ThreadSchedPolicyFifo, 7, 0);
	assert_int_equal(threads[0].state, THREAD_RUNNING);
	assert_int_equal(fake_hart.rq.work & WORK_RESCHEDULE, WORK_RESCHEDULE);
	assert_ptr_equal(run(0), &threads[0]);
}

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

/* Who sleeps gets the lock, in turn. */
static void test_lock_is_handed_over(void **state)
{
	(void)state;
	assert_false(lock_try());
	lock_release();
	assert_true(lock_try());
	assert_int_equal(lock_word, (u64)&fake_hart);
	lock_release();
	assert_int_equal(lock_word, 0);
	lock_take();
}

static void holder_releases(void)
{
	struct hart *self = fake_this_hart;

	assert_int_equal(lock_word, (u64)harts[2] | LOCK_AWAITED);
	fake_this_hart = harts[2];
	lock_release();
	fake_this_hart = self;
}

static void test_lock_is_awaited(void **state)
{
	(void)state;
	sim_be(2);
	fake_this_hart = harts[1];
	fake_cpu.asleep = holder_releases;
	fake_cpu.wfi = 0;
	fake_cpu.ipi = 0;
	lock_take();
	assert_int_equal(fake_cpu.wfi, 1);
	assert_int_equal(fake_cpu.ipi, 1);
	assert_int_equal(lock_word, (u64)harts[1]);
}

/* The hart that was awaiting it has got it otherwise: nobody is left. */
static void test_lock_is_awaited_by_nobody(void **state)
{
	(void)state;
	lock_word |= LOCK_AWAITED;
	fake_cpu.ipi = 0;
	lock_release();
	assert_int_equal(lock_word, 0);
	assert_int_equal(fake_cpu.ipi, 0);
	lock_take();
}

static void second_waits(void)
{
	struct hart *self = fake_this_hart;

	fake_cpu.asleep = holder_releases;
	fake_this_hart = harts[3];
	lock_take();
	assert_int_equal(lock_word, (u64)harts[3] | LOCK_AWAITED);
	lock_release();
	fake_this_hart = self;
}

/* The next in the order of the harts gets it first, and gives it to the other one. */
static void test_lock_is_awaited_by_two(void **state)
{
	(void)state;
	sim_be(2);
	fake_this_hart = harts[1];
	fake_cpu.asleep = second_waits;
	lock_take();
	assert_int_equal(lock_word, (u64)harts[1]);
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
		cmocka_unit_test_setup_teardown(test_each_gets_a_hart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_hart_it_was_on_among_equals, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_affinity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_realtime_takes_the_least_important, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_who_makes_way_goes_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_idle_hart_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_rotation_gives_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_is_held_up_goes_elsewhere, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_affinity_of_a_running_thread_changes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_policy_of_a_running_thread_changes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stopped_from_another_hart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stopped_while_this_one_sleeps, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_memory_is_taken_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_is_handed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_is_awaited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_is_awaited_by_two, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_is_awaited_by_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_f_registers_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_v_registers_move, setup, teardown),
	};

	return cmocka_run_group_tests_name("harts", tests, NULL, NULL);
}
