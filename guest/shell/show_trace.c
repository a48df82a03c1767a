/* SPDX-License-Identifier: Apache-2.0 */
/* trace: what happened lately on all harts, in the order of time. */
#include "call_names.h"
#include "command.h"
#include "input.h"
#include "process.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdio.h>
#include <string.h>

enum {
	CPUS_MAX = 64,
	TRACE_DEFAULT = 20,
	TRACE_MAX = 512,
};

#define TIME_MASK (((uint64_t)1 << FLOE_TRACE_TYPE_SHIFT) - 1)

/* The last events of all harts so far, the latest last. */
struct entry {
	FloeTraceEvent event;
	unsigned cpu;
};

static struct entry entries[TRACE_MAX];
static FloeTraceEvent copy[FLOE_TRACE_EVENTS];

static uint64_t time_of(const FloeTraceEvent *e)
{
	return e->timeAndType & TIME_MASK;
}

/* Keeps an event if it is later than the earliest of `most`. */
static size_t keep(size_t count, size_t most, const FloeTraceEvent *e, unsigned cpu)
{
	size_t at = count;

	while (at && time_of(&entries[at - 1].event) > time_of(e))
		at--;
	if (count == most) {
		if (!at)
			return count;
		memmove(entries, entries + 1, (at - 1) * sizeof(*entries));
		at--;
	} else {
		memmove(entries + at + 1, entries + at, (count - at) * sizeof(*entries));
		count++;
	}
	entries[at] = (struct entry){ *e, cpu };
	return count;
}

/* The hart that this shell runs on; TASK_NO_HART where that cannot be said. */
static unsigned own_hart(void)
{
	TaskInfo info = { .hart = TASK_NO_HART };
	Handle task;

	if (KnTaskGetNext(KnTaskGetId() - 1, &task) != rcOk)
		return TASK_NO_HART;
	KnTaskGetInfo(task, &info);
	KnHandleClose(task);
	return info.hart;
}

/*
 * Is the event a hypercall of this shell, which makes more of them than anybody
 * while somebody types? `pid` is who runs there, 0 before that is known.
 */
static bool is_own_call(const FloeTraceEvent *e, uint64_t *pid)
{
	uint64_t type = e->timeAndType >> FLOE_TRACE_TYPE_SHIFT;

	if (type == FloeTraceSwitch)
		*pid = e->value;
	return type == FloeTraceCall && *pid == KnTaskGetId();
}

/* Who ran there before its first event: nobody knows, but where there has been no switch since. */
static uint64_t first_pid(unsigned cpu, uint64_t first, uint64_t end)
{
	for (uint64_t i = first; i < end; i++)
		if (copy[i % FLOE_TRACE_EVENTS].timeAndType >> FLOE_TRACE_TYPE_SHIFT ==
		    FloeTraceSwitch)
			return 0;
	return cpu == own_hart() ? KnTaskGetId() : 0;
}

/*
 * Adds a hart's events but this shell's calls, and those that were overwritten
 * while they were copied.
 */
static size_t collect(const FloeTraceRing *ring, size_t count, size_t most)
{
	uint64_t end = __atomic_load_n(&ring->count, __ATOMIC_ACQUIRE);
	uint64_t first = end > FLOE_TRACE_EVENTS ? end - FLOE_TRACE_EVENTS : 0, pid;

	for (uint64_t i = first; i < end; i++)
		copy[i % FLOE_TRACE_EVENTS] = ring->events[i % FLOE_TRACE_EVENTS];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	while (first < end &&
	       first + FLOE_TRACE_EVENTS <= __atomic_load_n(&ring->count, __ATOMIC_RELAXED))
		first++;
	pid = first_pid(ring->cpu, first, end);
	for (uint64_t i = first; i < end; i++)
		if (!is_own_call(&copy[i % FLOE_TRACE_EVENTS], &pid))
			count = keep(count, most, &copy[i % FLOE_TRACE_EVENTS], ring->cpu);
	return count;
}

/* "7 crash", or the number alone where the process is gone. */
static const char *process_name(uint64_t pid, char *to, size_t size)
{
	char name[PROCESS_TEXT];
	Handle task;
	Pid found = 0;

	snprintf(to, size, "%llu", (unsigned long long)pid);
	if (!pid || KnTaskGetNext((Pid)pid - 1, &task) != rcOk)
		return to;
	if (KnTaskGetIdByHandle(task, &found) == rcOk && found == pid)
		snprintf(to, size, "%llu %s", (unsigned long long)pid,
			 process_text(task, TaskStringName, name, sizeof(name)));
	KnHandleClose(task);
	return to;
}

static void show(const struct entry *entry)
{
	unsigned long long arg = entry->event.arg, value = entry->event.value;
	char seconds[32], name[PROCESS_TEXT + 16];

	seconds_text(time_of(&entry->event) - KnTaskGetGsi()->startTime, seconds, sizeof(seconds));
	printf("%10s  hart %u  ", seconds, entry->cpu);
	switch (entry->event.timeAndType >> FLOE_TRACE_TYPE_SHIFT) {
	case FloeTraceSwitch:
		printf("runs      thread %llu of %s\n", arg,
		       process_name(value, name, sizeof(name)));
		break;
	case FloeTraceIdle:
		printf("idle\n");
		break;
	case FloeTraceCall:
		printf("call      %s\n", call_text(arg, value, name, sizeof(name)));
		break;
	case FloeTraceFault:
		printf("exception cause %llu, address 0x%llx\n", arg, value);
		break;
	case FloeTraceInterrupt:
		printf("interrupt cause %llu\n", arg);
		break;
	case FloeTraceCreate:
		printf("created   %s", process_name(arg, name, sizeof(name)));
		printf(", by %s\n", process_name(value, name, sizeof(name)));
		break;
	case FloeTraceLoad:
		printf("loaded    %s, at 0x%llx\n", process_name(arg, name, sizeof(name)), value);
		break;
	case FloeTraceStart:
		printf("started   %s, thread %llu\n", process_name(arg, name, sizeof(name)), value);
		break;
	case FloeTraceFreeze:
		printf("froze     %s, thread %llu\n", process_name(arg, name, sizeof(name)), value);
		break;
	case FloeTraceGrant:
		printf("granted   %llu ticks of its budget to %s\n", value,
		       process_name(arg, name, sizeof(name)));
		break;
	case FloeTraceWindow:
		if (arg == FLOE_WINDOWS_MAX)
			printf("window    none\n");
		else
			printf("window    %llu begins\n", arg);
		break;
	case FloeTraceEnd:
		printf("ended     %s, status %llu\n", process_name(arg, name, sizeof(name)), value);
		break;
	default:
		printf("unknown event\n");
		break;
	}
}

/* Maps a hart's ring, takes its events and lets it go. False: there is no such hart. */
static bool read_hart(unsigned cpu, size_t *count, size_t most)
{
	void *at;
	Handle mdl;
	rtl_size_t size;
	Retcode rc = KnTraceOpen(cpu, &mdl);

	if (rc == rcResourceNotFound || failed(rc, "KnTraceOpen"))
		return false;
	rc = KnPmmMdlGetSize(mdl, &size);
	if (rc == rcOk)
		rc = KnPmmMdlMap(mdl, 0, size, RTL_NULL, VMM_FLAG_READ, &at);
	KnHandleClose(mdl);
	if (failed(rc, "KnPmmMdlMap"))
		return false;
	*count = collect(at, *count, most);
	KnVmUnmap(at, size);
	return true;
}

void command_trace(int argc, char **argv)
{
	uint64_t most = TRACE_DEFAULT;
	size_t count = 0;

	if (argc > 1 && !parse_number(argv[1], "count of events", &most))
		return;
	if (!most || most > TRACE_MAX) {
		complain("%llu events cannot be shown; write 1 to %d", (unsigned long long)most,
			 TRACE_MAX);
		return;
	}
	for (unsigned cpu = 0; cpu < CPUS_MAX && read_hart(cpu, &count, (size_t)most); cpu++)
		;
	for (size_t i = 0; i < count && !interrupted(); i++)
		show(&entries[i]);
}
