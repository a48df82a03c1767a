/* SPDX-License-Identifier: Apache-2.0 */
/*
 * may-create = 5 is all that may come from a process, whoever of these creates it, and also when
 * that one is gone. By its argument a child
 *
 *   "sleep"  does so for ever
 *   "breed"  creates as many that sleep as it can, and ends with that number, or with 100 more
 *            if it was not the limit that kept it from another one
 */
#include "child.h"

#include <coresrv/task/inspect_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>

enum {
	LIMIT = 5,
	ANOTHER_REASON = 100,
};

static Retcode start(const char *what, unsigned n, rtl_uint32_t may_create, Handle *task)
{
	const TaskLimits limits = { .maxTasks = may_create };
	const char *const args[] = { what, RTL_NULL };
	const KosTaskParams params = { .eiid = "test.Generation",
				       .args = args,
				       .priority = ThreadPriorityNormal,
				       .limits = &limits };
	char name[64];

	snprintf(name, sizeof(name), "%s-%u-%u", what, (unsigned)KnTaskGetId(), n);
	return KosTaskLaunch(&params, name, "generations.elf", task);
}

static int breed(void)
{
	int n = 0;
	Handle task;
	Retcode rc;

	while ((rc = start("sleep", (unsigned)n, 0, &task)) == rcOk) {
		NEED(KnHandleClose(task));
		n++;
	}
	return rc == rcQuotaExceeded ? n : n + ANOTHER_REASON;
}

/* How many it could create, and is gone then. */
static int bred(unsigned n, rtl_uint32_t may_create)
{
	rtl_int32_t code;
	Handle task;

	NEED(start("breed", n, may_create, &task));
	child_wait(task);
	NEED(KnTaskGetExitCode(task, &code));
	NEED(KnHandleClose(task));
	return (int)code;
}

/* Those that sleep are the caller's own now; ends one of them. */
static void look(unsigned sleepers)
{
	TaskInfo info = { .pid = KnTaskGetId() };
	Handle task;

	for (unsigned n = 0; n < sleepers; n++) {
		NEED(KnTaskGetNext(info.pid, &task));
		NEED(KnTaskGetInfo(task, &info));
		CHECK_EQUAL(KnTaskGetId(), info.creator);
		if (n == 0)
			NEED(KnTaskTerminate(task));
		NEED(KnHandleClose(task));
	}
	CHECK_RC(rcResourceNotFound, KnTaskGetNext(info.pid, &task));
}

static void parent(void)
{
	TaskInfo info;
	Handle task;

	/* The child counts as well, while it is there. */
	CHECK_EQUAL(2, bred(0, 2));
	CHECK_EQUAL(2, bred(1, LIMIT));
	CHECK_EQUAL(0, bred(2, LIMIT));
	NEED(KnTaskGetNext(KnTaskGetId() - 1, &task));
	NEED(KnTaskGetInfo(task, &info));
	NEED(KnHandleClose(task));
	CHECK_EQUAL(4, info.tasks);
	CHECK_EQUAL(LIMIT, info.maxTasks);
	CHECK_RC(rcOk, start("sleep", 0, 0, &task));
	CHECK_RC(rcQuotaExceeded, start("sleep", 1, 0, &task));
	look(LIMIT);
	CHECK_RC(rcOk, start("sleep", 2, 0, &task));
	CHECK_RC(rcQuotaExceeded, start("sleep", 3, 0, &task));
}

int main(int argc, char **argv)
{
	if (argc == 1) {
		parent();
		return checks_result();
	}
	if (argv[1][0] == 'b')
		return breed();
	for (;;)
		KnSleep(1000);
}
