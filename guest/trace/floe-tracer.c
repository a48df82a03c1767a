/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the trace to the console while the other partitions run, for `make
 * trace` (ci/trace reads it). A line holds events of one hart, all numbers
 * hexadecimal:
 *
 *	@CPU TIME: DELTA.TYPE.ARG.VALUE ...
 *	@lost CPU EVENTS
 *	@timebase TICKS
 *
 * DELTA is the time since the event before, the first one's since TIME, in ticks;
 * "lost" stands where events were overwritten before they could be read; TICKS, a
 * decimal number, make a second. The program leaves its own hypercalls out, and
 * ends when it is the last one beside init.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CPUS_MAX = 64,
	LINE_MAX = 1000, /* a longer one would be broken into pieces */
	EVENT_MAX = 64,  /* of one event's text */
	POLL_MS = 1,
	QUIET_POLLS = 50, /* so long nobody else has run: what is to be restarted was */
	INIT_PID = 1,
};

#define TIME_MASK (((uint64_t)1 << FLOE_TRACE_TYPE_SHIFT) - 1)

struct reader {
	const FloeTraceRing *ring;
	uint64_t next; /* event to be read */
	uint64_t tid;  /* thread that runs there */
	uint64_t time;
	int used;
	char line[LINE_MAX + 1];
};

static struct reader readers[CPUS_MAX];
static FloeTraceEvent copy[FLOE_TRACE_EVENTS];

static bool open_ring(struct reader *r, unsigned cpu)
{
	rtl_size_t size;
	Handle mdl;
	void *at;

	if (KnTraceOpen(cpu, &mdl) != rcOk)
		return false;
	if (KnPmmMdlGetSize(mdl, &size) == rcOk &&
	    KnPmmMdlMap(mdl, 0, size, RTL_NULL, VMM_FLAG_READ, &at) == rcOk)
		r->ring = at;
	KnHandleClose(mdl);
	return r->ring;
}

static void flush(struct reader *r)
{
	if (r->used)
		puts(r->line);
	r->used = 0;
}

static void add(struct reader *r, const FloeTraceEvent *e)
{
	uint64_t time = e->timeAndType & TIME_MASK, type = e->timeAndType >> FLOE_TRACE_TYPE_SHIFT;

	if (type == FloeTraceSwitch)
		r->tid = e->arg;
	if (r->tid == KnThreadCurrent() && type == FloeTraceCall)
		return;
	if (r->used > LINE_MAX - EVENT_MAX)
		flush(r);
	if (!r->used) {
		r->time = time;
		r->used = snprintf(r->line, LINE_MAX, "@%" PRIx32 " %" PRIx64 ":", r->ring->cpu,
				   time);
	}
	r->used += snprintf(r->line + r->used, EVENT_MAX,
			    " %" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64, time - r->time, type,
			    e->arg, e->value);
	r->time = time;
}

/* Copies what is new, and what of that was not overwritten meanwhile is written. */
static void drain(struct reader *r)
{
	uint64_t end = __atomic_load_n(&r->ring->count, __ATOMIC_ACQUIRE), first = r->next;

	if (end - first > FLOE_TRACE_EVENTS)
		first = end - FLOE_TRACE_EVENTS;
	for (uint64_t i = first; i < end; i++)
		copy[i % FLOE_TRACE_EVENTS] = r->ring->events[i % FLOE_TRACE_EVENTS];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	/* The one that is being written now may be the oldest. */
	while (first < end &&
	       first + FLOE_TRACE_EVENTS <= __atomic_load_n(&r->ring->count, __ATOMIC_RELAXED))
		first++;
	if (first != r->next)
		printf("@lost %" PRIx32 " %" PRIx64 "\n", r->ring->cpu, first - r->next);
	for (uint64_t i = first; i < end; i++)
		add(r, &copy[i % FLOE_TRACE_EVENTS]);
	flush(r);
	r->next = end;
}

static bool is_over(Handle task)
{
	HalExceptionCode type;
	HalArchException code;
	HalTrapFrame frame;
	TaskExitStatus status;

	return KnTaskGetExitStatus(task, &status) == rcOk ||
	       KnTaskGetExceptionInfo(task, &type, &code, &frame) == rcOk;
}

/* Does anybody run beside init and this program? */
static bool others_run(void)
{
	Pid pid = INIT_PID;
	bool run = false;
	Handle task;

	while (!run && KnTaskGetNext(pid, &task) == rcOk) {
		run = KnTaskGetIdByHandle(task, &pid) == rcOk && pid != KnTaskGetId() &&
		      !is_over(task);
		KnHandleClose(task);
	}
	return run;
}

int main(void)
{
	unsigned cpus = 0, quiet = 0;

	while (cpus < CPUS_MAX && open_ring(&readers[cpus], cpus))
		cpus++;
	if (!cpus) {
		puts("the trace cannot be opened: this partition needs `inspect` in its manifest");
		return EXIT_FAILURE;
	}
	printf("@timebase %" PRIu64 "\n", KnTaskGetGsi()->ticksPerSecond);
	while (quiet < QUIET_POLLS) {
		for (unsigned i = 0; i < cpus; i++)
			drain(&readers[i]);
		quiet = others_run() ? 0 : quiet + 1;
		KnSleep(POLL_MS);
	}
	return EXIT_SUCCESS;
}
