/* SPDX-License-Identifier: Apache-2.0 */
/* Processes as the shell's user names them, and words for what they are. */
#ifndef SHELL_PROCESS_H
#define SHELL_PROCESS_H

#include <coresrv/task/inspect_api.h>
#include <stdbool.h>

enum {
	PROCESS_TEXT = 64, /* bytes of a name as it is shown */
};

struct process {
	Handle handle;
	TaskInfo info;
	char name[PROCESS_TEXT];
};

/*
 * Opens the process with a pid or a name; complains and gives false where there
 * is none. Of a partition that was started again there are more, as long as somebody holds
 * a handle to one before: the one that has not ended, else the last one. Who opens one closes it:
 * while it is open its object stays.
 */
bool process_open(const char *word, struct process *process);
void process_close(struct process *process);

/*
 * Opens the one with the lowest pid above that in `process`, which is 0 at first,
 * and closes the one before. False at the end, when nothing is open any more.
 */
bool process_next(struct process *process);

/* Complains where it is not frozen. */
bool process_is_frozen(const struct process *process);

/* May it be shown? Terminals obey control bytes, those of 8 bits as well. */
static inline bool is_text(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= ' ' && (byte < 0x7f || byte > 0x9f);
}

/* One of the process's strings, as it may be shown: control bytes become \xNN, the end "...". */
const char *process_text(Handle handle, TaskString which, char *to, rtl_size_t size);

/* Words; never NULL. */
const char *state_text(rtl_uint32_t state);
const char *policy_text(rtl_uint32_t policy);
const char *access_text(rtl_uint32_t flags); /* "rw-" */
const char *region_text(rtl_uint32_t kind);  /* "stack" */

/* "exit code 0", "terminated", "crashed", or nothing. */
const char *exit_text(const TaskInfo *info, char *to, rtl_size_t size);

/* "running", "ended, exit code 0". */
const char *end_text(const TaskInfo *info, char *to, rtl_size_t size);

/* Ticks as "12.345" seconds. */
const char *seconds_text(rtl_uint64_t ticks, char *to, rtl_size_t size);

#endif
