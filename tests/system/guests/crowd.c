/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU budget that more threads share than a piece of it has room for, and whom that concerns:
 *
 *	crowd N        N more threads that compute for LAST_MS
 *	share PERCENT  for so much of WATCH_MS it is to run, or more
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdint.h>
#include <string.h>

#define LAST_MS 700
#define BEGIN_MS 250 /* when all are there */
#define WATCH_MS 400
#define GAP 50 /* ticks: between two looks at the clock somebody else ran */

static uint64_t now(void)
{
	uint64_t n;

	__asm__ volatile("rdtime %0" : "=r"(n)::"memory");
	return n;
}

static uint64_t after_ms(uint64_t ms)
{
	const Gsi *gsi = KnTaskGetGsi();

	return gsi->startTime + ms * (gsi->ticksPerSecond / 1000);
}

static int compute(void *context)
{
	uint64_t end = after_ms(LAST_MS);

	(void)context;
	while (now() < end)
		;
	return 0;
}

static void crowd(unsigned long n)
{
	Handle thread;
	Tid tid;

	while (n--)
		NEED(KnThreadCreateByHandle(&thread, &tid, ThreadPriorityNormal, 0x4000, RTL_NULL,
					    compute, RTL_NULL, 0));
	compute(NULL);
}

/* What it ran itself, not what is accounted. */
static void share(unsigned long percent)
{
	uint64_t begin = after_ms(BEGIN_MS), end = after_ms(BEGIN_MS + WATCH_MS), ran = 0;

	for (uint64_t last = now(), next; last < end; last = next) {
		next = now();
		if (last >= begin && next - last < GAP)
			ran += next - last;
	}
	printf("ran %lu of 1000\n", (unsigned long)(ran * 1000 / (end - begin)));
	CHECK(ran * 100 >= (end - begin) * percent);
}

int main(int argc, char **argv)
{
	unsigned long number = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc > 1 && strcmp(argv[1], "crowd") == 0) {
		crowd(number);
		return EXIT_SUCCESS;
	}
	share(number);
	return checks_result();
}
