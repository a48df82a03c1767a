/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the ends of processes (api.md, section 8). */
#include "api-test.h"

#include <stdint.h>

CHILD_CODE(sleep_and_exit, "li a0, 20\n" CHILD_CALL(72) "li a0, 0\n" CHILD_CALL(18));
CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));
CHILD_CODE(crash_at_once, "unimp");
CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

#define ALL_EVENTS (EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN | EVENT_OBJECT_DESTROYED)

static uint64_t ticks(void)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}

/* The next event is this one. */
static void check_event(int line, Handle notice, rtl_uintptr_t id, rtl_uint32_t mask)
{
	EventDesc event = { 0, 0 };
	rtl_size_t count = 99;

	check_rc(line, "KnNoticeGetEvent", rcOk,
		 KnNoticeGetEvent(notice, 10000, 1, &event, &count));
	check_equal(line, "count", 1, (long long)count);
	check_equal(line, "eventId", (long long)id, (long long)event.eventId);
	check_equal(line, "eventMask", mask, event.eventMask);
}
#define CHECK_EVENT(notice, id, mask) check_event(__LINE__, notice, id, mask)

static void check_nothing(int line, Handle notice)
{
	EventDesc event;
	rtl_size_t count = 99;

	check_rc(line, "KnNoticeGetEvent", rcTimeout,
		 KnNoticeGetEvent(notice, 0, 1, &event, &count));
	check_equal(line, "count", 0, (long long)count);
}
#define CHECK_NOTHING(notice) check_nothing(__LINE__, notice)

static void completed_and_destroyed(Handle notice)
{
	Handle task = child_start("completed", CHILD(sleep_and_exit), 0);

	NEED(KnNoticeSubscribeToObject(notice, task, ALL_EVENTS, 11));
	CHECK_NOTHING(notice);
	CHECK_EVENT(notice, 11, EVENT_TASK_COMPLETED);
	CHECK_NOTHING(notice);
	NEED(KnHandleClose(task));
	CHECK_EVENT(notice, 11, EVENT_OBJECT_DESTROYED);
	CHECK_NOTHING(notice);
}

static void frozen(Handle notice)
{
	Handle task = child_create("frozen", TaskExceptionFreezesTask);

	child_load(task, CHILD(crash_at_once));
	NEED(KnNoticeSubscribeToObject(notice, task, ALL_EVENTS, 12));
	NEED(KnTaskResume(task));
	CHECK_EVENT(notice, 12, EVENT_TASK_FROZEN);
	NEED(KnTaskTerminateAfterFreezing(task));
	CHECK_EVENT(notice, 12, EVENT_TASK_COMPLETED);
	NEED(KnHandleClose(task));
	CHECK_EVENT(notice, 12, EVENT_OBJECT_DESTROYED);
}

/* The masks of one object come as one event. */
static void together(Handle notice)
{
	Handle task = child_create("together", 0);

	child_load(task, CHILD(sleep_forever));
	NEED(KnNoticeSubscribeToObject(notice, task, ALL_EVENTS, 13));
	NEED(KnTaskResume(task));
	NEED(KnTaskTerminate(task));
	NEED(KnHandleClose(task));
	KnSleep(5);
	CHECK_EVENT(notice, 13, EVENT_TASK_COMPLETED | EVENT_OBJECT_DESTROYED);
	CHECK_NOTHING(notice);
}

static void before_the_subscription(Handle notice)
{
	Handle task = child_start("early", CHILD(exit_at_once), 0), other;

	KnSleep(50);
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 14));
	CHECK_EVENT(notice, 14, EVENT_TASK_COMPLETED);
	CHECK_NOTHING(notice);
	NEED(KnNoticeCreate(&other));
	NEED(KnNoticeSubscribeToObject(other, task, EVENT_TASK_FROZEN, 15));
	CHECK_NOTHING(other); /* that it has not done */
	NEED(KnNoticeSubscribeToObject(other, task, EVENT_TASK_COMPLETED, 16));
	CHECK_EVENT(other, 16, EVENT_TASK_COMPLETED); /* once for every notice */
	NEED(KnHandleClose(other));
	NEED(KnHandleClose(task));
	CHECK_NOTHING(notice);
}

static void several(Handle notice)
{
	static const char *const names[] = { "one", "two", "three" };
	Handle tasks[3];
	EventDesc events[4];
	rtl_size_t count = 0;
	rtl_uintptr_t ids = 0;

	for (unsigned i = 0; i < 3; i++) {
		tasks[i] = child_start(names[i], CHILD(exit_at_once), 0);
		NEED(KnNoticeSubscribeToObject(notice, tasks[i], EVENT_TASK_COMPLETED, 1u << i));
	}
	KnSleep(50);
	CHECK_RC(rcOk, KnNoticeGetEvent(notice, 10000, 2, events, &count));
	CHECK_EQUAL(2, count);
	ids = events[0].eventId + events[1].eventId;
	CHECK_RC(rcOk, KnNoticeGetEvent(notice, 10000, 4, events, &count));
	CHECK_EQUAL(1, count);
	CHECK_EQUAL(7, ids + events[0].eventId);
	for (unsigned i = 0; i < 3; i++)
		NEED(KnHandleClose(tasks[i]));
}

static void timeouts(Handle notice)
{
	Handle task = child_start("sleeper", CHILD(sleep_forever), 0);
	EventDesc event;
	rtl_size_t count = 99;
	uint64_t start = ticks();

	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 17));
	CHECK_RC(rcTimeout, KnNoticeGetEvent(notice, 30, 1, &event, &count));
	CHECK_EQUAL(0, count);
	CHECK(ticks() - start >= 300000); /* at 10 MHz, as QEMU has it */
	start = ticks();
	CHECK_RC(rcOk, KnSleep(30));
	CHECK(ticks() - start >= 300000);
	NEED(KnTaskTerminate(task));
	CHECK_EVENT(notice, 17, EVENT_TASK_COMPLETED);
	NEED(KnHandleClose(task));
}

static void wrong_arguments(Handle notice)
{
	Handle task = child_create("wrong", 0), closed;
	EventDesc event;
	rtl_size_t count;

	NEED(KnNoticeCreate(&closed));
	NEED(KnHandleClose(closed));
	FAILS(rcInvalidArgument, KnNoticeCreate(RTL_NULL));
	FAILS(rcTargetFault, KnNoticeCreate((Handle *)(uintptr_t)0x4000));
	FAILS(rcInvalidArgument, KnNoticeSubscribeToObject(notice, task, 0, 0));
	FAILS(rcInvalidArgument, KnNoticeSubscribeToObject(notice, task, 1u << 7, 0));
	FAILS(rcInvalidArgument,
	      KnNoticeSubscribeToObject(notice, notice, EVENT_TASK_COMPLETED, 0));
	FAILS(rcInvalidArgument, KnNoticeSubscribeToObject(closed, task, EVENT_TASK_COMPLETED, 0));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(notice, 0, 0, &event, &count));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(notice, 0, 1, RTL_NULL, &count));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(notice, 0, 1, &event, RTL_NULL));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(closed, 0, 1, &event, &count));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(task, 0, 1, &event, &count));
	FAILS(rcTargetFault,
	      KnNoticeGetEvent(notice, 0, 1, (EventDesc *)(uintptr_t)0x4000, &count));
	FAILS(rcTargetFault,
	      KnNoticeGetEvent(notice, 0, 1, &event, (rtl_size_t *)(uintptr_t)0x4000));
	FAILS(rcInvalidArgument, KnNoticeCreate((Handle *)((char *)&closed + 1)));
	FAILS(rcInvalidArgument,
	      KnNoticeGetEvent(notice, 0, 1, (EventDesc *)((char *)&event + 4), &count));
	FAILS(rcInvalidArgument,
	      KnNoticeGetEvent(notice, 0, 1, &event, (rtl_size_t *)((char *)&count + 4)));
	FAILS(rcInvalidArgument,
	      KnNoticeSubscribeToObject(notice, INVALID_HANDLE, EVENT_TASK_COMPLETED, 0));
	FAILS(rcTargetFault, KnNoticeGetEvent(notice, 0, 64, NOWHERE, &count));
	NEED(KnHandleClose(task));
	settled();
}

/* Subscribed to twice in one notice, an event still comes once. */
static void subscribed_twice(void)
{
	Handle task = child_start("twice", CHILD(sleep_and_exit), 0), notice;

	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 18));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 18));
	CHECK_EVENT(notice, 18, EVENT_TASK_COMPLETED);
	CHECK_NOTHING(notice);
	NEED(KnHandleClose(notice));
	NEED(KnHandleClose(task));
}

int main(void)
{
	Handle notice;

	touch_stack();
	NEED(KnNoticeCreate(&notice));
	completed_and_destroyed(notice);
	frozen(notice);
	together(notice);
	before_the_subscription(notice);
	several(notice);
	timeouts(notice);
	wrong_arguments(notice);
	subscribed_twice();
	return checks_result();
}
