/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a child of one name again and again, at once when the one before has
 * ended: nobody who waits for it may keep it for longer.
 *
 * The shell has it for as long as it takes to subscribe to its end. On a machine
 * that stops QEMU just then, a child ends in that time, and only the next try
 * succeeds; a shell that kept it for its wait would do that in each of its waits.
 *
 * With "gate" it ends as soon as there is such a child, so that the shell can wait for that.
 */
#include "api-test.h"

#include <coresrv/task/inspect_api.h>

enum {
	LIVES = 80,
	LATE_MAX = 4, /* of the waits in cases/shell.toml: less than half */
};

/* The next child; counts the tries for which the one before was still there. */
static Handle next_child(unsigned *late)
{
	const char *const args[] = { "child", RTL_NULL };
	const KosTaskParams params = { .args = args, .priority = ThreadPriorityNormal };
	char image[64];
	Handle child = INVALID_HANDLE;
	Retcode rc;

	NEED(KnTaskGetPath(image, sizeof(image)));
	while ((rc = KosTaskInitEx(&params, "kid", image, &child)) == rcQuotaExceeded) {
		++*late;
		NEED(KnSleep(10));
	}
	NEED(rc);
	return child;
}

static int is_there(const char *wanted)
{
	char name[16] = "";
	Pid pid = 0;
	Handle task;

	while (strcmp(name, wanted) != 0 && KnTaskGetNext(pid, &task) == rcOk) {
		NEED(KnTaskGetIdByHandle(task, &pid));
		if (KnTaskGetString(task, TaskStringName, name, sizeof(name)) != rcOk)
			name[0] = 0;
		NEED(KnHandleClose(task));
	}
	return strcmp(name, wanted) == 0;
}

int main(int argc, char **argv)
{
	unsigned late = 0;

	if (argc > 1 && strcmp(argv[1], "gate") == 0) {
		while (!is_there("kid"))
			KnSleep(5);
		return 0;
	}
	if (argc > 1) {
		KnSleep(50);
		return 0;
	}
	touch_stack();
	for (int i = 0; i < LIVES; i++) {
		Handle child = next_child(&late);

		NEED(KnTaskResume(child));
		CHECK_EQUAL(0, exit_code_of(child));
	}
	CHECK(late <= LATE_MAX);
	return checks_result();
}
