/* SPDX-License-Identifier: Apache-2.0 */
/* Starting all partitions, waiting for their ends, restarting, the verdict. */
#include "init.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EVENTS_AT_ONCE = 8,
};

struct partition {
	const struct manifest_partition *manifest;
	Handle task;
	uint32_t restarts;
	bool is_over;
	bool did_well; /* ended by itself with exit code 0 */
};

struct system {
	struct partition *partitions;
	size_t count, running;
	Handle notice;
};

/* Says which call failed, and why. */
static bool check(Retcode rc, const char *call, const struct partition *p)
{
	if (rc != rcOk)
		printf("%s: %s gave %s\n", p ? p->manifest->name : "init", call,
		       RtlRetcodeName(rc));
	return rc == rcOk;
}

/* Loads the partition and subscribes to its end. */
static bool prepare(struct system *s, size_t index)
{
	struct partition *p = &s->partitions[index];

	if (!load_partition(p->manifest, &p->task))
		return false;
	if (check(KnNoticeSubscribeToObject(s->notice, p->task,
					    EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN, index),
		  "KnNoticeSubscribeToObject", p))
		return true;
	KnHandleClose(p->task);
	return false;
}

static bool prepare_all(struct system *s)
{
	size_t i = 0;

	while (i < s->count && prepare(s, i))
		i++;
	if (i == s->count)
		return true;
	while (i-- > 0)
		KnHandleClose(s->partitions[i].task); /* not started: it goes with its handle */
	return false;
}

static void terminate_all(struct system *s)
{
	for (size_t i = 0; i < s->count; i++)
		KnTaskTerminate(s->partitions[i].task);
}

static bool start_all(struct system *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!check(KnTaskResume(s->partitions[i].task), "KnTaskResume",
			   &s->partitions[i])) {
			terminate_all(s);
			return false;
		}
	return true;
}

static void finish(struct system *s, struct partition *p, bool did_well)
{
	p->is_over = true;
	p->did_well = did_well;
	s->running--;
}

/* The new process takes the name of the old one, whose object must be gone. */
static void restart(struct system *s, size_t index)
{
	struct partition *p = &s->partitions[index];

	p->restarts++;
	printf("restarting %s (%u of %u)\n", p->manifest->name, (unsigned)p->restarts,
	       (unsigned)p->manifest->max_restarts);
	check(KnHandleClose(p->task), "KnHandleClose", p);
	p->task = INVALID_HANDLE;
	if (!prepare(s, index) || !check(KnTaskResume(p->task), "KnTaskResume", p))
		finish(s, p, false);
}

static bool may_restart(const struct partition *p)
{
	return p->manifest->on_exception == ON_EXCEPTION_RESTART &&
	       p->restarts < p->manifest->max_restarts;
}

static bool exit_code_is_zero(const struct partition *p)
{
	rtl_int32_t code;

	return check(KnTaskGetExitCode(p->task, &code), "KnTaskGetExitCode", p) && code == 0;
}

static void complete(struct system *s, size_t index)
{
	struct partition *p = &s->partitions[index];
	TaskExitStatus status;

	if (!check(KnTaskGetExitStatus(p->task, &status), "KnTaskGetExitStatus", p))
		finish(s, p, false);
	else if (status == TaskExitUnexpected && may_restart(p))
		restart(s, index);
	else
		finish(s, p, status == TaskExitNormal && exit_code_is_zero(p));
}

static void handle(struct system *s, const EventDesc *event)
{
	struct partition *p = &s->partitions[event->eventId];

	if (p->is_over)
		return; /* a frozen one that somebody has terminated since */
	if (event->eventMask & EVENT_TASK_FROZEN)
		finish(s, p, false);
	else if (event->eventMask & EVENT_TASK_COMPLETED)
		complete(s, event->eventId);
}

static bool wait_for_all(struct system *s)
{
	EventDesc events[EVENTS_AT_ONCE];
	rtl_size_t count;

	while (s->running) {
		if (!check(KnNoticeGetEvent(s->notice, INFINITE_TIMEOUT, EVENTS_AT_ONCE, events,
					    &count),
			   "KnNoticeGetEvent", NULL))
			return false;
		for (rtl_size_t i = 0; i < count; i++)
			handle(s, &events[i]);
	}
	return true;
}

/* Names those that the manifest does not allow to end as they did. */
static bool judge(const struct system *s)
{
	bool allowed = true;

	for (size_t i = 0; i < s->count; i++) {
		const struct partition *p = &s->partitions[i];

		if (p->did_well || p->manifest->may_fail)
			continue;
		printf("%s did not end by itself with exit code 0, and has no may-fail\n",
		       p->manifest->name);
		allowed = false;
	}
	return allowed;
}

bool run_system(const struct manifest *manifest)
{
	struct system s = { .count = manifest->count, .running = manifest->count };

	s.partitions = calloc(s.count, sizeof(*s.partitions));
	if (!s.partitions) {
		printf("no memory for %zu partitions\n", s.count);
		return false;
	}
	for (size_t i = 0; i < s.count; i++)
		s.partitions[i].manifest = &manifest->partitions[i];
	return check(KnNoticeCreate(&s.notice), "KnNoticeCreate", NULL) && prepare_all(&s) &&
	       start_all(&s) && wait_for_all(&s) && judge(&s);
}
