/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child with control bytes in its name and its image's name; and a child that
 * floods the console, beside which this one does its own work in time.
 */
#include "child.h"

#include <coresrv/notice/notice_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>
#include <stdint.h>

CHILD_CODE(panic, CHILD_CALL(19));

static void strange_names(void)
{
	Handle task = child_create("red \x1b[31m\n[floe] forged\x7f\x9b", TaskExceptionFreezesTask);

	NEED(KnTaskSetPath(task, "image\r\n\x01.elf"));
	child_load(task, CHILD(panic));
	NEED(KnTaskResume(task));
	KnSleep(50);
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
}

static uint64_t ticks(void)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}

/* The flood never ends; that our lines come out shows that it only delays itself. */
static void beside_a_flood(void)
{
	static const char *const args[] = { "flood", RTL_NULL };
	const KosTaskParams params = { .args = args, .priority = ThreadPriorityHighest };
	uint64_t start, longest = 0;
	Handle task;

	NEED(KosTaskLaunch(&params, "flood", "console.elf", &task));
	for (int i = 0; i < 20; i++) {
		start = ticks();
		KnSleep(10);
		if (ticks() - start > longest)
			longest = ticks() - start;
	}
	printf("slept at most %lu us\n", (unsigned long)longest / 10);
	CHECK(longest < 400000); /* 40 ms: 10 ms of sleep and the flood's quantum of 16 */
	for (int i = 0; i < 5; i++)
		printf("line %d beside the flood\n", i);
	NEED(KnTaskTerminate(task));
	NEED(KnHandleClose(task));
}

int main(void)
{
	strange_names();
	beside_a_flood();
	return checks_result();
}
