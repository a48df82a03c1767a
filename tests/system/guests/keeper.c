/* SPDX-License-Identifier: Apache-2.0 */
/* Holds a handle to every process that it meets, so that no object of one goes. */
#include "check.h"

#include <coresrv/task/inspect_api.h>
#include <coresrv/thread/thread_api.h>

int main(void)
{
	TaskInfo info = { .pid = 0 };
	Handle task;

	for (;;) {
		while (KnTaskGetNext(info.pid, &task) == rcOk)
			NEED(KnTaskGetInfo(task, &info));
		KnSleep(1);
	}
}
