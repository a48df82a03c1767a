/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As many partitions at once as it is told, all with the same text: each takes a
 * number, answers every question that is asked in shared memory, and ends with its
 * number. Tells what one takes; afterwards nothing is left.
 */
#include "api-test.h"
#include "child.h"

#include <stdint.h>

#define SHARED_AT 0x20000000ul
#define QUESTIONS 3
#define MOST 2000

/* What all see; the children know it by its words. */
struct shared {
	uint64_t arrived, question, stop, answered, answers[MOST];
};

/* Its number is s1, its answer to question q is q + number. */
CHILD_CODE(answers, "li s0, 0x20000000\nli t0, 1\namoadd.d s1, t0, (s0)\n"
		    "slli s2, s1, 3\nadd s2, s2, s0\nli s3, 0\n"
		    "1: li a0, 250\n" CHILD_CALL(
			    72) "ld t0, 16(s0)\nbnez t0, 2f\nld t1, 8(s0)\nbeq t1, s3, 1b\n"
				"mv s3, t1\nadd t1, t1, s1\nsd t1, 32(s2)\nfence\n"
				"addi t2, s0, 24\nli t0, 1\namoadd.d zero, t0, (t2)\nj 1b\n"
				"2: mv a0, s1\n" CHILD_CALL(18));

static volatile struct shared *shared;
static VmSeg text, common;
static Handle tasks[MOST];
static long count;

static void prepare(void)
{
	void *here;

	common = (VmSeg){ .loadAddr = SHARED_AT,
			  .size = (sizeof(struct shared) + FLOE_PAGE_SIZE - 1) / FLOE_PAGE_SIZE *
				  FLOE_PAGE_SIZE,
			  .flags = VMM_FLAG_READ | VMM_FLAG_WRITE };
	NEED(KnPmmMdlCreate(common.size, common.flags, &common.h));
	NEED(KnPmmMdlMap(common.h, 0, common.size, RTL_NULL, common.flags, &here));
	memset(here, 0, common.size);
	shared = here;
	NEED(KnVmSegInitFromBuf(&text, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, answers,
				(rtl_size_t)(answers_end - answers)));
}

static Handle start(long i)
{
	const TaskInitialState state = { CHILD_CODE_AT, 0 };
	rtl_uintptr_t at;
	char name[16];
	Handle task;

	snprintf(name, sizeof(name), "c%ld", i);
	task = child_create(name, 0);
	NEED(KnTaskLoadSeg(task, &text, &at));
	NEED(KnTaskLoadSeg(task, &common, &at));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnTaskResume(task));
	return task;
}

static int soon(volatile uint64_t *word, uint64_t expected)
{
	for (int i = 0; i < 1000 && *word != expected; i++)
		KnSleep(50);
	return *word == expected;
}

static void ask(uint64_t question)
{
	long wrong = 0;

	shared->answered = 0;
	shared->question = question;
	CHECK(soon(&shared->answered, (uint64_t)count));
	for (long i = 0; i < count; i++)
		wrong += shared->answers[i] != question + (uint64_t)i;
	CHECK_EQUAL(0, wrong);
}

/* Each of the numbers is the exit code of one of them. */
static void check_end(void)
{
	static char seen[MOST];
	long codes = 0;

	memset(seen, 0, sizeof(seen));
	for (long i = 0; i < count; i++) {
		rtl_int32_t code = -1;

		for (int n = 0; n < 1000 && KnTaskGetExitCode(tasks[i], &code) != rcOk; n++)
			KnSleep(50);
		if (code >= 0 && code < count && !seen[code]) {
			seen[code] = 1;
			codes++;
		}
		NEED(KnHandleClose(tasks[i]));
	}
	CHECK_EQUAL(count, codes);
}

static void all(void)
{
	SysCounters before = counters(), during;

	shared->arrived = shared->question = shared->stop = 0;
	for (long i = 0; i < count; i++)
		tasks[i] = start(i);
	CHECK(soon(&shared->arrived, (uint64_t)count));
	during = counters();
	CHECK_EQUAL(count, during.tasks - before.tasks);
	for (uint64_t question = 1; question <= QUESTIONS; question++)
		ask(question * 10000);
	printf("%ld partitions at once, %lu bytes each\n", count,
	       (unsigned long)(before.freePages - during.freePages) * FLOE_PAGE_SIZE /
		       (unsigned long)count);
	CHECK((before.freePages - during.freePages) * FLOE_PAGE_SIZE <=
	      (uint64_t)count * 48 * 1024);
	shared->stop = 1;
	check_end();
}

/* What the tables of handles and of names keep is there afterwards. */
static void fill_tables(void)
{
	char name[16];

	for (long i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "c%ld", i);
		tasks[i] = child_create(name, 0);
	}
	for (long i = 0; i < count; i++)
		NEED(KnHandleClose(tasks[i]));
}

int main(int argc, char **argv)
{
	SysCounters before, after;
	long most = argc > 1 ? atol(argv[1]) : 1000;

	prepare();
	count = 10;
	all();
	count = most;
	fill_tables();
	KnSleep(200);
	before = counters();
	all();
	KnSleep(200);
	after = counters();
	check_counters(__LINE__, "everything", &before, &after);
	return checks_result();
}
