/* SPDX-License-Identifier: Apache-2.0 */
/* Starting all partitions, waiting for their ends, restarting, the verdict. */
#include "operator.h"
#include "system.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/sched/sched_api.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	EVENTS_AT_ONCE = 8,
	INDEX_BITS = 32,
};

/* Says which call failed, and why. */
static bool check(Retcode rc, const char *call, const struct partition *p)
{
	if (rc != rcOk)
		printf("%s: %s gave %s\n", p ? p->manifest->name : "init", call,
		       RtlRetcodeName(rc));
	return rc == rcOk;
}

/* In force from now on: init itself runs outside of them. */
static bool add_windows(const struct manifest *m)
{
	for (size_t i = 0; i < m->window_count; i++) {
		const struct manifest_window *w = &m->windows[i];
		Retcode rc = KnSchedAddWindow(m->major_frame, w->cpu, w->start, w->duration);

		if (rc != rcOk) {
			printf("window %s: KnSchedAddWindow gave %s\n", w->name,
			       RtlRetcodeName(rc));
			return false;
		}
	}
	return true;
}

/* Loads the partition and subscribes to its end. */
static bool prepare(struct system *s, size_t index)
{
	rtl_uint32_t events = EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN;
	struct partition *p = &s->partitions[index];
	rtl_uintptr_t id = (rtl_uintptr_t)++p->processes << INDEX_BITS | index;

	p->task = INVALID_HANDLE;
	if (!load_partition(p->manifest, &p->task))
		return false;
	if (check(KnNoticeSubscribeToObject(s->notice, p->task, events, id),
		  "KnNoticeSubscribeToObject", p) &&
	    (!p->manifest->shell || check(operator_connect(p->task), "KosTaskTransferResource", p)))
		return true;
	KnHandleClose(p->task);
	p->task = INVALID_HANDLE;
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

/* The new process has the name while the old one, if there is one, still has it as well. */
static void start_again(struct system *s, struct partition *p)
{
	Handle old = p->task;
	bool started = prepare(s, (size_t)(p - s->partitions)) &&
		       check(KnTaskResume(p->task), "KnTaskResume", p);

	if (p->task == INVALID_HANDLE)
		p->task = old; /* there is no new one: nobody else is to have the name */
	else if (old != INVALID_HANDLE)
		check(KnHandleClose(old), "KnHandleClose", p);
	if (!started)
		finish(s, p, false);
	operator_restarted(p, started ? rcOk : rcFail);
}

/*
 * What the old process created has to end: it would keep the CPU time that the new one is
 * promised as well.
 */
static void replace(struct system *s, struct partition *p)
{
	Pid pid;
	Retcode rc = KnTaskGetIdByHandle(p->task, &pid);

	if (rc == rcOk)
		rc = end_descendants(pid);
	if (rc == rcOk) {
		start_again(s, p);
		return;
	}
	printf("%s is not started again: ending the processes that it created gave %s\n",
	       p->manifest->name, RtlRetcodeName(rc));
	finish(s, p, false);
	operator_restarted(p, rc);
}

static void restart(struct system *s, struct partition *p)
{
	p->restarts++;
	printf("restarting %s (%u of %u)\n", p->manifest->name, (unsigned)p->restarts,
	       (unsigned)p->manifest->max_restarts);
	replace(s, p);
}

void restart_now(struct system *s, struct partition *p)
{
	if (p->is_over) {
		p->is_over = false;
		s->running++;
	}
	if (p->task == INVALID_HANDLE) {
		start_again(s, p); /* it could not be started before */
		return;
	}
	end_process(p->task);
	replace(s, p);
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

static void complete(struct system *s, struct partition *p)
{
	TaskExitStatus status;

	if (!check(KnTaskGetExitStatus(p->task, &status), "KnTaskGetExitStatus", p))
		finish(s, p, false);
	else if (status == TaskExitUnexpected && may_restart(p))
		restart(s, p);
	else
		finish(s, p, status == TaskExitNormal && exit_code_is_zero(p));
	s->operator_left |= p->manifest->shell && p->is_over && status != TaskExitUnexpected;
}

static void handle(struct system *s, const EventDesc *event)
{
	struct partition *p = &s->partitions[(uint32_t)event->eventId];

	if (p->is_over || event->eventId >> INDEX_BITS != p->processes)
		return; /* a frozen one that somebody has terminated since, or one before this */
	if (event->eventMask & EVENT_TASK_FROZEN)
		finish(s, p, false);
	else if (event->eventMask & EVENT_TASK_COMPLETED)
		complete(s, p);
}

static bool wait_for_all(struct system *s)
{
	rtl_uint32_t delay = s->has_operator ? OPERATOR_POLL_MS : INFINITE_TIMEOUT;
	EventDesc events[EVENTS_AT_ONCE];
	rtl_size_t count;
	Retcode rc;

	while (s->running && !s->operator_left) {
		rc = KnNoticeGetEvent(s->notice, delay, EVENTS_AT_ONCE, events, &count);
		if (rc != rcTimeout && !check(rc, "KnNoticeGetEvent", NULL))
			return false;
		for (rtl_size_t i = 0; i < count; i++)
			handle(s, &events[i]);
		operator_look(s);
	}
	return true;
}

/* What still runs when the operator ends the system is not to blame for its end. */
static void end_the_rest(struct system *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct partition *p = &s->partitions[i];

		if (p->is_over)
			continue;
		KnTaskTerminate(p->task);
		p->did_well = true;
	}
}

/* Names those that the manifest does not allow to end as they did. */
static bool judge(const struct system *s)
{
	bool allowed = true;

	for (size_t i = 0; i < s->count; i++) {
		const struct partition *p = &s->partitions[i];

		if (p->did_well || p->manifest->may_fail || p->manifest->shell)
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
	for (size_t i = 0; i < s.count; i++) {
		s.partitions[i].manifest = &manifest->partitions[i];
		s.has_operator |= manifest->partitions[i].shell;
	}
	if (!check(KnNoticeCreate(&s.notice), "KnNoticeCreate", NULL) || !add_windows(manifest) ||
	    !prepare_all(&s) || !start_all(&s) || !wait_for_all(&s))
		return false;
	end_the_rest(&s);
	return judge(&s);
}
