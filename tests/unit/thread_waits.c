// SPDX-License-Identifier: Apache-2.0
/* Waits of several threads, and of one that does something else before it asks again. */
#include "unit.h"

#include "arch/csr.h"
#include "core/notice.h"
#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

#define EVENTS_AT BUFFER_AT
#define COUNT_AT (OUT_AT + 64)

static Handle make_notice(void)
{
	assert_rc(call(FloeFnNoticeCreate, OUT_AT), rcOk);
	return load_u32(OUT_AT);
}

static Retcode get(Handle notice, u64 ms)
{
	return call(FloeFnNoticeGetEvent, notice, ms, 4, EVENTS_AT, COUNT_AT);
}

/* Another thread of the caller, which runs when the others wait. */
static struct thread *make_thread(void)
{
	FloeThreadStart start = { .entry = RX_BASE };

	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, 3, 0, IN_AT), rcOk);
	return container_of(world_self->threads.prev, struct thread, task_link);
}

/* Who is woken and may not take the event leaves it to the next one. */
static void test_an_event_finds_who_may_have_it(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning), lost;
	struct thread *initial = world_self->initial_thread, *a = make_thread(), *b = make_thread();

	(void)state;
	assert_rc(handle_reserve(&world_self->handles), rcOk);
	lost = handle_derive(&world_self->handles, &world_self->handles, n, OCAP_NOTICE_WAIT, NULL);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 5), rcOk);
	sched_set_policy(a, ThreadSchedPolicyFifo, 1, 0);
	sched_set_policy(b, ThreadSchedPolicyFifo, 1, 0);
	sched_set_policy(initial, ThreadSchedPolicyFifo, 2, 0);
	assert_ptr_equal(world_run(), initial);
	get(lost, INFINITE_TIMEOUT);
	assert_ptr_equal(world_run(), a);
	get(n, INFINITE_TIMEOUT);
	assert_ptr_equal(world_run(), b);
	assert_int_equal(initial->wait, WAIT_NOTICE);
	assert_int_equal(a->wait, WAIT_NOTICE);
	assert_rc(call(FloeFnHandleClose, lost), rcOk);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_int_equal(initial->wait, WAIT_NONE);
	assert_int_equal(a->wait, WAIT_NONE);
}

/*
 * A guest's interrupt may come between the end of a wait and the call's
 * repetition, and its handler may make calls. The wait's end stays what it was.
 */
static void test_a_call_between_changes_no_deadline(void **state)
{
	Handle n = make_notice();
	struct thread *initial = world_self->initial_thread, *other = make_thread();
	u64 sp = initial->vcpu.x[2], before = fake_cpu.time, pc;

	(void)state;
	sched_set_policy(initial, ThreadSchedPolicyFifo, 2, 0);
	assert_ptr_equal(world_run(), initial);
	pc = csr_read(sepc);
	get(n, 50);
	assert_ptr_equal(world_run(), other);
	fake_cpu.time = before + 50 * MS;
	sched_timer_interrupt();
	assert_ptr_equal(world_run(), initial);
	assert_int_equal(csr_read(sepc), pc);
	/* The handler: a call that waits for nothing, and one that has a time of its own. */
	initial->vcpu.x[2] = sp - 64;
	csr_write(sepc, pc + 100);
	assert_rc(call(FloeFnThreadCurrent), rcOk);
	assert_rc(call(FloeFnRandomGenerate, 8, OUT_AT), rcOk);
	initial->vcpu.x[2] = sp;
	csr_write(sepc, pc);
	assert_rc(get(n, 50), rcTimeout);
	assert_int_equal(fake_cpu.time, before + 50 * MS);
}

/* Nor does another call's wait end with that time. */
static void test_a_wait_between_has_its_own_time(void **state)
{
	Handle n = make_notice();
	struct thread *initial = world_self->initial_thread, *other = make_thread();
	u64 before = fake_cpu.time, pc;

	(void)state;
	sched_set_policy(initial, ThreadSchedPolicyFifo, 2, 0);
	assert_ptr_equal(world_run(), initial);
	pc = csr_read(sepc);
	get(n, 50);
	assert_ptr_equal(world_run(), other);
	fake_cpu.time = before + 50 * MS;
	sched_timer_interrupt();
	assert_ptr_equal(world_run(), initial);
	csr_write(sepc, pc + 100);
	get(n, 20);
	assert_int_equal(initial->wait, WAIT_NOTICE);
	assert_ptr_equal(world_run(), other);
}

/* A thread of another process waits for one of the caller's. */
static struct thread *joiner(struct task *task, struct thread *t)
{
	struct thread *other = task->initial_thread;

	sched_set_policy(other, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), other);
	thread_block(WAIT_THREAD, &t->joiners, TIME_NEVER);
	assert_ptr_equal(world_run()->task, world_self);
	return other;
}

static void test_who_waits_goes_first(void **state)
{
	Handle child = world_task("child", TaskStateRunning),
	       frozen = world_task("f", TaskStateRunning);
	struct thread *t = make_thread();

	(void)state;
	joiner(world_task_of(child), t);
	joiner(world_task_of(frozen), t);
	assert_rc(call(FloeFnTaskTerminate, child), rcOk);
	task_freeze(world_task_of(frozen), world_task_of(frozen)->initial_thread);
	assert_true(list_empty(&t->joiners));
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
	call(FloeFnThreadExit, 0);
	assert_ptr_equal(world_run(), world_self->initial_thread);
}

static void test_whose_end_is_waited_for_goes_with_its_process(void **state)
{
	Handle child = world_task("child", TaskStateRunning);
	struct thread *t = make_thread(), *other = joiner(world_task_of(child), t);
	struct task *task = world_self;

	(void)state;
	object_get(&t->object);
	object_get(&task->object);
	task_end(task, TaskExitTerminated, 0);
	assert_int_equal(other->wait, WAIT_NONE);
	assert_false(t->living);
	assert_false(t->exited);
	assert_null(t->task);
	world_self = NULL;
	object_put(&task->object);
	world_settle();
	task_end(other->task, TaskExitTerminated, 0);
	world_settle();
	object_put(&t->object);
}

/* One that ended before its process keeps its code for who holds it. */
static void test_the_code_outlives_the_process(void **state)
{
	Handle child = world_task("child", TaskStateRunning);
	struct thread *t = make_thread(), *initial = world_self->initial_thread;
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
	FloeThreadStart start = { .entry = RX_BASE };
	u64 used = vm_used(&world_self->vm), nfree;
	u32 nregions = world_self->vm.nregions;
	struct thread *t;
	Handle h, mdl;

	(void)state;
	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4, 3, 5 * PAGE_SIZE, IN_AT), rcOk);
	h = load_u32(OUT_AT);
	t = container_of(world_self->threads.prev, struct thread, task_link);
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
	struct thread *t = make_thread();

	(void)state;
	sched_set_policy(t, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), t);
	thread_set_guest_timer(t, fake_cpu.time + MS);
	call(FloeFnThreadExit, 0);
	assert_int_equal(sched_next_deadline(), TIME_NEVER);
	assert_ptr_equal(world_run(), world_self->initial_thread);
}

/* Only a suspended thread can be resumed, and only a running process's be changed. */
static void test_states(void **state)
{
	Handle child = world_task("child", TaskStateRunning), me, h;
	struct thread *other = world_task_of(child)->initial_thread;

	(void)state;
	assert_rc(call(FloeFnThreadOpenCurrent, OUT_AT), rcOk);
	me = load_u32(OUT_AT);
	assert_rc(call(FloeFnThreadWait, me, INFINITE_TIMEOUT, OUT_AT), rcInvalidOperation);
	joiner(world_task_of(child), world_self->initial_thread);
	object_get(&other->object);
	h = handle_open(&world_self->handles, &other->object, OCAP_THREAD_FULL);
	assert_rc(call(FloeFnThreadResume, h), rcInvalidOperation);
	assert_int_equal(other->wait, WAIT_THREAD);
	task_freeze(other->task, other);
	assert_rc(call(FloeFnThreadGetPriority, h, OUT_AT), rcInvalidOperation);
	assert_rc(call(FloeFnThreadSetPriority, h, 3), rcInvalidOperation);
	assert_rc(call(FloeFnThreadResume, h), rcInvalidOperation);
	assert_rc(call(FloeFnThreadWait, h, 0, OUT_AT), rcTimeout);
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
	FloeThreadStart start = { .entry = RX_BASE };
	struct thread *t;
	Handle h;

	(void)state;
	store(IN_AT, &start, sizeof(start));
	assert_rc(call(FloeFnThreadCreate, OUT_AT, OUT_AT + 4,
		       3 | (u64)ThreadFlagCreateSuspended << 32, 0, IN_AT),
		  rcOk);
	h = load_u32(OUT_AT);
	t = container_of(world_self->threads.prev, struct thread, task_link);
	assert_rc(call(FloeFnThreadSetSchedPolicy, h, ThreadSchedPolicyFifo, 31, 0), rcOk);
	assert_ptr_equal(world_run(), world_self->initial_thread);
	call(FloeFnThreadResume, h);
	assert_ptr_equal(world_run(), t);
	call(FloeFnThreadExit, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_an_event_finds_who_may_have_it),
		WORLD_TEST(test_a_call_between_changes_no_deadline),
		WORLD_TEST(test_a_wait_between_has_its_own_time),
		WORLD_TEST(test_who_waits_goes_first),
		WORLD_TEST(test_whose_end_is_waited_for_goes_with_its_process),
		WORLD_TEST(test_the_code_outlives_the_process),
		WORLD_TEST(test_a_stack_in_pieces),
		WORLD_TEST(test_no_place_for_a_handle),
		WORLD_TEST(test_policy_of_a_suspended_thread),
		WORLD_TEST(test_the_hart_forgets),
		WORLD_TEST(test_states),
		WORLD_TEST(test_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
