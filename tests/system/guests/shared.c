/* SPDX-License-Identifier: Apache-2.0 */
/* 4 MiB of constants, which all instances share. */
#include <stdio.h>

#define FOUR(x) x, x, x, x
#define K(x) FOUR(FOUR(FOUR(FOUR(FOUR(x)))))

static const unsigned long constants[512 * 1024] = { K(1), K(2), [512 * 1024 - 1] = 3 };

int main(void)
{
	const unsigned long *volatile all = constants; /* not to be summed up by the compiler */
	unsigned long sum = 0;

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		sum += all[i];
	printf("sum %lu\n", sum);
	return 0;
}
