/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard threads share what harts a real-time thread that never gives way leaves, those that
 * waited for its hart too. Wants two harts or more.
 */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <stdint.h>

#define THREADS 12
#define PATIENCE_MS 30000

static volatile unsigned long counter[THREADS];
static volatile int spins, stop;

static int counts(void *context)
{
	while (!stop)
		counter[(uintptr_t)context]++;
	return 0;
}

static int spin(void *context)
{
	(void)context;
	for (spins = 1; !stop;)
		;
	return 0;
}

static void start(ThreadRoutine routine, uintptr_t context, ThreadPriority priority, unsigned flags)
{
	Handle thread;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, priority, 0, RTL_NULL, routine, (void *)context,
				    flags));
}

/* All of them go on from here, however long each may have to wait for its turn. */
static int all_go_on(void)
{
	unsigned long before[THREADS];
	int left = PATIENCE_MS;

	for (int i = 0; i < THREADS; i++)
		before[i] = counter[i];
	for (int i = 0; i < THREADS; i++)
		for (; counter[i] == before[i]; left--) {
			if (!left)
				return 0;
			KnSleep(1);
		}
	return 1;
}

int main(void)
{
	for (uintptr_t i = 0; i < THREADS; i++)
		start(counts, i, 0, 0);
	CHECK(all_go_on());
	start(spin, 0, 20, ThreadFlagSchedFifo);
	while (!spins)
		KnSleep(1);
	CHECK(all_go_on());
	CHECK(all_go_on());
	stop = 1;
	return checks_result();
}
