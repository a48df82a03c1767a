/* SPDX-License-Identifier: Apache-2.0 */
#include "core/task.h"

#define E (1u << TASK_EMPTY)
#define S (1u << TASK_ENTRY_SET)
#define R (1u << TASK_RUNNING)
#define F (1u << TASK_FROZEN)
/* Ended, by exit status. */
#define X(status) (1u << (TASK_ENDED + (status)))
#define ENDED (X(TaskExitUnexpected) | X(TaskExitNormal) | X(TaskExitTerminated))

/* States in which a call is legal. */
static const u8 legal[CALL_COUNT] = {
	[CALL_CONFIGURE] = E | S,
	[CALL_LOAD] = E,
	[CALL_PREPARE] = E | S,
	[CALL_SCHEDULE] = S | R,
	[CALL_RESUME] = S,
	[CALL_TERMINATE] = E | S | R,
	[CALL_EXAMINE] = F,
	[CALL_EXIT_STATUS] = ENDED,
	[CALL_EXIT_CODE] = X(TaskExitNormal),
	[CALL_EXCEPTION_INFO] = F | X(TaskExitUnexpected),
	[CALL_REGIONS] = E | S | R | F,
	[CALL_ANY] = E | S | R | F | ENDED,
};

bool task_allows(const struct task *task, enum task_call call)
{
	u32 state = task->state + (task->state == TASK_ENDED ? task->exit_status : 0u);

	return legal[call] >> state & 1;
}
