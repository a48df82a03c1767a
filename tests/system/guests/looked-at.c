/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that nobody refers to any more go in portions, while others look at all that there are:
 *
 *	make    processes that hold many others, again and again
 *	look    at each process, meanwhile
 */
#include "child.h"

#include <coresrv/task/inspect_api.h>
#include <coresrv/task/task_api.h>
#include <stdio.h>

#define CHILDREN 150
#define ROUNDS 40
#define LOOKS 3000

static void make(int rounds)
{
	for (int r = 0; r < rounds; r++) {
		Handle holder = child_create("holder", 0), h;

		for (int i = 0; i < CHILDREN; i++) {
			char name[32];
			Handle task;

			snprintf(name, sizeof(name), "c-%d-%d", r, i);
			task = child_create(name, 0);
			NEED(KnTaskTransferResource(holder, task, INVALID_HANDLE, OCAP_TASK_FULL,
						    &h));
			NEED(KnHandleClose(task));
		}
		NEED(KnHandleClose(holder));
		KnSleep(20);
	}
}

static void look(void)
{
	unsigned long seen = 0;

	for (int round = 0; round < LOOKS; round++) {
		Pid pid = 0, id;
		Handle task;

		while (KnTaskGetNext(pid, &task) == rcOk) {
			seen++;
			NEED(KnTaskGetIdByHandle(task, &id));
			CHECK(id > pid);
			pid = id;
			NEED(KnHandleClose(task));
		}
	}
	printf("%lu seen\n", seen);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "make") == 0) {
		make(ROUNDS);
		return EXIT_SUCCESS;
	}
	look();
	return checks_result();
}
