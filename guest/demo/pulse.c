/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A periodic task, meant to run with a real-time policy: sleeps and wakes, and
 * says how evenly. Compare with how long `background` waits beside it.
 */
#include <coresrv/thread/thread_api.h>
#include <stdint.h>
#include <stdio.h>

enum {
	BEATS = 25,
	PERIOD_MS = 20,
};

static uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("csrr %0, time" : "=r"(ticks));
	return ticks;
}

int main(void)
{
	uint64_t shortest = UINT64_MAX, longest = 0;

	for (int i = 0; i < BEATS; i++) {
		uint64_t before = now(), took;

		KnSleep(PERIOD_MS);
		took = now() - before;
		if (took < shortest)
			shortest = took;
		if (took > longest)
			longest = took;
	}
	printf("woke %d times after %d ms each, at most %lu timer ticks late\n", BEATS, PERIOD_MS,
	       (unsigned long)(longest - shortest));
	return 0;
}
