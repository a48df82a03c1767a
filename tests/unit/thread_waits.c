// SPDX-License-Identifier: Apache-2.0
/* Waits of several threads, and of one that does something else before it asks again. */
#include "unit.h"

#include "arch/csr.h"
#include "core/notice.h"
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
	return list_entry(world_self->threads.prev, struct thread, task_link);
}

/* Who is woken and may not take the event leaves it to the next one. */
static void test_an_event_finds_who_may_have_it(void **state)
{
	Handle n = make_notice(), h = world_task("child", TASK_RUNNING), lost;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_event_finds_who_may_have_it, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(test_a_call_between_changes_no_deadline,
						world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_a_wait_between_has_its_own_time, world_setup,
						world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
