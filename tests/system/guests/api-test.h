/* SPDX-License-Identifier: Apache-2.0 */
/* What the guests that test the API share: a failed call changes nothing, and who ended how. */
#ifndef TESTS_API_TEST_H
#define TESTS_API_TEST_H

#include "child.h"

#include <coresrv/notice/notice_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>

#define PAGE ((rtl_size_t)FLOE_PAGE_SIZE)
#define R VMM_FLAG_READ
#define RW (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define RX (VMM_FLAG_READ | VMM_FLAG_EXECUTE)
#define RESERVED VMM_FLAG_RESERVE
#define ON_TOUCH (VMM_FLAG_RESERVE | VMM_FLAG_COMMIT)
#define AT_ONCE (VMM_FLAG_RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)

/* Where nothing is mapped, for pointers and exact addresses. */
#define NOWHERE ((void *)0x4000ul)

static inline SysCounters counters(void)
{
	SysCounters c;

	NEED(KnSysGetCounters(&c));
	return c;
}

static inline int same_counters(const SysCounters *a, const SysCounters *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Waits until what was ended is gone for good: its last lines are printed later. */
static inline SysCounters settled(void)
{
	SysCounters before = counters(), now;

	for (;;) {
		KnSleep(20);
		now = counters();
		if (same_counters(&before, &now))
			return now;
		before = now;
	}
}

static inline void check_counters(int line, const char *what, const SysCounters *a,
				  const SysCounters *b)
{
	check_equal(line, "free pages", (long long)a->freePages, (long long)b->freePages);
	check_equal(line, "tasks", (long long)a->tasks, (long long)b->tasks);
	check_equal(line, "threads", (long long)a->threads, (long long)b->threads);
	check_equal(line, "handles", (long long)a->handles, (long long)b->handles);
	check_equal(line, "MDLs", (long long)a->mdls, (long long)b->mdls);
	check_equal(line, "VMIDs", (long long)a->vmids, (long long)b->vmids);
	if (!same_counters(a, b))
		printf("FAILED: ... around %s\n", what);
}

/*
 * A call that fails so, and leaves nothing behind. It is made twice, since the
 * first one may find the hypervisor's caches empty.
 */
#define FAILS(expected, call)                                                                      \
	do {                                                                                       \
		SysCounters fails_before, fails_after;                                             \
                                                                                                   \
		check_rc(__LINE__, #call, expected, call);                                         \
		fails_before = counters();                                                         \
		check_rc(__LINE__, #call, expected, call);                                         \
		fails_after = counters();                                                          \
		check_counters(__LINE__, #call, &fails_before, &fails_after);                      \
	} while (0)

/* The pages of the stack that a test needs are there before anything is counted. */
__attribute__((noinline, unused)) static void touch_stack(void)
{
	volatile char deep[128 * 1024];

	for (size_t i = 0; i < sizeof(deep); i += FLOE_PAGE_SIZE)
		deep[i] = 0;
}

/* Waits until it has ended or frozen. */
static inline rtl_uint32_t wait_for(Handle task)
{
	Handle notice;
	EventDesc event = { 0, 0 };
	rtl_size_t count;

	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN, 0));
	NEED(KnNoticeGetEvent(notice, 20000, 1, &event, &count));
	NEED(KnHandleClose(notice));
	return event.eventMask;
}

/* Waits for its own end and gives the exit code; closes the handle. */
static inline int exit_code_of(Handle task)
{
	rtl_int32_t code = -1;

	wait_for(task);
	CHECK_RC(rcOk, KnTaskGetExitCode(task, &code));
	NEED(KnHandleClose(task));
	return code;
}

/* This program once more, loaded and with one argument. */
static inline Handle another(const char *name, const char *mode, rtl_uint32_t flags,
			     const TaskLimits *limits)
{
	const char *const args[] = { mode, RTL_NULL };
	const KosTaskParams params = {
		.args = args, .flags = flags, .priority = ThreadPriorityNormal, .limits = limits
	};
	char image[64];
	Handle task = INVALID_HANDLE;

	NEED(KnTaskGetPath(image, sizeof(image)));
	NEED(KosTaskInitEx(&params, name, image, &task));
	return task;
}

#endif
