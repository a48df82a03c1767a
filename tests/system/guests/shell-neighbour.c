/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs beside the inspection shell: counts, sleeps and prints, and would say if
 * something of it had changed. argv[1]: how many rounds, 0 for ever.
 */
#include <coresrv/thread/thread_api.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned char pattern[8192];

static unsigned char expected(unsigned i, unsigned round)
{
	return (unsigned char)(i * 7 + round);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 0;

	for (unsigned round = 1; round <= rounds || !rounds; round++) {
		for (unsigned i = 0; i < sizeof(pattern); i++)
			pattern[i] = expected(i, round);
		KnSleep(5);
		for (unsigned i = 0; i < sizeof(pattern); i++)
			if (pattern[i] != expected(i, round)) {
				printf("FAILED: byte %u in round %u\n", i, round);
				return 1;
			}
		if (round % 20 == 0)
			printf("round %u is right\n", round);
	}
	return 0;
}
