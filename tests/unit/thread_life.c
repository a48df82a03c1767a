// SPDX-License-Identifier: Apache-2.0
/* What threads take and leave: stacks, handles, codes; and what they may. */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

/* One that ended before its process keeps its code for who holds it. */
static void test_the_code_outlives_the_process(void **state)
{
	Handle child = world_task("child", TaskStateRunning);
	struct thread *t = world_thread(0, 0), *initial = world_self->initial_thread;
	struct task *task = world_self, *other = world_task_of(child);

	(void)state;
	object_get(&t->object);
	object_get(&task->object);
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
	call(FloeFnThreadExit, 77);
	assert_ptr_equal(world_run(), initial);
	assert_ptr_equal(t->task, task);
	task_end(task, TaskExitNormal, 0);
	assert_null(t->task);
	assert_true(t->exited);
	assert_int_equal(t->exit_code, 77);
	world_self = NULL;
	object_put(&task->object);
	task_end(other, TaskExitTerminated, 0);
	world_settle();
	object_put(&t->object);
}

/* A stack in pieces, one of them shared, goes with its thread. */
static void test_a_stack_in_pieces(void **state)
{
	u64 used = vm_used(&world_self->vm), nfree;
	u32 nregions = world_self->vm.nregions;
	struct thread *t = world_thread(0, 5 * PAGE_SIZE);
	Handle h = load_u32(OUT_AT), mdl;

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(
			vm_touch(&world_self->vm, t->stack + i * PAGE_SIZE, VMM_FLAG_WRITE),
			VM_TOUCH_OK);
	assert_rc(call(FloeFnVmProtect, t->stack + PAGE_SIZE, PAGE_SIZE, VMM_FLAG_READ), rcOk);
	assert_rc(call(FloeFnVmDecommit, t->stack + 4 * PAGE_SIZE, PAGE_SIZE), rcOk);
	assert_rc(call(FloeFnMdlCreateFromVm, t->stack + 2 * PAGE_SIZE, 2 * PAGE_SIZE,
		       VMM_FLAG_READ, OUT_AT),
		  rcOk);
	mdl = load_u32(OUT_AT);
	assert_true(world_self->vm.nregions > nregions + 2);
	for (unsigned int i = 0; i < 5; i++)
		assert_rc(call(FloeFnVmUnmap, t->stack + i * PAGE_SIZE, PAGE_SIZE),
			  rcInvalidOperation);
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
	call(FloeFnThreadExit, 0);
	assert_ptr_equal(world_run(), world_self->initial_thread);
	assert_int_equal(world_self->vm.nregions, nregions);
	nfree = page_count_free();
	assert_rc(call(FloeFnHandleClose, mdl), rcOk);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
	assert_true(page_count_free() >= nfree + 2);
	assert_int_equal(vm_used(&world_self->vm), used);
}

/* Without memory for its handle there is no thread. */
static void test_no_place_for_a_handle(void **state)
{
	FloeThreadStart start = { .entry = RX_BASE };
	u32 count;

	(void)state;
	while (handle_reserve(&world_self->handles) == rcOk) {
		object_get(&world_self->initial_thread->object);
		handle_open(&world_self->handles, &world_self->initial_thread->object, 0);
	}
	count = world_self->handles.count;
	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, 3, 0, IN_AT), rcQuotaExceeded);
	assert_rc(call(FloeFnThreadOpenCurrent, OUT_AT), rcQuotaExceeded);
	assert_int_equal(world_self->nthreads, 1);
	assert_int_equal(world_self->handles.count, count);
}

/* Nothing of the hart refers to a thread that has ended. */
static void test_the_hart_forgets(void **state)
{
	struct thread *t = world_thread(0, 0);

	(void)state;
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
	thread_set_guest_timer(t, fake_cpu.time + MS);
	call(FloeFnThreadExit, 0);
	assert_int_equal(sched_next_deadline(), TIME_NEVER);
	assert_ptr_equal(world_run(), world_self->initial_thread);
}

/* Each call with every right but the one that it needs. */
static void test_rights(void **state)
{
	static const struct {
		u64 function;
		u32 right;
	} calls[] = {
		{ FloeFnThreadWait, OCAP_THREAD_WAIT },
		{ FloeFnThreadGetPriority, OCAP_THREAD_QUERY },
		{ FloeFnThreadSetPriority, OCAP_THREAD_CONTROL },
		{ FloeFnThreadGetSchedPolicy, OCAP_THREAD_QUERY },
		{ FloeFnThreadSetSchedPolicy, OCAP_THREAD_CONTROL },
		{ FloeFnThreadGetAffinity, OCAP_THREAD_QUERY },
		{ FloeFnThreadSetAffinity, OCAP_THREAD_CONTROL },
		{ FloeFnThreadResume, OCAP_THREAD_CONTROL },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		u64 in_or_out = calls[i].right == OCAP_THREAD_CONTROL ? 0 : OUT_AT;
		Handle h;

		if (calls[i].function == FloeFnThreadSetAffinity)
			in_or_out = IN_AT;
		object_get(&world_self->initial_thread->object);
		h = handle_open(&world_self->handles, &world_self->initial_thread->object,
				OCAP_THREAD_FULL & ~calls[i].right);
		assert_rc(call(calls[i].function, h, in_or_out,
			       calls[i].function == FloeFnThreadWait ? OUT_AT : 0),
			  rcNoCapability);
		assert_rc(call(FloeFnHandleClose, h), rcOk);
	}
}

/* A suspended thread's class may change; it stays suspended. */
static void test_policy_of_a_suspended_thread(void **state)
{
	struct thread *t = world_thread(ThreadFlagCreateSuspended, 0);
	Handle h = load_u32(OUT_AT);

	(void)state;
	assert_rc(call(FloeFnThreadSetSchedPolicy, h, ThreadSchedPolicyFifo, 31, 0), rcOk);
	assert_ptr_equal(world_run(), world_self->initial_thread);
	call(FloeFnThreadResume, h);
	assert_ptr_equal(world_run(), t);
	call(FloeFnThreadExit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_the_code_outlives_the_process),
		WORLD_TEST(test_a_stack_in_pieces),
		WORLD_TEST(test_no_place_for_a_handle),
		WORLD_TEST(test_policy_of_a_suspended_thread),
		WORLD_TEST(test_the_hart_forgets),
		WORLD_TEST(test_rights),
	};

	return cmocka_run_group_tests_name("thread_life", tests, NULL, NULL);
}
