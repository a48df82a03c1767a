/* SPDX-License-Identifier: Apache-2.0 */
#include "core/task.h"

#define E (1u << TASK_EMPTY)
#define S (1u << TASK_ENTRY_SET)
#define R (1u << TASK_RUNNING)
#define F (1u << TASK_FROZEN)
#define X (1u << TASK_ENDED)

/* States in which a call is legal, and the exit status that it needs in the last one. */
static const struct {
	u32 states;
	bool one_status;
	TaskExitStatus status;
} legal[CALL_COUNT] = {
	[CALL_CONFIGURE] = { E | S, false, 0 },
	[CALL_LOAD] = { E, false, 0 },
	[CALL_PREPARE] = { E | S, false, 0 },
	[CALL_SCHEDULE] = { S | R, false, 0 },
	[CALL_RESUME] = { S, false, 0 },
	[CALL_TERMINATE] = { E | S | R, false, 0 },
	[CALL_EXAMINE] = { F, false, 0 },
	[CALL_EXIT_STATUS] = { X, false, 0 },
	[CALL_EXIT_CODE] = { X, true, TaskExitNormal },
	[CALL_EXCEPTION_INFO] = { F | X, true, TaskExitUnexpected },
	[CALL_REGIONS] = { E | S | R | F, false, 0 },
	[CALL_ANY] = { E | S | R | F | X, false, 0 },
};

bool task_allows(const struct task *task, enum task_call call)
{
	if (!(legal[call].states & (1u << task->state)))
		return false;
	return task->state != TASK_ENDED || !legal[call].one_status ||
	       legal[call].status == task->exit_status;
}
