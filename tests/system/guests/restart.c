/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes while its process id is below its argument; with a second one without a word. */
#include <coresrv/task/task_api.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int *volatile nowhere = (int *)8;

int main(int argc, char **argv)
{
	if (argc < 3)
		printf("pid %u\n", (unsigned)KnTaskGetId());
	if (argc > 1 && KnTaskGetId() < (Pid)atoi(argv[1]))
		*nowhere = 1;
	return 0;
}
