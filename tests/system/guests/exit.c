/* SPDX-License-Identifier: Apache-2.0 */
/* Prints its arguments and ends with the exit code that the last of them says. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("argv[%d] = %s\n", i, argv[i]);
	return argc > 1 ? atoi(argv[argc - 1]) : 0;
}
