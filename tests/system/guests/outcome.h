/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that does what its last argument says: "crash" in a function of its
 * own, or end with that exit code. Built in several kinds, see system.mk.
 */
#include <coresrv/task/task_api.h>
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
	rtl_size_t base, symbols = 1, strings = 1;
	void *at = &base, *names = &base;

	if (KnTaskGetElfSyms(&base, &at, &symbols, &names, &strings) != rcOk || !at != !symbols ||
	    !names != !strings || !at != !names)
		return 99;
	printf("%s of %d: %s, %s symbols\n", argv[0], argc, what, at ? "with" : "without");
	return strcmp(what, "crash") == 0 ? crash_here(NULL) - 1 : atoi(what);
}
