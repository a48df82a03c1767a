/* SPDX-License-Identifier: Apache-2.0 */
/* Ending all that a partition's process has created, directly or not. */
#include "system.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/inspect_api.h>

enum {
	LOOKS_MAX = 50000, /* far more than a machine has processes at a time */
};

void end_process(Handle task)
{
	if (KnTaskTerminate(task) != rcOk)
		KnTaskTerminateAfterFreezing(task);
}

/* Tries to end the first process above *pid, which becomes its id, if it descends from the root. */
static Retcode look(Pid root, Pid *pid, Retcode (*end)(Handle), bool *found)
{
	TaskInfo info = { .pid = *pid };
	Handle task;
	Retcode rc = KnTaskGetNext(*pid, &task);

	if (rc != rcOk)
		return rc;
	rc = KnTaskGetInfo(task, &info);
	*found = rc == rcOk && info.root == root && end(task) == rcOk;
	KnHandleClose(task);
	*pid = info.pid;
	return rc;
}

/*
 * Ids go up, so that creators end before what they create, and what is created
 * meanwhile is still to come: when nothing is above the last one, none is left.
 * Nobody starts another process while many ends wait to be reported, which makes
 * this the faster one. Should it not be, it gives up; but not because of
 * others who create, in whose crowd it has not met a descendant for long.
 */
static Retcode end_each(Pid root, Retcode (*end)(Handle))
{
	unsigned int last = 0;
	bool found = false;
	Pid pid = root;

	for (unsigned int looks = 0; looks < LOOKS_MAX; looks++) {
		Retcode rc = look(root, &pid, end, &found);

		if (rc != rcOk)
			return rc == rcResourceNotFound ? rcOk : rc;
		if (found)
			last = looks;
	}
	return last < LOOKS_MAX / 2 ? rcOk : rcBusy;
}

/* Frozen ones, which create nothing, are left for later: their ends wait for their reports. */
Retcode end_descendants(Pid root)
{
	Retcode rc = end_each(root, KnTaskTerminate);

	return rc == rcOk ? end_each(root, KnTaskTerminateAfterFreezing) : rc;
}
