/* SPDX-License-Identifier: Apache-2.0 */
/* Computes for a while: counts the primes below its argument, and estimates pi from them. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_LIMIT 200000

/* Strikes out all multiples; what is left are the primes. */
static unsigned count_primes(bool *composite, unsigned limit)
{
	unsigned count = 0;

	for (unsigned i = 2; i < limit; i++) {
		if (composite[i])
			continue;
		count++;
		for (unsigned long j = (unsigned long)i * i; j < limit; j += i)
			composite[j] = true;
	}
	return count;
}

/* Euler's product: pi^2 / 6 = 1 / ((1 - 1/2^2) (1 - 1/3^2) (1 - 1/5^2) ...). */
static double estimate_pi(const bool *composite, unsigned limit)
{
	double product = 1;

	for (unsigned i = 2; i < limit; i++)
		if (!composite[i])
			product *= 1 - 1.0 / ((double)i * i);
	return sqrt(6 / product);
}

int main(int argc, char **argv)
{
	unsigned limit = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : DEFAULT_LIMIT;
	bool *composite = calloc(limit, sizeof(*composite));

	if (!composite) {
		printf("no memory for %u numbers\n", limit);
		return EXIT_FAILURE;
	}
	printf("%u primes below %u", count_primes(composite, limit), limit);
	printf(", pi is about %.6f\n", estimate_pi(composite, limit));
	free(composite);
	return EXIT_SUCCESS;
}
