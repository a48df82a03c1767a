/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operations cost while as many other partitions are alive as the argument
 * says: all of them take turns first, then they sleep, each with a timer. Real-time
 * children above them, and this program above those, do what is measured.
 */
#include "bench.h"

enum {
	SWITCHES = 10000, /* about */
	CALLS = 1000,
	SLEEPS = 100,
	REPEATED = 20,
	CREATIONS = 200, /* more: one in three has a block of random numbers to pay */
	/* What the loops below execute themselves, in a round, and once. */
	TURN_FIRST = 3,
	TURN_OTHER = 4,
	TURNS_ONCE = 3,
	WAKE_ROUND = 2,
};

/* Shared words. */
enum {
	RESULT,
	SLEEP_MS,
	STAMP,
	ROUNDS,
};

#define SHARED "li s0, 0x20000000\n"
#define SLEEP(ms) "li a0, " ms "\n" CHILD_CALL(72)
#define EXIT "li a0, 0\n" CHILD_CALL(18)

/* Sleeps as long as it is told, which is at first no time: a turn of four instructions. */
CHILD_CODE(other, SHARED "li a7, 0x0A464C4F\nli a6, 72\n"
			 "1: ld a0, 8(s0)\necall\nnop\nj 1b\n");
/* The same in three, counted. */
CHILD_CODE(turns, SHARED "li a7, 0x0A464C4F\nli a6, 72\nld s1, 24(s0)\nli a0, 0\necall\n"
			 "rdinstret s2\n"
			 "1: li a0, 0\necall\naddi s1, s1, -1\nbnez s1, 1b\n"
			 "rdinstret s3\nsub s3, s3, s2\nsd s3, 0(s0)\n" EXIT);
CHILD_CODE(spin, SHARED "1: .rept 64\nrdinstret t0\nsd t0, 16(s0)\n.endr\nj 1b\n");
CHILD_CODE(sleeper, SHARED
	   "li s1, 100\n"
	   "1: " SLEEP("1") "rdinstret t0\nld t1, 16(s0)\nsub t0, t0, t1\n"
			    "add s2, s2, t0\naddi s1, s1, -1\nbnez s1, 1b\nsd s2, 0(s0)\n" EXIT);
/* Its first instruction counts. */
CHILD_CODE(first, SHARED "rdinstret t0\nsd t0, 0(s0)\n" EXIT);
/* So does its last. */
CHILD_CODE(fault, SHARED "rdinstret t0\nsd t0, 0(s0)\nld a0, 0(zero)\n");

static volatile uint64_t *shared;
static VmSeg common;
static unsigned long others;

static void print(const char *name, uint64_t total, uint64_t count)
{
	char full[40];

	snprintf(full, sizeof(full), "%s_at_%lu", name, others);
	bench_print(full, total, count);
}

/* One piece of text for all of them. */
static Handle start(const char *name, const VmSeg *text, rtl_uint32_t flags,
		    ThreadSchedPolicy policy, ThreadPriority priority)
{
	const TaskInitialState state = { CHILD_CODE_AT, 0 };
	rtl_uintptr_t at;
	Handle task = child_create(name, flags);

	NEED(KnTaskLoadSeg(task, text, &at));
	NEED(KnTaskLoadSeg(task, &common, &at));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskSetInitialPolicy(task, policy, priority, RTL_NULL));
	NEED(KnTaskResume(task));
	return task;
}

static VmSeg text_of(struct child_code code)
{
	VmSeg text;

	NEED(KnVmSegInitFromBuf(&text, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, code.start,
				(rtl_size_t)(code.end - code.start)));
	return text;
}

static void start_others(void)
{
	VmSeg text = text_of(CHILD(other));
	char name[32];

	for (unsigned long i = 0; i < others; i++) {
		snprintf(name, sizeof(name), "other%lu", i);
		start(name, &text, 0, ThreadSchedPolicyOther, 10);
	}
	/* Each takes its first turns: afterwards nothing is new to it. */
	KnSleep(50);
}

/* Three instructions a round, of which the ecall counts. */
static void null_calls(void)
{
	register uint64_t a0 __asm__("a0"), a1 __asm__("a1");
	register uint64_t a6 __asm__("a6") = 0, a7 __asm__("a7") = 0x10;
	uint64_t start, end, n = CALLS;

	__asm__ volatile("rdinstret %0\n"
			 "1: ecall\naddi %2, %2, -1\nbnez %2, 1b\n"
			 "rdinstret %1\n"
			 : "=&r"(start), "=&r"(end), "+&r"(n), "=&r"(a0), "=&r"(a1)
			 : "r"(a6), "r"(a7)
			 : "memory");
	print("null_hypercall", end - start - 2 * CALLS - 1, CALLS);
}

static void switches(void)
{
	uint64_t rounds = SWITCHES / (others + 1);
	VmSeg text = text_of(CHILD(turns));
	Handle task;

	shared[ROUNDS] = rounds;
	task = start("turns", &text, 0, ThreadSchedPolicyOther, 10);
	child_wait(task);
	NEED(KnHandleClose(task));
	print("switch_yield",
	      shared[RESULT] - rounds * (TURN_FIRST + TURN_OTHER * others) - TURNS_ONCE,
	      rounds * (others + 1));
}

static void wakes(void)
{
	VmSeg spins = text_of(CHILD(spin)), sleeps = text_of(CHILD(sleeper));
	Handle b = start("b", &spins, 0, ThreadSchedPolicyFifo, 5);
	Handle a = start("a", &sleeps, 0, ThreadSchedPolicyFifo, 10);

	child_wait(a);
	NEED(KnTaskTerminate(b));
	NEED(KnHandleClose(a));
	NEED(KnHandleClose(b));
	print("rt_wake", shared[RESULT] - WAKE_ROUND * SLEEPS, SLEEPS);
}

/* With the creator's own part; its first one is not counted: that touches pages. */
static void creations(void)
{
	VmSeg text = text_of(CHILD(first));
	uint64_t total = 0;

	for (int i = -1; i < CREATIONS; i++) {
		uint64_t before = instret();
		Handle task = start("child", &text, 0, ThreadSchedPolicyFifo, 31);

		total += i < 0 ? 0 : shared[RESULT] - before;
		NEED(KnHandleClose(task));
		/* Its end is said on the console, before the next is measured. */
		KnSleep(20);
	}
	print("partition_create", total, CREATIONS);
}

/* From the load that faults to the creator, who waits for the freeze; a turn of the console is
 * before it. */
static void freezes(void)
{
	VmSeg text = text_of(CHILD(fault));
	uint64_t total = 0;

	for (int i = -1; i < REPEATED; i++) {
		Handle notice, task;
		EventDesc event;
		rtl_size_t count;

		task = start("child", &text, TaskExceptionFreezesTask, ThreadSchedPolicyFifo, 10);
		NEED(KnNoticeCreate(&notice));
		NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_FROZEN, 0));
		NEED(KnNoticeGetEvent(notice, 10000, 1, &event, &count));
		total += i < 0 ? 0 : instret() - shared[RESULT];
		NEED(KnHandleClose(notice));
		KnSleep(100);
		NEED(KnTaskTerminateAfterFreezing(task));
		NEED(KnHandleClose(task));
		KnSleep(20);
	}
	print("freeze_to_creator", total, REPEATED);
}

int main(int argc, char **argv)
{
	SysCounters before, after;

	others = argc > 1 ? (unsigned long)atol(argv[1]) : 10;
	shared = bench_share(&common);
	NEED(KnSysGetCounters(&before));
	start_others();
	NEED(KnSysGetCounters(&after));
	print("partition_bytes", (before.freePages - after.freePages) * FLOE_PAGE_SIZE, others);
	null_calls();
	switches();
	shared[SLEEP_MS] = 1000000000;
	KnSleep(50);
	wakes();
	creations();
	freezes();
	return 0;
}
