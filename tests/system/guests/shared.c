/* SPDX-License-Identifier: Apache-2.0 */
/* 4 MiB of constants, which all instances share. */
#include <stdio.h>

#define FOUR(x) x, x, x, x
#define K(x) FOUR(FOUR(FOUR(FOUR(FOUR(x)))))

static const volatile unsigned long constants[512 * 1024] = { K(1), K(2), [512 * 1024 - 1] = 3 };

int main(void)
{
	unsigned long sum = 0;

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		sum += constants[i];
	printf("sum %lu\n", sum);
	return 0;
}
