/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who ran when, from the trace: what the tests of guarantees judge by. A stint
 * lasts from the moment that a thread is put on a hart until the hypervisor looks for
 * the next one there: with a budget that shows in a grant, before the switch.
 */
#ifndef TESTS_STINTS_H
#define TESTS_STINTS_H

#include "load.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/inspect_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <floe/abi.h>
#include <string.h>

#define STINTS_MAX 60000u

#define STINTS_TIME (((uint64_t)1 << FLOE_TRACE_TYPE_SHIFT) - 1)

struct stint {
	uint64_t start, end, grant; /* ticks; what it was granted of a budget */
	uint64_t call;              /* its last one but for those to sleep; or start */
	bool idle;                  /* nobody followed, as was noted some time after */
	bool slept;                 /* was taken off between that and end, nobody knows when */
	Pid pid;
	unsigned cpu, window; /* window: FLOE_WINDOWS_MAX: none; above: not known */
};

/* A time window begins, or one ends and none begins. */
struct stint_window {
	uint64_t time;
	unsigned cpu, which;
};

/* How stints_used() counts: what was certainly used, of that what was granted, or what may be. */
enum stints_how {
	STINTS_LEAST,
	STINTS_GRANTED,
	STINTS_MOST,
};

static struct stint stints[STINTS_MAX];
static size_t stint_count;
static struct stint_window stint_windows[STINTS_MAX];
static size_t stint_nwindows;

/* Of one hart. */
struct stint_reader {
	const FloeTraceRing *ring;
	uint64_t next, grant, first, last; /* event to be read; its hart's last grant; times */
	struct stint now;                  /* pid 0: nobody known runs */
	unsigned window;                   /* that is open */
	bool window_known;
};

static struct stint_reader stint_readers[64];
static unsigned stint_cpus;

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline void stints_open(void)
{
	rtl_size_t size;
	Handle mdl;
	void *at;

	for (; stint_cpus < 64 && KnTraceOpen(stint_cpus, &mdl) == rcOk; stint_cpus++) {
		NEED(KnPmmMdlGetSize(mdl, &size));
		NEED(KnPmmMdlMap(mdl, 0, size, RTL_NULL, VMM_FLAG_READ, &at));
		NEED(KnHandleClose(mdl));
		stint_readers[stint_cpus].ring = at;
		stint_readers[stint_cpus].next = ((const FloeTraceRing *)at)->count;
	}
}

static inline void stints_event(struct stint_reader *r, unsigned cpu, const FloeTraceEvent *e)
{
	uint64_t time = e->timeAndType & STINTS_TIME,
		 type = e->timeAndType >> FLOE_TRACE_TYPE_SHIFT;

	r->last = time;
	r->first = r->first ? r->first : time;
	if (type == FloeTraceWindow) {
		r->window = (unsigned)e->arg;
		r->window_known = true;
		if (stint_nwindows < STINTS_MAX)
			stint_windows[stint_nwindows++] = (struct stint_window){ time, cpu,
										 r->window };
	}
	if (type == FloeTraceCall && e->value == FloeFnSleep)
		r->now.slept = true; /* is noted when it sleeps already */
	else if (type == FloeTraceCall)
		r->now.call = time;
	if (type != FloeTraceSwitch && type != FloeTraceIdle && type != FloeTraceGrant)
		return;
	if (r->now.pid && stint_count < STINTS_MAX) {
		r->now.end = time;
		r->now.idle = type == FloeTraceIdle;
		stints[stint_count++] = r->now;
	}
	r->now = (struct stint){ .cpu = cpu };
	/* Of several grants in turn, the last one is of the thread that is put on. */
	if (type == FloeTraceGrant)
		r->grant = e->value;
	if (type == FloeTraceSwitch) {
		r->now.start = r->now.call = time;
		r->now.grant = r->grant;
		r->now.pid = (Pid)e->value;
		r->now.window = r->window_known ? r->window : FLOE_WINDOWS_MAX + 1;
	}
	if (type != FloeTraceGrant)
		r->grant = 0;
}

/* False: events were overwritten before they could be read. */
static inline int stints_drain(struct stint_reader *r, unsigned cpu)
{
	uint64_t end = __atomic_load_n(&r->ring->count, __ATOMIC_ACQUIRE);

	for (; r->next < end; r->next++) {
		FloeTraceEvent e = r->ring->events[r->next % FLOE_TRACE_EVENTS];

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (r->next + FLOE_TRACE_EVENTS <=
		    __atomic_load_n(&r->ring->count, __ATOMIC_RELAXED)) {
			r->next = end;
			return 0;
		}
		stints_event(r, cpu, &e);
	}
	return 1;
}

/* The time that all harts' stints are known of. */
static inline uint64_t stints_begin(void)
{
	uint64_t begin = 0;

	for (unsigned cpu = 0; cpu < stint_cpus; cpu++)
		begin = max_u64(begin, stint_readers[cpu].first);
	return begin;
}

static inline uint64_t stints_end(void)
{
	uint64_t end = ~(uint64_t)0;

	for (unsigned cpu = 0; cpu < stint_cpus; cpu++)
		end = min_u64(end, stint_readers[cpu].last);
	return end;
}

static inline void stints_forget(void)
{
	for (unsigned cpu = 0; cpu < stint_cpus; cpu++) {
		stint_readers[cpu].now.pid = 0;
		stint_readers[cpu].first = 0;
		stint_readers[cpu].last = 0;
	}
	stint_count = 0;
	stint_nwindows = 0;
}

static int stints_compare(const void *a, const void *b)
{
	uint64_t x = ((const struct stint *)a)->start, y = ((const struct stint *)b)->start;

	return x < y ? -1 : x > y;
}

/* Notes what happened on all harts; where nothing did, the same thread runs on. */
static inline void stints_look(void)
{
	uint64_t now = load_clock();
	int all = 1;

	/* Takes the hypervisor's lock: what has an earlier time is in the trace then. */
	KnTaskResume(INVALID_HANDLE);
	for (unsigned cpu = 0; cpu < stint_cpus; cpu++)
		all &= stints_drain(&stint_readers[cpu], cpu);
	if (!all)
		stints_forget();
	for (unsigned cpu = 0; cpu < stint_cpus; cpu++) {
		struct stint_reader *r = &stint_readers[cpu];

		r->first = r->first ? r->first : now;
		r->last = max_u64(r->last, now);
	}
}

/* Notes who runs until so many ticks are known without a gap and are enough, and puts it in order.
 */
static inline void stints_collect(uint64_t ticks, bool (*enough)(void))
{
	stints_open();
	for (stints_look(); stints_end() < stints_begin() + ticks || !enough(); stints_look())
		KnSleep(1);
	CHECK(stint_count < STINTS_MAX);
	qsort(stints, stint_count, sizeof(stints[0]), stints_compare);
}

/* When it stopped using the hart, as stints_used() is to count. */
static inline uint64_t stints_last(const struct stint *s, enum stints_how how)
{
	uint64_t end = s->slept && how != STINTS_MOST ? s->call : s->end;

	if (how == STINTS_GRANTED || (how == STINTS_LEAST && s->idle))
		return min_u64(end, s->start + s->grant);
	return end;
}

/* How much a process ran between two times, on all harts together. */
static inline uint64_t stints_used(Pid pid, uint64_t from, uint64_t to, enum stints_how how)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stint_count && stints[i].start < to; i++) {
		uint64_t end = min_u64(stints_last(&stints[i], how), to);

		if (stints[i].pid == pid && end > from)
			sum += end - max_u64(stints[i].start, from);
	}
	return sum;
}

/* How late it was taken off. */
static inline uint64_t stints_over(const struct stint *s)
{
	return s->end > s->start + s->grant ? s->end - s->start - s->grant : 0;
}

/* How late a process was taken off at most. */
static inline uint64_t stints_late(Pid pid)
{
	uint64_t late = 0;

	for (size_t i = 0; i < stint_count; i++)
		if (stints[i].pid == pid)
			late = max_u64(late, stints_over(&stints[i]));
	return late;
}

/* The process of that name; waits for it. */
static inline Pid stints_pid(const char *name)
{
	for (;;) {
		char text[64] = "";
		Pid pid = 0, found = 0;
		Handle task;

		for (; !found && KnTaskGetNext(pid, &task) == rcOk; KnHandleClose(task)) {
			NEED(KnTaskGetIdByHandle(task, &pid));
			if (KnTaskGetString(task, TaskStringName, text, sizeof(text)) == rcOk &&
			    !strcmp(text, name))
				found = pid;
		}
		if (found)
			return found;
		KnSleep(1);
	}
}

/* All but init and the caller. */
static inline void stints_end_others(void)
{
	Pid pid = 1;
	Handle task;

	for (; KnTaskGetNext(pid, &task) == rcOk; KnHandleClose(task)) {
		NEED(KnTaskGetIdByHandle(task, &pid));
		if (pid != KnTaskGetId())
			KnTaskTerminate(task);
	}
}

#endif
