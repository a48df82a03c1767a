// SPDX-License-Identifier: Apache-2.0
/* Waiting for processes: notices, through the calls. */
#include "unit.h"

#include "core/notice.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

#define EVENTS_AT BUFFER_AT
#define COUNT_AT (OUT_AT + 64)

static Handle make_notice(void)
{
	assert_rc(call(FloeFnNoticeCreate, OUT_AT), rcOk);
	return load_u32(OUT_AT);
}

static Retcode get(Handle notice, u64 ms, u64 max)
{
	return call(FloeFnNoticeGetEvent, notice, ms, max, EVENTS_AT, COUNT_AT);
}

static void expect(unsigned int index, u64 id, u32 mask)
{
	EventDesc event;

	memcpy(&event, at(EVENTS_AT + index * sizeof(event)), sizeof(event));
	assert_int_equal(event.eventId, id);
	assert_int_equal(event.eventMask, mask);
}

static const struct notice *notice_of(Handle notice)
{
	struct object *object;

	assert_rc(handle_get(&world_self->handles, notice, OBJECT_NOTICE, 0, &object), rcOk);
	return container_of(object, struct notice, object);
}

static void test_end_is_told_once(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning);

	(void)state;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 0x1234567890), rcOk);
	assert_rc(get(n, 0, 4), rcTimeout);
	assert_int_equal(load_u64(COUNT_AT), 0);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(get(n, 0, 4), rcOk);
	assert_int_equal(load_u64(COUNT_AT), 1);
	expect(0, 0x1234567890, EVENT_TASK_COMPLETED);
	assert_rc(get(n, 0, 4), rcTimeout);
}

static void test_what_happened_before_counts(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateFrozen);

	(void)state;
	assert_rc(call(FloeFnTaskTerminateAfterFreezing, h), rcOk);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN, 5),
		  rcOk);
	assert_rc(get(n, 0, 4), rcOk);
	expect(0, 5, EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN);
	assert_rc(get(n, 0, 4), rcTimeout);
}

static void test_only_what_was_asked_for(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning);

	(void)state;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_FROZEN, 5), rcOk);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(get(n, 0, 4), rcTimeout);
}

static void test_object_is_gone(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning);

	(void)state;
	assert_rc(
		call(FloeFnNoticeSubscribe, n, h, EVENT_OBJECT_DESTROYED | EVENT_TASK_COMPLETED, 9),
		rcOk);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(get(n, 0, 4), rcOk);
	expect(0, 9, EVENT_TASK_COMPLETED);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
	assert_int_equal(notice_of(n)->count, 1);
	assert_rc(get(n, 0, 4), rcOk);
	expect(0, 9, EVENT_OBJECT_DESTROYED);
	/* Nothing of it counts any more. */
	assert_int_equal(notice_of(n)->count, 0);
}

static void test_several_objects_and_few_places(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	Handle n = make_notice(), h[5];

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		h[i] = world_task(names[i], TaskStateRunning);
		assert_rc(call(FloeFnNoticeSubscribe, n, h[i], EVENT_TASK_COMPLETED, 100 + i),
			  rcOk);
	}
	for (unsigned int i = 5; i--;)
		assert_rc(call(FloeFnTaskTerminate, h[i]), rcOk);
	/* In the order in which they happened. */
	assert_rc(get(n, 0, 3), rcOk);
	assert_int_equal(load_u64(COUNT_AT), 3);
	expect(0, 104, EVENT_TASK_COMPLETED);
	expect(2, 102, EVENT_TASK_COMPLETED);
	/* More than 64 are never given, and need no room. */
	assert_rc(get(n, 0, ~(u64)0), rcOk);
	assert_int_equal(load_u64(COUNT_AT), 2);
	expect(1, 100, EVENT_TASK_COMPLETED);
}

static void test_two_notices_of_one_object(void **state)
{
	Handle a = make_notice(), b = make_notice(), h = world_task("child", TaskStateRunning);

	(void)state;
	assert_rc(call(FloeFnNoticeSubscribe, a, h, EVENT_TASK_COMPLETED, 1), rcOk);
	assert_rc(call(FloeFnNoticeSubscribe, b, h, EVENT_TASK_COMPLETED, 2), rcOk);
	assert_rc(call(FloeFnHandleClose, a), rcOk);
	world_settle();
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(get(b, 0, 4), rcOk);
	expect(0, 2, EVENT_TASK_COMPLETED);
	assert_rc(get(a, 0, 4), rcInvalidArgument);
}

static void test_waiting_ends_with_the_time(void **state)
{
	Handle n = make_notice();
	u64 before = fake_cpu.time;

	(void)state;
	assert_rc(get(n, 50, 4), rcTimeout);
	assert_int_equal(fake_cpu.time, before + 50 * MS);
	assert_int_equal(load_u64(COUNT_AT), 0);
	/* Another wait has a time of its own. */
	assert_rc(get(n, 20, 4), rcTimeout);
	assert_int_equal(fake_cpu.time, before + 70 * MS);
}

/* While the caller waits, its child runs, and its end wakes the caller. */
static void test_waiting_ends_with_an_event(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning);
	struct thread *self = fake_hart.current;
	struct task *child = world_task_of(h);
	const u64 a[6] = { n, 1000, 4, EVENTS_AT, COUNT_AT };
	u64 before = fake_cpu.time;

	(void)state;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 77), rcOk);
	world_call(FloeFnNoticeGetEvent, a);
	assert_ptr_equal(fake_hart.current->task, child);
	assert_int_equal(self->state, THREAD_BLOCKED);
	fake_cpu.time += 10 * MS;
	task_end(child, TaskExitNormal, 3);
	assert_ptr_equal(world_run(), self);
	/* It makes its call again. */
	assert_rc(world_call(FloeFnNoticeGetEvent, a), rcOk);
	expect(0, 77, EVENT_TASK_COMPLETED);
	assert_int_equal(fake_cpu.time, before + 10 * MS);
	assert_int_equal(fake_hart.rq.timers.next, TIME_NEVER);
}

static void test_sleep(void **state)
{
	u64 before = fake_cpu.time;

	(void)state;
	assert_rc(call(FloeFnSleep, 0), rcOk);
	assert_int_equal(fake_cpu.time, before);
	assert_rc(call(FloeFnSleep, 250), rcOk);
	assert_int_equal(fake_cpu.time, before + 250 * MS);
}

static void test_wrong_arguments(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateEmpty);
	const struct {
		u64 function;
		u64 a[6];
		Retcode rc;
	} cases[] = {
		{ FloeFnNoticeSubscribe, { n, h, 0, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { n, h, 8, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { n, h, 1u << 31 | 1, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { h, h, 1, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { n, n, 1, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { 0, h, 1, 1 }, rcInvalidArgument },
		{ FloeFnNoticeSubscribe, { n, 0, 1, 1 }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 0, EVENTS_AT, COUNT_AT }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 1, 0, COUNT_AT }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 1, EVENTS_AT, 0 }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 1, EVENTS_AT + 4, COUNT_AT }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 1, EVENTS_AT, COUNT_AT + 1 }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { h, 0, 1, EVENTS_AT, COUNT_AT }, rcInvalidArgument },
		{ FloeFnNoticeGetEvent, { n, 0, 1, UNMAPPED, COUNT_AT }, rcTargetFault },
		{ FloeFnNoticeGetEvent, { n, 0, 1, EVENTS_AT, RO_BASE }, rcTargetFault },
		{ FloeFnNoticeGetEvent, { n, 0, 2, RO_BASE - 16, COUNT_AT }, rcTargetFault },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_rc(world_call(cases[i].function, cases[i].a), cases[i].rc);
}

static void test_subscriptions_run_out(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateEmpty);
	struct object *object;
	struct notice *notice;

	(void)state;
	assert_rc(handle_get(&world_self->handles, n, OBJECT_NOTICE, 0, &object), rcOk);
	notice = container_of(object, struct notice, object);
	memory_fail(FAIL_FROM, 0);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 1), rcOutOfMemory);
	memory_fail_end();
	assert_int_equal(notice->count, 0);
	notice->count = NOTICE_SUBSCRIPTIONS_MAX;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 1), rcQuotaExceeded);
	notice->count = NOTICE_SUBSCRIPTIONS_MAX - 1;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 1), rcOk);
}

/* Whoever subscribes twice still hears of an event once. */
static void test_two_subscriptions_of_one_object(void **state)
{
	Handle n = make_notice(), h = world_task("child", TaskStateRunning);
	u64 events;

	(void)state;
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 1), rcOk);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 2), rcOk);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_OBJECT_DESTROYED, 2), rcOk);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(get(n, 0, 10), rcOk);
	events = load_u64(COUNT_AT);
	assert_int_equal(events, 1);
	assert_rc(call(FloeFnNoticeSubscribe, n, h, EVENT_TASK_COMPLETED, 3), rcOk);
	assert_rc(get(n, 0, 10), rcTimeout);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
	assert_rc(get(n, 0, 10), rcOk);
	assert_int_equal(load_u64(COUNT_AT), 1);
	assert_int_equal(((EventDesc *)at(EVENTS_AT))->eventMask, EVENT_OBJECT_DESTROYED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_end_is_told_once),
		WORLD_TEST(test_what_happened_before_counts),
		WORLD_TEST(test_only_what_was_asked_for),
		WORLD_TEST(test_object_is_gone),
		WORLD_TEST(test_several_objects_and_few_places),
		WORLD_TEST(test_two_notices_of_one_object),
		WORLD_TEST(test_waiting_ends_with_the_time),
		WORLD_TEST(test_waiting_ends_with_an_event),
		WORLD_TEST(test_sleep),
		WORLD_TEST(test_wrong_arguments),
		WORLD_TEST(test_subscriptions_run_out),
		WORLD_TEST(test_two_subscriptions_of_one_object),
	};

	return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
