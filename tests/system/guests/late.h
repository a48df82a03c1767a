/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late a real-time thread wakes while another process, of the same image, makes calls. The
 * watcher's argument is the limit in microseconds, 0 to show the figures only; it starts the
 * other one as "calls LIMIT".
 */
#include "api-test.h"

#include <stdint.h>

#define TICKS_PER_US 10
#define TICKS_PER_MS 10000
#define LEAD 50 /* ticks: so much earlier than the other's wake-up a call begins */

/* Of both processes. Times are ticks. */
struct shared {
	uint64_t due;   /* when the thread wants to wake */
	uint64_t late;  /* the most that it was late by since somebody cleared this */
	uint64_t wakes; /* how often it has woken */
	uint64_t over;
};

static volatile struct shared *shared;
static unsigned long limit_us;

static inline uint64_t now(void)
{
	uint64_t n;

	__asm__ volatile("rdtime %0" : "=r"(n)::"memory");
	return n;
}

static void late_map(Handle mdl)
{
	void *at;

	NEED(KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, RW, &at));
	shared = at;
}

/* The real-time thread: wakes each millisecond until the other one is done. */
static void watch(void)
{
	while (!shared->over) {
		uint64_t late;

		shared->due = now() + TICKS_PER_MS;
		KnSleep(1);
		late = now() - shared->due;
		if (late > shared->late)
			shared->late = late;
		shared->wakes++;
	}
}

static uint64_t begun;

static void begin(void)
{
	uint64_t wakes = shared->wakes;

	while (shared->wakes < wakes + 2)
		;
	shared->late = 0;
	while (now() + LEAD < shared->due)
		;
	begun = now();
}

static void show_end(const char *what, int checked)
{
	uint64_t took = now() - begun, wakes = shared->wakes, late;

	while (shared->wakes < wakes + 2)
		;
	late = shared->late / TICKS_PER_US;
	printf("%-32s %6lu us, late by %6lu us\n", what, (unsigned long)(took / TICKS_PER_US),
	       (unsigned long)late);
	if (checked && limit_us)
		CHECK(late <= limit_us);
}

static void end(const char *what)
{
	show_end(what, 1);
}

#define LONG(what, call)                                                                           \
	do {                                                                                       \
		begin();                                                                           \
		call;                                                                              \
		end(what);                                                                         \
	} while (0)

/* What takes longer still: docs/performance.md says why. */
#define LONGER(what, call)                                                                         \
	do {                                                                                       \
		begin();                                                                           \
		call;                                                                              \
		show_end(what, 0);                                                                 \
	} while (0)

/* The other process: before its first call, and behind its last one. */
static void late_begin(void)
{
	Handle mdl;

	NEED(KosTaskLookupResource("shared", &mdl));
	late_map(mdl);
}

static void late_end(void)
{
	shared->over = 1;
	KnSleep(10);
}

/* Starts the other one with these limits, and watches it. */
static void late_watch(const char *limit, const TaskLimits *limits)
{
	const char *const args[] = { "calls", limit, RTL_NULL };
	const KosTaskParams params = { .args = args,
				       .priority = ThreadPriorityNormal,
				       .limits = limits };
	Handle task, mdl;
	char image[64];

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	late_map(mdl);
	NEED(KnTaskGetPath(image, sizeof(image)));
	NEED(KosTaskInitEx(&params, "neighbour", image, &task));
	NEED(KosTaskTransferResource(task, mdl, INVALID_HANDLE, OCAP_MDL_MAP, "shared"));
	NEED(KnTaskResume(task));
	watch();
	CHECK_EQUAL(0, exit_code_of(task));
}

/* What main() is to be: the watcher's is its limit. */
static const char *late_mode(int argc, char **argv)
{
	if (argc > 2)
		limit_us = strtoul(argv[2], NULL, 10);
	return argc > 1 ? argv[1] : "0";
}
