// SPDX-License-Identifier: Apache-2.0
#include "support/queued.h"

#include "unit.h"

#include "arch/this_hart.h"
#include "core/lock.h"
#include "fake/fake.h"

struct task task;
struct thread threads[THREADS];

static void expired(struct timer *t)
{
	sched_wake(container_of(t, struct thread, wait_timer));
}

static void make_threads(void)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ .hart = &fake_hart, .task = &task, .affinity = ALL };
		threads[i].wait_timer.expired = expired;
		list_init(&threads[i].ready);
		list_init(&threads[i].waiting);
	}
}

int one_hart_setup(void **state)
{
	(void)state;
	fake_reset();
	make_threads();
	lock_take();
	return 0;
}

int all_harts_setup(void **state)
{
	(void)state;
	fake_reset();
	sim_harts(HARTS);
	make_threads();
	sim_be(0);
	return 0;
}

int all_harts_teardown(void **state)
{
	(void)state;
	nharts = 1;
	fake_this_hart = &fake_hart;
	return 0;
}

struct thread *start(unsigned int i, ThreadSchedPolicy policy, ThreadPriority priority)
{
	sched_set_policy(&threads[i], policy, priority, 10 * MS);
	sched_wake(&threads[i]);
	return &threads[i];
}

void block(struct thread *t)
{
	sched_remove(t, THREAD_BLOCKED);
}

void pass(u64 ticks)
{
	u64 end = fake_cpu.time + ticks;

	while (fake_hart.timer_at <= end) {
		fake_cpu.time = max_u64(fake_cpu.time, fake_hart.timer_at);
		sched_timer_interrupt();
		sched_work();
	}
	fake_cpu.time = end;
}

struct thread *run(unsigned int hart)
{
	struct thread *t;

	sim_be(hart);
	t = sched_work();
	if (t != harts[hart]->current)
		vcpu_switch(t);
	harts[hart]->kicks = 0;
	return t;
}

void occupy(void)
{
	for (unsigned int i = 0; i < HARTS; i++)
		start(i, ThreadSchedPolicyOther, 5);
	for (unsigned int i = 0; i < HARTS; i++)
		assert_ptr_equal(run(i)->hart, harts[i]);
	sim_be(0);
}
