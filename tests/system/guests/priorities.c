/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who runs when. The parent (standard class, on one CPU) makes processes of
 * this image; each reports its beginning and its end in one line, and how much
 * it did. Run under ICOUNT, so that times repeat.
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>
#include <string.h>

#define TICKS_PER_MS 10000ul

static unsigned long ticks(void)
{
	unsigned long now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}

/* Computes for so many milliseconds of time, and counts the rounds. */
static unsigned long spin(unsigned long ms)
{
	unsigned long end = ticks() + ms * TICKS_PER_MS, rounds = 0;

	while (ticks() < end)
		rounds++;
	return rounds;
}

/* Computes a fixed amount, however long it takes. */
static void work(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

static Handle launch(const char *name, const char *what, ThreadSchedPolicy policy,
		     ThreadPriority priority)
{
	const char *const args[] = { what, RTL_NULL };
	const KosTaskParams params = { .args = args, .policy = policy, .priority = priority };
	Handle task;

	NEED(KosTaskInitEx(&params, name, "priorities.elf", &task));
	return task;
}

static void wait_for(Handle task)
{
	Handle notice;
	EventDesc event;
	rtl_size_t count;

	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 0));
	NEED(KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &count));
	NEED(KnHandleClose(notice));
}

static rtl_int32_t result_of(Handle task)
{
	rtl_int32_t code = -1;

	wait_for(task);
	NEED(KnTaskGetExitCode(task, &code));
	NEED(KnHandleClose(task));
	return code;
}

/* A real-time process runs to its end before the call that starts it returns. */
static void realtime_goes_first(void)
{
	Handle fifo = launch("fifo", "work", ThreadSchedPolicyFifo, 0),
	       rr = launch("rr", "work", ThreadSchedPolicyRR, 0);
	Handle standard = launch("standard", "work", ThreadSchedPolicyOther, 15);
	TaskExitStatus status;

	NEED(KnTaskResume(fifo));
	CHECK_RC(rcOk, KnTaskGetExitStatus(fifo, &status));
	NEED(KnTaskResume(rr));
	CHECK_RC(rcOk, KnTaskGetExitStatus(rr, &status));
	NEED(KnTaskResume(standard));
	CHECK_RC(rcInvalidOperation, KnTaskGetExitStatus(standard, &status));
	CHECK_EQUAL(0, result_of(fifo));
	CHECK_EQUAL(0, result_of(rr));
	CHECK_EQUAL(0, result_of(standard));
}

/* `starter` has the highest priority and starts the others, who wait for it to end. */
static void higher_goes_first(void)
{
	static const struct {
		const char *name;
		ThreadSchedPolicy policy;
		ThreadPriority priority;
	} others[] = { { "last", ThreadSchedPolicyOther, 15 },
		       { "third", ThreadSchedPolicyRR, 4 },
		       { "second", ThreadSchedPolicyFifo, 5 },
		       { "first", ThreadSchedPolicyRR, 30 } };
	Handle tasks[4];

	for (int i = 0; i < 4; i++)
		tasks[i] = launch(others[i].name, "work", others[i].policy, others[i].priority);
	for (int i = 0; i < 4; i++)
		NEED(KnTaskResume(tasks[i]));
	for (int i = 0; i < 4; i++)
		NEED(KnHandleClose(tasks[i]));
	exit(0);
}

/* FIFO equals run one after another; round-robin equals take turns. */
static void equals(ThreadSchedPolicy policy, const char *one, const char *two)
{
	Handle a = launch(one, "spin", policy, 7), b = launch(two, "spin", policy, 7),
	       c = launch("gate", "gate", policy, 20);

	NEED(KnHandleClose(c));
	NEED(KnTaskResume(a));
	NEED(KnTaskResume(b));
	wait_for(a);
	wait_for(b);
	NEED(KnHandleClose(a));
	NEED(KnHandleClose(b));
}

/* Standard ones share the hart, the higher with more of it. */
static void standard_shares(void)
{
	Handle low = launch("low", "count", ThreadSchedPolicyOther, 3),
	       high = launch("high", "count", ThreadSchedPolicyOther, 12);
	Handle same = launch("same", "count", ThreadSchedPolicyOther, 12);
	rtl_int32_t n[3];

	NEED(KnTaskResume(low));
	NEED(KnTaskResume(high));
	NEED(KnTaskResume(same));
	n[0] = result_of(low);
	n[1] = result_of(high);
	n[2] = result_of(same);
	printf("rounds: low %d, high %d, same %d\n", (int)n[0], (int)n[1], (int)n[2]);
	CHECK(n[0] > 100);
	CHECK(n[1] > 2 * n[0]);
	CHECK(n[1] < n[2] + n[2] / 5 && n[2] < n[1] + n[1] / 5);
}

/* A real-time sleeper wakes on time while a standard one computes. */
static int sleeper(void)
{
	unsigned long latest = 0;

	for (int i = 0; i < 20; i++) {
		unsigned long start = ticks(), late;

		KnSleep(5);
		late = ticks() - start - 5 * TICKS_PER_MS;
		latest = late > latest ? late : latest;
	}
	return (int)latest;
}

static void wakes_on_time(void)
{
	Handle busy = launch("busy", "count", ThreadSchedPolicyOther, 15),
	       rt = launch("rt", "sleep", ThreadSchedPolicyFifo, 1);
	rtl_int32_t latest;

	NEED(KnTaskResume(busy));
	NEED(KnTaskResume(rt));
	latest = result_of(rt);
	printf("at most %d ticks late\n", (int)latest);
	CHECK(latest >= 0 && latest < 500); /* of 100 instructions each */
	result_of(busy);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "starter") == 0)
		higher_goes_first();
	if (strcmp(what, "sleep") == 0)
		return sleeper();
	if (strcmp(what, "count") == 0)
		return (int)(spin(300) / 100);
	if (*what) {
		printf("begins\n");
		if (strcmp(what, "work") == 0)
			work();
		else
			spin(60);
		printf("ends\n");
		return 0;
	}
	realtime_goes_first();
	equals(ThreadSchedPolicyFifo, "fifo-a", "fifo-b");
	standard_shares();
	wakes_on_time();
	return checks_result();
}
