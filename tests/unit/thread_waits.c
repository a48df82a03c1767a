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

/* Who is woken and may not take the event leaves it to the next one. */
static void test_an_event_finds_who_may_have_it(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning), lost;
	struct thread *initial = world_self->initial_thread, *a = world_thread(0, 0),
		      *b = world_thread(0, 0);

	(void)state;
	assert_rc(handle_reserve(&world_self->handles), rcOk);
	lost = handle_derive(&world_self->handles, &world_self->handles, n, OCAP_NOTICE_WAIT, 0);
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

/* Who waits for a notice that somebody closes is told so. */
static void test_a_wait_ends_with_its_notice(void **state)
{
	Handle n = make_notice();
	struct thread *initial = world_self->initial_thread, *other = world_thread(0, 0);

	(void)state;
	sched_set_policy(initial, ThreadSchedPolicyFifo, 2, 0);
	sched_set_policy(other, ThreadSchedPolicyFifo, 3, 0);
	assert_ptr_equal(world_run(), other);
	get(n, INFINITE_TIMEOUT);
	assert_int_equal(other->wait, WAIT_NOTICE);
	assert_ptr_equal(world_run(), initial);
	assert_rc(call(FloeFnHandleClose, n), rcOk);
	assert_int_equal(other->wait, WAIT_NONE);
	assert_ptr_equal(world_run(), other);
	assert_rc(get(n, INFINITE_TIMEOUT), rcInvalidArgument);
}

/* The initial thread waits for 50 ms, and then runs again where it asked, which is the result. */
static u64 wait_in_vain(Handle n, const struct thread *other)
{
	struct thread *initial = world_self->initial_thread;
	u64 before = fake_cpu.time, pc;

	sched_set_policy(initial, ThreadSchedPolicyFifo, 2, 0);
	assert_ptr_equal(world_run(), initial);
	pc = csr_read(sepc);
	get(n, 50);
	assert_ptr_equal(world_run(), other);
	fake_cpu.time = before + 50 * MS;
	sched_timer_interrupt();
	assert_ptr_equal(world_run(), initial);
	return pc;
}

/*
 * A guest's interrupt may come between the end of a wait and the call's
 * repetition, and its handler may make calls. The wait's end stays what it was.
 */
static void test_a_call_between_changes_no_deadline(void **state)
{
	Handle n = make_notice();
	struct thread *initial = world_self->initial_thread;
	u64 sp = initial->vcpu.x[2], before = fake_cpu.time,
	    pc = wait_in_vain(n, world_thread(0, 0));

	(void)state;
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
	struct thread *initial = world_self->initial_thread, *other = world_thread(0, 0);
	u64 pc = wait_in_vain(n, other);

	(void)state;
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
	struct thread *t = world_thread(0, 0);

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
	struct thread *t = world_thread(0, 0), *other = joiner(world_task_of(child), t);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_an_event_finds_who_may_have_it),
		WORLD_TEST(test_a_wait_ends_with_its_notice),
		WORLD_TEST(test_a_call_between_changes_no_deadline),
		WORLD_TEST(test_a_wait_between_has_its_own_time),
		WORLD_TEST(test_who_waits_goes_first),
		WORLD_TEST(test_whose_end_is_waited_for_goes_with_its_process),
		WORLD_TEST(test_states),
	};

	return cmocka_run_group_tests_name("thread_waits", tests, NULL, NULL);
}
