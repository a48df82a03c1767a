/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes below three functions, with a text in memory whose address it prints. */
#include <stdio.h>
#include <stdlib.h>

static char text[4096 * 4] __attribute__((aligned(16))) = "What the shell shows\x01\xff of it";

__attribute__((noinline)) static int inner(volatile int *at)
{
	return *at + 1;
}

__attribute__((noinline)) static int middle(volatile int *at)
{
	return inner(at) + 1;
}

__attribute__((noinline)) static int outer(volatile int *at)
{
	return middle(at) + 1;
}

int main(int argc, char **argv)
{
	/* A place that the test knows, whatever the load address. */
	char *known = argc > 1 ? (char *)strtoul(argv[1], NULL, 0) : NULL;

	text[4095] = 1;
	printf("text at %p, %p\n", (void *)text, (void *)known);
	return outer((volatile int *)known) + 1;
}
