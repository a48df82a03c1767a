/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scheduling.c is made of: directors, actors, and the trace that is printed
 * after each scene.
 */
#ifndef TESTS_SCHEDULING_H
#define TESTS_SCHEDULING_H

#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdarg.h>
#include <string.h>
#include <thread/tcbpage.h>

enum {
	HARTS_MAX = 8,
	ACTORS_MAX = 24,
	LOG_MAX = 8192,
	STACK = 16384,
	DIRECTOR_PRIORITY = 31,
	PATIENCE_MS = 60000,
	LONGEST_SLEEP_MS = 64,
};

#define OTHER ThreadSchedPolicyOther
#define FIFO ThreadSchedPolicyFifo
#define RR ThreadSchedPolicyRR
#define TIME_MASK (((uint64_t)1 << FLOE_TRACE_TYPE_SHIFT) - 1)

struct actor {
	Handle handle;
	Tid tid;
	unsigned long amount; /* 0: until told to stop */
	volatile unsigned long count;
	volatile int stop, rest, rests, ended;
	const struct actor *until; /* goes on until that has ended */
};

struct director {
	unsigned hart;
	Handle handle;
	Tid tid;
	void (*scene)(struct director *d);
	struct actor actors[ACTORS_MAX];
	unsigned nactors;
	int used;
	char log[LOG_MAX];
};

static unsigned harts;
static const FloeTraceRing *rings[HARTS_MAX];
static uint64_t begin[HARTS_MAX], end[HARTS_MAX];
static FloeTraceEvent events[HARTS_MAX][FLOE_TRACE_EVENTS];
static struct director directors[HARTS_MAX];

static unsigned long now(void)
{
	unsigned long time;

	__asm__ volatile("rdtime %0" : "=r"(time));
	return time;
}

__attribute__((format(printf, 2, 3))) static void note(struct director *d, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	d->used += vsnprintf(d->log + d->used, (size_t)(LOG_MAX - d->used), format, list);
	va_end(list);
	if (d->used >= LOG_MAX) {
		printf("FAILED: a director's log is full\n");
		exit(EXIT_FAILURE);
	}
}

/* Ever more seldom, so that the trace has room for everything however long it takes. */
#define AWAIT(condition)                                                                           \
	do {                                                                                       \
		unsigned await_ms = 1, await_slept = 0;                                            \
                                                                                                   \
		while (!(condition) && await_slept < PATIENCE_MS) {                                \
			KnSleep(await_ms);                                                         \
			await_slept += await_ms;                                                   \
			await_ms = await_ms < LONGEST_SLEEP_MS ? 2 * await_ms : await_ms;          \
		}                                                                                  \
		check_true(__LINE__, #condition, !!(condition));                                   \
	} while (0)

/* --- Actors ------------------------------------------------------------------ */

static int acts(void *context)
{
	struct actor *a = context;

	while (!a->stop && (!a->amount || a->count < a->amount) && !(a->until && a->until->ended)) {
		a->count++;
		while (a->rest) {
			a->rests = 1;
			KnSleep(1);
		}
	}
	a->ended = 1;
	return 0;
}

static struct actor *enter(struct director *d, const char *role, ThreadSchedPolicy policy,
			   ThreadPriority priority, unsigned ms, RtlCpuSet cpus)
{
	static const rtl_uint32_t class_flag[] = {
		[OTHER] = 0, [FIFO] = ThreadFlagSchedFifo, [RR] = ThreadFlagSchedRR
	};
	const ThreadSchedParam interval = { .rrInterval = { 0, ms * 1000000 } };
	struct actor *a = &d->actors[d->nactors++];

	*a = (struct actor){ 0 };
	NEED(KnThreadCreateByHandle(&a->handle, &a->tid, priority, STACK, RTL_NULL, acts, a,
				    class_flag[policy] | ThreadFlagCreateWaitable |
					    ThreadFlagCreateSuspended));
	NEED(KnThreadSetAffinityByHandle(a->handle, &cpus));
	if (policy == RR)
		NEED(KnThreadSetSchedPolicyByHandle(a->handle, policy, priority, &interval));
	note(d, "@actor %u %s %u %d %u %lu %lx\n", (unsigned)a->tid, role, d->hart, (int)policy,
	     (unsigned)priority, ms * KnTaskGetGsi()->ticksPerSecond / 1000, (unsigned long)cpus);
	return a;
}

static void release(struct director *d, struct actor *a)
{
	unsigned long before = now();

	NEED(KnThreadResumeByHandle(a->handle));
	note(d, "@release %u %lu %lu\n", (unsigned)a->tid, before, now());
}

/* These two may come too late. */
static void set_affinity(struct director *d, struct actor *a, RtlCpuSet cpus)
{
	unsigned long before = now();
	Retcode rc = KnThreadSetAffinityByHandle(a->handle, &cpus);

	CHECK(rc == rcOk || a->ended);
	note(d, "@affinity %u %lu %lu %lx\n", (unsigned)a->tid, before, now(), (unsigned long)cpus);
}

static void set_policy(struct director *d, struct actor *a, ThreadSchedPolicy policy,
		       ThreadPriority priority)
{
	unsigned long before = now();
	Retcode rc = KnThreadSetSchedPolicyByHandle(a->handle, policy, priority, RTL_NULL);

	CHECK(rc == rcOk || a->ended);
	note(d, "@policy %u %lu %lu %d %u\n", (unsigned)a->tid, before, now(), (int)policy,
	     (unsigned)priority);
}

static void leave(struct actor *a)
{
	rtl_int32_t code = -1;

	/* QEMU changes to this hart when its timer is due, not as soon as the thread ends. */
	AWAIT(a->ended);
	CHECK_RC(rcOk, KnThreadWaitByHandle(a->handle, PATIENCE_MS, &code));
	NEED(KnHandleClose(a->handle));
}

static void stop(struct actor *a)
{
	a->stop = 1;
	leave(a);
}

static RtlCpuSet only(unsigned hart)
{
	return (RtlCpuSet)1 << hart;
}

/* --- What the trace says meanwhile --------------------------------------------- */

static uint64_t count_of(unsigned hart)
{
	return __atomic_load_n(&rings[hart]->count, __ATOMIC_ACQUIRE);
}

static Tid switched_to(const FloeTraceRing *ring, uint64_t n)
{
	const FloeTraceEvent *e = &ring->events[n % FLOE_TRACE_EVENTS];

	return e->timeAndType >> FLOE_TRACE_TYPE_SHIFT == FloeTraceSwitch ? (Tid)e->arg : 0;
}

static int was_on(unsigned hart, const struct actor *a, uint64_t since)
{
	for (uint64_t i = since; i < count_of(hart); i++)
		if (switched_to(rings[hart], i) == a->tid)
			return 1;
	return 0;
}

/* How often it came on its director's hart after somebody else. */
static unsigned turns(const struct director *d, const struct actor *a)
{
	unsigned n = 0;
	Tid last = 0;

	for (uint64_t i = begin[d->hart]; i < count_of(d->hart); i++) {
		Tid tid = switched_to(rings[d->hart], i);

		if (!tid || tid == d->tid)
			continue;
		n += tid == a->tid && last != tid;
		last = tid;
	}
	return n;
}

static void move(struct director *d, struct actor *a, unsigned to)
{
	uint64_t since = count_of(to);

	set_affinity(d, a, only(to));
	AWAIT(was_on(to, a, since));
}

/* --- The stage ------------------------------------------------------------------- */

static int directs(void *context)
{
	struct director *d = context;

	d->tid = KnThreadCurrent();
	d->scene(d);
	return 0;
}

static void engage(unsigned x, void (*scene)(struct director *d))
{
	struct director *d = &directors[x];
	const RtlCpuSet cpus = only(x);
	Tid tid;

	d->hart = x;
	d->scene = scene;
	d->nactors = 0;
	d->used = 0;
	NEED(KnThreadCreateByHandle(
		&d->handle, &tid, DIRECTOR_PRIORITY, STACK, RTL_NULL, directs, d,
		ThreadFlagSchedFifo | ThreadFlagCreateWaitable | ThreadFlagCreateSuspended));
	NEED(KnThreadSetAffinityByHandle(d->handle, &cpus));
	note(d, "@actor %u director %u %d %d 0 %lx\n", (unsigned)tid, x, (int)FIFO,
	     DIRECTOR_PRIORITY, (unsigned long)cpus);
}

/* As floe-tracer does. */
static void print_trace(unsigned x)
{
	uint64_t last = 0;
	int column = 0;

	if (end[x] - begin[x] >= FLOE_TRACE_EVENTS)
		printf("@lost %x %lx\n", x, end[x] - begin[x]);
	for (uint64_t i = begin[x]; i < end[x]; i++) {
		const FloeTraceEvent *e = &events[x][i % FLOE_TRACE_EVENTS];
		uint64_t time = e->timeAndType & TIME_MASK;

		if (!column)
			column = printf("@%x %lx:", x, time), last = time;
		column += printf(" %lx.%lx.%lx.%lx", time - last,
				 e->timeAndType >> FLOE_TRACE_TYPE_SHIFT, e->arg, e->value);
		last = time;
		if (column > 900 || i + 1 == end[x])
			column = 0, puts("");
	}
}

static void print_scene(const char *name)
{
	for (unsigned x = 0; x < harts; x++)
		end[x] = count_of(x);
	for (unsigned x = 0; x < harts; x++)
		memcpy(events[x], rings[x]->events, sizeof(events[x]));
	printf("@scene %s %u\n", name, harts);
	for (unsigned x = 0; x < harts; x++) {
		if (directors[x].used)
			fputs(directors[x].log, stdout);
		directors[x].used = 0;
		print_trace(x);
	}
}

static void play(const char *name, void (*scene)(struct director *d), unsigned ndirectors)
{
	rtl_int32_t code;

	for (unsigned x = 0; x < harts; x++)
		begin[x] = count_of(x);
	for (unsigned x = 0; x < ndirectors; x++)
		engage(x, scene);
	for (unsigned x = 0; x < ndirectors; x++)
		NEED(KnThreadResumeByHandle(directors[x].handle));
	for (unsigned x = 0; x < ndirectors; x++) {
		NEED(KnThreadWaitByHandle(directors[x].handle, INFINITE_TIMEOUT, &code));
		NEED(KnHandleClose(directors[x].handle));
	}
	print_scene(name);
}

static int open_ring(unsigned x)
{
	rtl_size_t size;
	Handle mdl;
	void *at;

	if (KnTraceOpen(x, &mdl) != rcOk)
		return 0;
	NEED(KnPmmMdlGetSize(mdl, &size));
	NEED(KnPmmMdlMap(mdl, 0, size, RTL_NULL, VMM_FLAG_READ, &at));
	NEED(KnHandleClose(mdl));
	rings[x] = at;
	return 1;
}

#endif
