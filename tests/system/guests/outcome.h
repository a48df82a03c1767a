/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that does what its last argument says: "crash" in a function of its
 * own, or end with that exit code. Built in several kinds, see system.mk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noipa)) static int crash_here(volatile int *p)
{
	return *p + 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[argc - 1] : "0";

	printf("%s of %d: %s\n", argv[0], argc, what);
	return strcmp(what, "crash") == 0 ? crash_here(NULL) - 1 : atoi(what);
}
