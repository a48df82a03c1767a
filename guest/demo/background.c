/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Never sleeps: a standard task that takes all the time that real-time tasks
 * leave. Each gap in its own time is a while in which others ran.
 */
#include <stdint.h>
#include <stdio.h>

enum {
	ROUNDS = 40000000,
	GAP = 500, /* ticks; a round takes far less */
};

static uint64_t now(void)
{
	uint64_t ticks;

	__asm__ volatile("csrr %0, time" : "=r"(ticks));
	return ticks;
}

int main(void)
{
	uint64_t before = now(), time;
	unsigned gaps = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		time = now();
		if (time - before > GAP)
			gaps++;
		before = time;
	}
	printf("%d rounds done, set aside %u times\n", ROUNDS, gaps);
	return 0;
}
