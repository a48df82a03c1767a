// SPDX-License-Identifier: Apache-2.0
/* What a hart knows of a vCPU's own translations and code: arch/vcpu.c, of harts whose fences are
 * counted. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/this_hart.h"
#include "core/lock.h"
#include "core/task.h"
#include "core/thread.h"
#include "fake/fake.h"
#include "support/simulation.h"

#define ONE ((u64)8 << 60 | 1)
#define TWO ((u64)8 << 60 | 2)

static struct task tasks[2];
static struct thread threads[4]; /* the last one is the other task's */

static int setup(void **state)
{
	(void)state;
	fake_reset();
	sim_harts(2);
	for (unsigned int i = 0; i < 2; i++)
		tasks[i] = (struct task){ 0 };
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++) {
		threads[i] =
			(struct thread){ .hart = harts[0], .task = &tasks[i == 3], .affinity = 1 };
		list_init(&threads[i].ready);
		list_init(&threads[i].waiting);
	}
	sim_be(0);
	machine.sstc = true;
	machine.senvcfg = true;
	for (unsigned int i = 0; i < 2; i++) {
		harts[i]->switch_plain = SWITCH_NOBODY;
		harts[i]->current = NULL;
		harts[i]->paging = NULL;
	}
	csr_write(vsatp, 0);
	csr_write(sstatus, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nharts = 1;
	fake_this_hart = &fake_hart;
	csr_write(vsatp, 0);
	return 0;
}

/* How many fences of translations, and of code, that takes. */
static unsigned int fences, code_fences;

static void go_on_with(struct thread *t)
{
	unsigned int before = fake_cpu.fence_first, code_before = fake_cpu.fence_i;

	if (t != this_hart()->current)
		vcpu_switch(t);
	assert_int_equal(csr_read(vsatp), t->vcpu.vsatp);
	fences = fake_cpu.fence_first - before;
	code_fences = fake_cpu.fence_i - code_before;
}

/* What arch/exit.c does when a hart looks at its queue. */
static struct thread *run(unsigned int i)
{
	sim_be(i);
	sched_work();
	go_on_with(this_hart()->rq.running);
	return this_hart()->current;
}

static void start(struct thread *t, u64 affinity, ThreadSchedPolicy policy)
{
	t->affinity = affinity;
	sched_set_policy(t, policy, 1, MS);
	sched_wake(t);
}

static void test_moved(void **state)
{
	struct thread *t = &threads[0];

	(void)state;
	start(&threads[1], 1, ThreadSchedPolicyOther);
	start(&threads[2], 2, ThreadSchedPolicyOther);
	run(1);
	run(0);
	start(t, 1, ThreadSchedPolicyFifo);
	assert_ptr_equal(run(0), t);
	assert_int_equal(fences + code_fences, 0);
	for (unsigned int i = 1; i <= 4; i++) {
		sched_set_affinity(t, 1u << (i & 1));
		run(!(i & 1));
		assert_int_equal(fences + code_fences, 0);
		assert_ptr_equal(run(i & 1), t);
		assert_int_equal(fences, 1);
		assert_int_equal(code_fences, 1);
		/* Not each time that it goes on there. */
		go_on_with(&threads[3]);
		go_on_with(t);
		assert_int_equal(fences + code_fences, 0);
	}
}

static void test_two_of_a_partition(void **state)
{
	struct thread *a = &threads[0], *b = &threads[1], *other = &threads[3];

	(void)state;
	go_on_with(a);
	csr_write(vsatp, ONE);
	go_on_with(other);
	go_on_with(a);
	assert_int_equal(fences, 0);
	/* One that begins with it. */
	go_on_with(b);
	assert_int_equal(fences, 0);
	csr_write(vsatp, TWO);
	go_on_with(a);
	assert_int_equal(a->vcpu.vsatp, ONE);
	assert_int_equal(fences, 1);
	go_on_with(b);
	assert_int_equal(fences, 1);
	/* Another partition's has nothing to do with it. */
	go_on_with(other);
	assert_int_equal(fences, 0);
	csr_write(vsatp, ONE);
	go_on_with(b);
	assert_int_equal(fences, 0);
	/* Off for a moment, it has them even so. */
	csr_write(vsatp, 0);
	go_on_with(a);
	assert_int_equal(fences, 1);
	go_on_with(b);
	assert_int_equal(fences, 1);
	assert_int_equal(code_fences, 0);
}

/* Each on its own hart. */
static void test_two_on_two_harts(void **state)
{
	struct thread *a = &threads[0], *b = &threads[1], *c = &threads[2];

	(void)state;
	go_on_with(a);
	csr_write(vsatp, ONE);
	go_on_with(c);
	sim_be(1);
	go_on_with(b);
	csr_write(vsatp, TWO);
	go_on_with(&threads[3]);
	for (unsigned int i = 0; i < 3; i++) {
		sim_be(0);
		go_on_with(a);
		assert_int_equal(fences, 0);
		go_on_with(c);
		sim_be(1);
		go_on_with(b);
		assert_int_equal(fences, 0);
		go_on_with(&threads[3]);
	}
}

/* The short way is for those without. */
static void test_short_way(void **state)
{
	struct thread *a = &threads[0], *b = &threads[1], *c = &threads[2];

	(void)state;
	go_on_with(b);
	go_on_with(a);
	lock_take();
	csr_write(vsatp, ONE);
	vcpu_turn(b, TIME_NEVER);
	assert_int_equal(csr_read(vsatp), 0);
	assert_int_equal(a->vcpu.vsatp, ONE);
	lock_take();
	vcpu_turn(a, TIME_NEVER);
	assert_int_equal(csr_read(vsatp), ONE);
	lock_take();
	vcpu_turn(c, TIME_NEVER);
	/* Seen while it was on, and off when it is taken off. */
	csr_write(vsatp, TWO);
	vcpu_save(&c->vcpu);
	csr_write(vsatp, 0);
	lock_take();
	vcpu_turn(b, TIME_NEVER);
	assert_int_equal(c->vcpu.vsatp, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_of_a_partition, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_on_two_harts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_way, setup, teardown),
	};

	return cmocka_run_group_tests_name("first_stage", tests, NULL, NULL);
}
