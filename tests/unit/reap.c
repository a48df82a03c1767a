// SPDX-License-Identifier: Apache-2.0
/* What is destroyed goes in portions: who pays for it, and when it is there again. */
#include "unit.h"

#include "arch/hart.h"
#include "core/object.h"
#include "core/page.h"
#include "fake/fake.h"
#include "support/memory.h"
#include "support/world.h"

#define NPAGES ((u64)1200)

/* From now on each look at the time takes as long as a portion may. */
static void time_passes(void)
{
	fake_cpu.time_step = machine.timebase >> 14;
}

static int teardown(void **state)
{
	fake_cpu.time_step = 0;
	/* Its own timer may be armed, and outlives the hart's queue. */
	timer_run(&fake_hart.rq.timers, TIME_NEVER - 1);
	return world_teardown(state);
}

static void close_handle(Handle handle)
{
	assert_rc(call(FloeFnHandleClose, handle), rcOk);
}

static void test_in_portions(void **state)
{
	Handle mdl = world_mdl(NPAGES, RW_);
	u64 used = vm_used(&world_self->vm), nfree = page_count_free();
	unsigned int traps = 0;

	(void)state;
	time_passes();
	close_handle(mdl);
	/* Not all of it is there again, but it counts for nobody. */
	assert_int_equal(vm_used(&world_self->vm), used - NPAGES);
	assert_true(page_count_free() < nfree + NPAGES);
	/* The timer brings the next trap at once, and with it another portion. */
	for (; page_count_free() < nfree + NPAGES; traps++) {
		u64 before = page_count_free();

		assert_true(fake_hart.rq.timers.next <= fake_cpu.time);
		assert_int_equal(fake_hart.rq.work, 0);
		sched_timer_interrupt();
		assert_true(fake_hart.rq.work & WORK_REAP);
		world_run();
		assert_in_range(page_count_free() - before, 0, 2 * PAGE_LARGE);
	}
	assert_in_range(traps, 2, 6);
	world_run();
	while (fake_hart.rq.timers.next != TIME_NEVER) {
		fake_cpu.time += machine.timebase;
		sched_timer_interrupt();
		world_run();
	}
}

/* A real-time thread is let alone for 4 ms after each portion. */
static void test_beside_a_realtime_thread(void **state)
{
	Handle mdl = world_mdl(NPAGES, RW_);
	u64 before;

	(void)state;
	fake_cpu.time += 100 * machine.timebase; /* no portion was made just now */
	thread_set_policy(fake_hart.current, ThreadSchedPolicyFifo, 5, 0);
	world_run();
	time_passes();
	close_handle(mdl);
	fake_cpu.time_step = 0;
	before = page_count_free();
	for (unsigned int i = 0; i < 3; i++) {
		object_reap();
		assert_int_equal(page_count_free(), before);
	}
	assert_true(fake_hart.rq.timers.next > fake_cpu.time);
	assert_true(fake_hart.rq.timers.next <= fake_cpu.time + machine.timebase / 200);
	fake_cpu.time = fake_hart.rq.timers.next;
	sched_timer_interrupt();
	world_run();
	assert_true(page_count_free() > before);
}

/* Garbage is as good as free memory for who needs some. */
static void test_short_of_memory(void **state)
{
	u64 nfree = page_count_free(), n = 0;
	Handle mdl = world_mdl(NPAGES, RW_);
	void *last = NULL, *page;

	(void)state;
	time_passes();
	close_handle(mdl);
	while ((page = page_alloc(0))) {
		*(void **)page = last;
		last = page;
		n++;
	}
	/* But for slabs that came to be meanwhile. */
	assert_in_range(nfree - n, 0, 8);
	for (; last; last = page) {
		page = *(void **)last;
		page_free(last, 0);
	}
}

/* Its name and all that it counted for go at once, its memory later; or first of all, for others.
 */
static void test_process(void **state)
{
	Handle task = world_task("big", TaskStateEmpty);
	u64 base = (u64)1 << 30, done, nfree = page_count_free();
	struct vm *vm = &world_task_of(task)->vm;
	struct region q = { .base = base, .npages = NPAGES, .prot = RW_ }, *r;

	(void)state;
	assert_rc(vm_map(vm, &q, &r), rcOk);
	for (u64 at = 0; at < NPAGES; at += done)
		assert_rc(vm_commit_now(vm, base + (at << PAGE_SHIFT), NPAGES - at, &done), rcOk);
	time_passes();
	assert_rc(call(FloeFnTaskTerminate, task), rcOk);
	assert_true(page_count_free() < nfree);
	close_handle(task);
	assert_int_equal(world_self->ndescendants, 0);
	task = world_task("big", TaskStateEmpty);
	assert_true(page_count_free() < nfree);
	/* That one ends before the memory of the first has gone. */
	close_handle(task);
}

/* The stack of a thread goes before the thread does, which can end in between with its process. */
static void stack(bool ends)
{
	struct thread_request q = { .task = world_self,
				    .stack_bytes = NPAGES << PAGE_SHIFT,
				    .policy = ThreadSchedPolicyFifo,
				    .priority = 3 };
	struct thread *t;
	u64 used, calls = 0;

	assert_rc(thread_create(&q, &t), rcOk);
	used = vm_used(&world_self->vm);
	for (u64 i = 0; i < NPAGES; i++)
		assert_int_equal(
			vm_touch(&world_self->vm, t->stack + (i << PAGE_SHIFT), VMM_FLAG_WRITE),
			VM_TOUCH_OK);
	thread_start(t, false);
	assert_ptr_equal(world_run(), t);
	while (!thread_exit(0)) {
		calls++;
		assert_true(t->living && !t->exited);
		if (ends && calls == 2) {
			task_end(world_self, TaskExitNormal, 0);
			world_self = NULL;
			return;
		}
	}
	assert_in_range(calls, 2, 4);
	assert_true(vm_used(&world_self->vm) <= used);
	assert_ptr_not_equal(world_run(), t);
}

static void test_stack(void **state)
{
	(void)state;
	stack(false);
}

static void test_stack_and_end(void **state)
{
	(void)state;
	stack(true);
}

#define REAP_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, teardown)

/* Nobody finds what waits for its end, though it has a pid still. */
static void test_found_by_nobody(void **state)
{
	Handle holder = world_task("holder", TaskStateEmpty), child;
	u64 tasks = counters.tasks;
	Pid pid = 0;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		child = world_task((const char *[]){ "a", "b", "c" }[i], TaskStateEmpty);
		pid = pid ? pid : world_task_of(child)->pid;
		assert_rc(
			call(FloeFnTaskTransferResource, holder, child, INVALID_HANDLE, 0, OUT_AT),
			rcOk);
		close_handle(child);
	}
	world_run();
	time_passes();
	close_handle(holder);
	world_run();
	assert_true(counters.tasks >= tasks);
	assert_rc(call(FloeFnTaskGetNext, pid - 1, OUT_AT), rcResourceNotFound);
	fake_cpu.time_step = 0;
	world_settle();
	assert_int_equal(counters.tasks, tasks - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REAP_TEST(test_in_portions),     REAP_TEST(test_beside_a_realtime_thread),
		REAP_TEST(test_short_of_memory), REAP_TEST(test_process),
		REAP_TEST(test_stack),           REAP_TEST(test_stack_and_end),
		REAP_TEST(test_found_by_nobody),
	};

	return cmocka_run_group_tests_name("reap", tests, NULL, NULL);
}
