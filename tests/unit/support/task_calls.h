/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every hypercall on a task: with good arguments, the right that it needs and
 * the states that allow it, written down once more from the API's description.
 */
#ifndef UNIT_SUPPORT_TASK_CALLS_H
#define UNIT_SUPPORT_TASK_CALLS_H

#include "family.h"

/* The states of the description, "ended" once for each way to end. */
enum {
	IS_EMPTY = 1u << 0,
	IS_ENTRY_SET = 1u << 1,
	IS_RUNNING = 1u << 2,
	IS_FROZEN = 1u << 3,
	IS_EXITED = 1u << 4,
	IS_TERMINATED = 1u << 5,
	IS_CRASHED = 1u << 6,
	IS_ENDED = IS_EXITED | IS_TERMINATED | IS_CRASHED,
	IN_EVERY_STATE = IS_EMPTY | IS_ENTRY_SET | IS_RUNNING | IS_FROZEN | IS_ENDED,
};

/* In the order of a life, so that all can be made on one family. */
struct task_call_row {
	const char *name;
	u64 function;
	u64 a[6]; /* a[0] stands for a task in a state that allows it */
	u32 right;
	u32 legal;
};

extern const struct task_call_row task_calls[];
extern const size_t task_call_count;

/* The row of a function; NULL: it is not about a task. */
const struct task_call_row *task_call_of(u64 function);

#endif
