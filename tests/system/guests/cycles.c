/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes, runs, ends and closes processes again and again; the memory that can
 * be had is the same afterwards, to the page.
 */
#include "child.h"

#include <coresrv/notice/notice_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>

CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

enum {
	CYCLES = 300,
};

static Handle notice;

/* The most pages that can be committed. */
static rtl_size_t free_pages(void)
{
	const rtl_uint32_t flags = VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE |
				   VMM_FLAG_COMMIT | VMM_FLAG_LOCKED;
	rtl_size_t low = 0, high = (rtl_size_t)1 << 18;

	while (high - low > 1) {
		rtl_size_t middle = (low + high) / 2, size = middle * FLOE_PAGE_SIZE;
		void *p = KnVmAllocate(RTL_NULL, size, flags);

		if (p) {
			NEED(KnVmUnmap(p, size));
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

/* One that runs a program to its end, or is ended while it runs, loads, or is empty. */
static void cycle(unsigned i)
{
	static const char *const args[] = { "7", RTL_NULL };
	const KosTaskParams params = { .args = args, .priority = ThreadPriorityNormal };
	EventDesc event;
	rtl_size_t count;
	rtl_int32_t code;
	Handle task;

	switch (i % 6) {
	case 0:
		task = child_start("cycle", CHILD(sleep_forever), 0);
		NEED(KnTaskTerminate(task));
		break;
	case 1:
		task = child_create("cycle", 0);
		break;
	case 2:
		NEED(KosTaskInitEx(&params, "cycle", "exit.elf", &task));
		break;
	default:
		NEED(KosTaskLaunch(&params, "cycle", "exit.elf", &task));
		NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, i));
		NEED(KnNoticeGetEvent(notice, 10000, 1, &event, &count));
		CHECK_EQUAL(i, event.eventId);
		NEED(KnTaskGetExitCode(task, &code));
		CHECK_EQUAL(7, code);
	}
	NEED(KnHandleClose(task));
}

int main(void)
{
	rtl_size_t before, after;

	NEED(KnNoticeCreate(&notice));
	for (unsigned i = 0; i < 12; i++)
		cycle(i);
	before = free_pages();
	for (unsigned i = 0; i < CYCLES; i++)
		cycle(i);
	KnSleep(500); /* what has to be said about them is said */
	after = free_pages();
	printf("%lu pages before, %lu after\n", (unsigned long)before, (unsigned long)after);
	CHECK_EQUAL(before, after);
	CHECK(before > 1000);
	return checks_result();
}
