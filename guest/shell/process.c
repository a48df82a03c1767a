/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "command.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <stdio.h>
#include <string.h>

void process_close(struct process *p)
{
	if (p->handle != INVALID_HANDLE)
		KnHandleClose(p->handle);
	p->handle = INVALID_HANDLE;
}

bool process_next(struct process *p)
{
	Pid after = p->info.pid;

	if (after)
		process_close(p);
	p->handle = INVALID_HANDLE;
	if (KnTaskGetNext(after, &p->handle) != rcOk) {
		p->handle = INVALID_HANDLE;
		return false;
	}
	/* It goes up in any case, so that going over all comes to an end. */
	if (KnTaskGetInfo(p->handle, &p->info) == rcOk && p->info.pid > after) {
		process_text(p->handle, TaskStringName, p->name, sizeof(p->name));
		return true;
	}
	process_close(p);
	return false;
}

/* Names may be longer than what is shown of them. */
static bool has_name(Handle handle, const char *name)
{
	char own[FLOE_NAME_MAX];

	return KnTaskGetString(handle, TaskStringName, own, sizeof(own)) == rcOk &&
	       strcmp(own, name) == 0;
}

bool process_open(const char *word, struct process *p)
{
	uint64_t pid;
	bool is_number = parse_number(word, NULL, &pid);
	Pid ended = 0;

	memset(p, 0, sizeof(*p));
	p->handle = INVALID_HANDLE;
	while (process_next(p)) {
		bool has_ended = p->info.state == TaskStateEnded;

		if (is_number && p->info.pid == pid)
			return true;
		if (!has_name(p->handle, word))
			continue;
		if (!has_ended)
			return true;
		ended = p->info.pid;
	}
	p->info.pid = ended - 1;
	if (ended && process_next(p) && p->info.pid == ended)
		return true;
	process_close(p);
	if (is_number)
		complain("there is no process %s; \"ps\" lists them", word);
	else
		complain("there is no process \"%s\"; \"ps\" lists them", word);
	return false;
}

bool process_is_frozen(const struct process *p)
{
	static const char *const why[] = {
		[TaskStateEmpty] = "has not started",
		[TaskStateEntrySet] = "has not started",
		[TaskStateRunning] = "runs",
		[TaskStateEnded] = "has ended, and its memory is gone",
	};

	if (p->info.state == TaskStateFrozen)
		return true;
	complain("%s %s; this needs a frozen process", p->name,
		 p->info.state <= TaskStateEnded ? why[p->info.state] : "is in no known state");
	return false;
}

/* Appends what may be shown; false: no room, and "..." stands at the end. */
static bool append(char *to, size_t size, size_t *used, const char *text)
{
	size_t length = strlen(text);

	if (*used + length + 4 > size) {
		memcpy(to + *used, "...", 4);
		return false;
	}
	memcpy(to + *used, text, length + 1);
	*used += length;
	return true;
}

const char *process_text(Handle handle, TaskString which, char *to, rtl_size_t size)
{
	char text[FLOE_NAME_MAX], piece[8];
	size_t used = 0;

	to[0] = '\0';
	if (KnTaskGetString(handle, which, text, sizeof(text)) != rcOk)
		return to;
	text[sizeof(text) - 1] = '\0';
	for (const char *c = text; *c; c++) {
		snprintf(piece, sizeof(piece), is_text(*c) ? "%c" : "\\x%02x", (unsigned char)*c);
		if (!append(to, size, &used, piece))
			break;
	}
	return to;
}

const char *state_text(rtl_uint32_t state)
{
	static const char *const text[] = { "empty", "loaded", "running", "frozen", "ended" };

	return state < sizeof(text) / sizeof(text[0]) ? text[state] : "?";
}

const char *policy_text(rtl_uint32_t policy)
{
	static const char *const text[] = { "standard", "fifo", "rr" };

	return policy < sizeof(text) / sizeof(text[0]) ? text[policy] : "?";
}

const char *access_text(rtl_uint32_t flags)
{
	static const char text[8][4] = { "---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx" };

	return text[flags & VMM_FLAG_RWX_MASK];
}

const char *region_text(rtl_uint32_t kind)
{
	static const char *const texts[] = {
		[TaskRegionPrivate] = "private",   [TaskRegionMapped] = "mapped",
		[TaskRegionReserved] = "reserved", [TaskRegionStack] = "stack",
		[TaskRegionSymbols] = "symbols",
	};

	return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}

const char *exit_text(const TaskInfo *info, char *to, rtl_size_t size)
{
	to[0] = '\0';
	if (info->state != TaskStateEnded)
		return to;
	if (info->exitStatus == TaskExitNormal)
		snprintf(to, size, "exit code %d", (int)info->exitCode);
	else
		snprintf(to, size, "%s",
			 info->exitStatus == TaskExitTerminated ? "terminated" : "crashed");
	return to;
}

const char *end_text(const TaskInfo *info, char *to, rtl_size_t size)
{
	char exit[32];

	exit_text(info, exit, sizeof(exit));
	snprintf(to, size, "%s%s%s", state_text(info->state), exit[0] ? ", " : "", exit);
	return to;
}

const char *seconds_text(rtl_uint64_t ticks, char *to, rtl_size_t size)
{
	rtl_uint64_t rate = KnTaskGetGsi()->ticksPerSecond;
	rtl_uint64_t seconds = rate ? ticks / rate : 0;
	rtl_uint64_t thousandths = rate >= 1000 ? ticks % rate / (rate / 1000) : 0;

	snprintf(to, size, "%llu.%03llu", (unsigned long long)seconds,
		 (unsigned long long)(thousandths < 999 ? thousandths : 999));
	return to;
}
