// SPDX-License-Identifier: Apache-2.0
/* Threads of a process: made, waited for, scheduled, ended. */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

#define NS_PER_MS 1000000u

static Handle thread_handle(u64 flags, u64 priority)
{
	FloeThreadStart start = { .entry = RX_BASE + 8, .argument = { 11, 12, 13 } };

	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, priority | flags << 32, 0, IN_AT),
		  rcOk);
	return load_u32(OUT_AT);
}

static struct thread *thread_of(Handle handle)
{
	struct object *object;

	assert_rc(handle_get(&world_self->handles, handle, OBJECT_THREAD, 0, &object), rcOk);
	return container_of(object, struct thread, object);
}

/* Lets another thread of the caller run; it makes the calls then. */
static void switch_to(Handle handle)
{
	struct thread *t = thread_of(handle);

	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
}

static void test_beginning(void **state)
{
	Handle h = thread_handle(ThreadFlagCreateWaitable | ThreadFlagSchedRR, 5);
	const struct thread *t = thread_of(h);

	(void)state;
	assert_int_equal(load_u32(OUT_AT + 4), t->tid);
	assert_int_equal(t->vcpu.pc, RX_BASE + 8);
	assert_int_equal(t->vcpu.x[10], 11);
	assert_int_equal(t->vcpu.x[11], 12);
	assert_int_equal(t->vcpu.x[12], 13);
	assert_int_equal(t->policy, ThreadSchedPolicyRR);
	assert_int_equal(t->priority, 5);
	assert_int_equal(t->rr_interval, ticks_from_ms(10));
	assert_int_equal(t->affinity, 3);
	assert_int_equal(t->stack_pages, 1);
	assert_int_equal(world_self->nthreads, 2);
	assert_ptr_not_equal(world_self->initial_thread, t);
}

/* Each allocation fails once; nothing stays behind. */
static void test_failing_allocations(void **state)
{
	FloeThreadStart start = { .entry = RX_BASE };
	u64 threads = world_self->nthreads;

	(void)state;
	store(IN_AT, &start, sizeof(start));
	for (unsigned int n = 0;; n++) {
		u64 nfree = page_count_free(), used = vm_used(&world_self->vm);
		u32 regions = world_self->vm.nregions;
		Retcode rc;

		memory_fail(FAIL_FROM, n);
		rc = call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, 3, 0, IN_AT);
		if (!memory_fail_end()) {
			assert_rc(rc, rcOk);
			assert_true(n > 1);
			break;
		}
		assert_rc(rc, rcOutOfMemory);
		assert_int_equal(page_count_free(), nfree);
		assert_int_equal(vm_used(&world_self->vm), used);
		assert_int_equal(world_self->vm.nregions, regions);
		assert_int_equal(world_self->nthreads, threads);
	}
}

static void test_everything_comes_back(void **state)
{
	u64 nfree = page_count_free(), used = vm_used(&world_self->vm);
	u64 threads = counters.threads;

	(void)state;
	for (unsigned int turn = 0; turn < 8; turn++) {
		Handle h = thread_handle(turn & 1 ? ThreadFlagCreateWaitable : 0, 3);
		const struct thread *t = thread_of(h);
		gpa_t stack = t->stack;

		assert_int_equal(vm_touch(&world_self->vm, stack, VMM_FLAG_WRITE), VM_TOUCH_OK);
		if (turn & 2)
			assert_rc(call(FloeFnHandleClose, h), rcOk);
		if (!(turn & 2))
			switch_to(h);
		else
			sched_set_policy(
				container_of(world_self->threads.prev, struct thread, task_link),
				ThreadSchedPolicyFifo, 31, 0);
		assert_ptr_equal(world_run(), t);
		call(FloeFnThreadExit, 5);
		assert_ptr_equal(world_run(), world_self->initial_thread);
		assert_null(vm_find(&world_self->vm, stack));
		if (!(turn & 2)) {
			/* It counts while it has a handle. */
			assert_int_equal(world_self->nthreads, 2);
			assert_true(vm_used(&world_self->vm) > used);
			assert_rc(call(FloeFnHandleClose, h), rcOk);
		}
		world_settle();
		assert_int_equal(world_self->nthreads, 1);
		assert_int_equal(counters.threads, threads);
		assert_int_equal(vm_used(&world_self->vm), used);
		assert_int_equal(page_count_free(), nfree);
	}
}

static void test_stack_stays(void **state)
{
	const struct thread *t = thread_of(thread_handle(0, 3));
	const struct thread *initial = world_self->initial_thread;

	(void)state;
	assert_rc(call(FloeFnVmUnmap, t->stack, PAGE_SIZE), rcInvalidOperation);
	assert_rc(call(FloeFnVmUnmap, initial->stack, PAGE_SIZE), rcInvalidOperation);
	assert_non_null(vm_find(&world_self->vm, t->stack));
}

static void test_waiting(void **state)
{
	Handle h = thread_handle(ThreadFlagCreateWaitable, 3), deaf = thread_handle(0, 3);
	struct thread *initial = world_self->initial_thread;

	(void)state;
	assert_rc(call(FloeFnThreadWait, h, 0, OUT_AT), rcTimeout);
	assert_rc(call(FloeFnThreadWait, deaf, 0, OUT_AT), rcInvalidOperation);
	/* The initial thread waits; the other one runs and ends. */
	call(FloeFnThreadWait, h, INFINITE_TIMEOUT, OUT_AT);
	assert_int_equal(initial->wait, WAIT_THREAD);
	switch_to(h);
	call(FloeFnThreadExit, (u64)-9);
	assert_int_equal(initial->wait, WAIT_NONE);
	switch_to(deaf);
	call(FloeFnThreadExit, 1);
	assert_ptr_equal(world_run(), initial);
	assert_rc(call(FloeFnThreadWait, h, 0, OUT_AT), rcOk);
	assert_int_equal(load_u32(OUT_AT), (u32)-9);
	assert_rc(call(FloeFnThreadWait, deaf, 0, OUT_AT), rcInvalidOperation);
}

/* With the last thread the process ends, with the initial thread's code. */
static void test_last_thread(void **state)
{
	Handle h = thread_handle(0, 3);
	struct task *task = world_self;

	(void)state;
	object_get(&task->object);
	call(FloeFnThreadExit, 31);
	assert_int_equal(task->state, TaskStateRunning);
	assert_null(task->initial_thread);
	switch_to(h);
	thread_exit(7);
	assert_int_equal(task->state, TaskStateEnded);
	assert_int_equal(task->exit_status, TaskExitNormal);
	assert_int_equal(task->exit_code, 31);
	world_self = NULL;
	object_put(&task->object);
}

/* A thread that another process holds outlives its own, but for its code. */
static void test_held_by_another(void **state)
{
	Handle child = world_task("child", TaskStateRunning), h, copy;
	struct task *task = world_task_of(child);
	struct thread *t = task->initial_thread;

	(void)state;
	object_get(&t->object);
	h = handle_open(&world_self->handles, &t->object, OCAP_THREAD_FULL);
	assert_rc(call(FloeFnThreadGetPriority, h, OUT_AT), rcOk);
	copy = handle_derive(&world_self->handles, &world_self->handles, h, OCAP_THREAD_QUERY, 0);
	assert_rc(call(FloeFnThreadSetPriority, copy, 3), rcNoCapability);
	assert_rc(call(FloeFnThreadWait, copy, 0, OUT_AT), rcNoCapability);
	assert_rc(call(FloeFnThreadWait, h, 0, OUT_AT), rcTimeout);
	assert_rc(call(FloeFnTaskTerminate, child), rcOk);
	assert_rc(call(FloeFnThreadWait, h, 0, OUT_AT), rcInvalidOperation);
	assert_rc(call(FloeFnThreadGetPriority, h, OUT_AT), rcInvalidOperation);
	assert_rc(call(FloeFnThreadResume, h), rcInvalidOperation);
}

/* Vectors count for the task, with room for a handler's, and go with the thread. */
static void test_vectors(void **state)
{
	u64 used, nfree;
	Handle h;

	(void)state;
	used = vm_used(&world_self->vm);
	thread_handle(ThreadFlagCreateSuspended, 3);
	used = vm_used(&world_self->vm) - used;
	machine.vector_bytes = PAGE_SIZE + sizeof(struct vector);
	test_failing_allocations(state);
	used += vm_used(&world_self->vm) + 4;
	h = thread_handle(0, 3);
	assert_int_equal(vm_used(&world_self->vm), used);
	assert_non_null(thread_of(h)->vcpu.vector);
	nfree = page_count_free();
	switch_to(h);
	call(FloeFnThreadExit, 0);
	assert_null(thread_of(h)->vcpu.vector);
	/* And its stack, which nobody touched. */
	assert_true(page_count_free() >= nfree + 2);
}

static void test_policy(void **state)
{
	ThreadSchedParam param = { .rrInterval = { .nsec = 3 * NS_PER_MS } };
	Handle h = thread_handle(ThreadFlagCreateSuspended, 3), me;
	RtlCpuSet cpus = 2;

	(void)state;
	store(BUFFER_AT, &param, sizeof(param));
	assert_rc(call(FloeFnThreadSetSchedPolicy, h, ThreadSchedPolicyRR, 30, BUFFER_AT), rcOk);
	store(OUT_AT + 20, "pad", 4);
	assert_rc(call(FloeFnThreadGetSchedPolicy, h, OUT_AT, OUT_AT + 8), rcOk);
	assert_int_equal(load_u32(OUT_AT), ThreadSchedPolicyRR);
	assert_int_equal(load_u64(OUT_AT + 8), 0);
	assert_int_equal(load_u32(OUT_AT + 16), 3 * NS_PER_MS);
	/* What is behind it in the structure is not the hypervisor's to write. */
	assert_int_equal(load_u32(OUT_AT + 20), 'p' | 'a' << 8 | 'd' << 16);
	assert_rc(call(FloeFnThreadSetSchedPolicy, h, ThreadSchedPolicyFifo, 9, BUFFER_AT),
		  rcInvalidArgument);
	assert_rc(call(FloeFnThreadSetSchedPolicy, h, ThreadSchedPolicyOther, 9, 0), rcOk);
	assert_rc(call(FloeFnThreadGetSchedPolicy, h, OUT_AT, OUT_AT + 8), rcInvalidArgument);
	assert_rc(call(FloeFnThreadGetSchedPolicy, h, OUT_AT, 0), rcOk);
	assert_rc(call(FloeFnThreadSetPriority, h, 16), rcInvalidArgument);
	assert_rc(call(FloeFnThreadSetPriority, h, 15), rcOk);
	assert_rc(call(FloeFnThreadGetPriority, h, OUT_AT), rcOk);
	assert_int_equal(load_u32(OUT_AT), 15);

	store(BUFFER_AT, &cpus, sizeof(cpus));
	assert_rc(call(FloeFnThreadSetAffinity, h, BUFFER_AT), rcOk);
	assert_rc(call(FloeFnThreadGetAffinity, h, OUT_AT), rcOk);
	assert_int_equal(load_u64(OUT_AT), 2);
	cpus = 4;
	store(BUFFER_AT, &cpus, sizeof(cpus));
	assert_rc(call(FloeFnThreadSetAffinity, h, BUFFER_AT), rcSecurityDisallow);
	cpus = 0;
	store(BUFFER_AT, &cpus, sizeof(cpus));
	assert_rc(call(FloeFnThreadSetAffinity, h, BUFFER_AT), rcInvalidArgument);

	/* What is set through the thread is the process's initial priority as well. */
	assert_rc(call(FloeFnThreadOpenCurrent, OUT_AT), rcOk);
	me = load_u32(OUT_AT);
	assert_rc(call(FloeFnThreadSetPriority, me, 2), rcOk);
	assert_int_equal(world_self->priority, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_beginning),
		WORLD_TEST(test_failing_allocations),
		WORLD_TEST(test_everything_comes_back),
		WORLD_TEST(test_stack_stays),
		WORLD_TEST(test_waiting),
		WORLD_TEST(test_last_thread),
		WORLD_TEST(test_held_by_another),
		WORLD_TEST(test_vectors),
		WORLD_TEST(test_policy),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
