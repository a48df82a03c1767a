// SPDX-License-Identifier: Apache-2.0
/*
 * The C library under several threads: storage of their own, larger than the
 * stack that was asked for and with alignments of its own; malloc() and streams
 * while a real-time thread preempts who holds their locks; ways to end.
 */
#include "api-test.h"

#include <stdint.h>

#define WORKERS 4
#define ROUNDS 100

static _Thread_local _Alignas(256) char aligned[3] = "ab";
static _Thread_local char large[20000];
static _Thread_local _Alignas(64) char cleared[64];

static volatile int finished, preempted, forever = 1;

static Handle start(ThreadRoutine routine, intptr_t context, ThreadPriority priority,
		    rtl_uint32_t stack, rtl_uint32_t flags)
{
	Handle thread = INVALID_HANDLE;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, priority, stack, RTL_NULL, routine,
				    (void *)context, flags | ThreadFlagCreateWaitable));
	return thread;
}

static int join(Handle thread)
{
	rtl_int32_t code = -1;

	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, 60000, &code));
	CHECK_RC(rcOk, KnHandleClose(thread));
	return code;
}

/* --- Storage -------------------------------------------------------------- */

static int storage_is_fresh(void)
{
	int fine = ((uintptr_t)aligned & 255) == 0 && ((uintptr_t)cleared & 63) == 0 &&
		   !strcmp(aligned, "ab");

	for (size_t i = 0; i < sizeof(large); i++)
		fine = fine && !large[i];
	for (size_t i = 0; i < sizeof(cleared); i++)
		fine = fine && !cleared[i];
	return fine;
}

/* Uses all of it, and most of a stack of one page. */
static int fills(void *context)
{
	volatile char stack[2048];
	char mark = (char)(intptr_t)context;
	int fine = storage_is_fresh();

	memset(large, mark, sizeof(large));
	memset(cleared, mark, sizeof(cleared));
	aligned[0] = mark;
	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = mark;
	KnSleep(2);
	for (size_t i = 0; i < sizeof(stack); i++)
		fine = fine && stack[i] == mark;
	for (size_t i = 0; i < sizeof(large); i++)
		fine = fine && large[i] == mark;
	return fine && aligned[0] == mark && aligned[1] == 'b' && cleared[63] == mark;
}

static void storage(void)
{
	Handle threads[16];

	CHECK(storage_is_fresh());
	for (int i = 0; i < 16; i++)
		threads[i] = start(fills, i + 1, 10, FLOE_PAGE_SIZE, 0);
	for (int i = 0; i < 16; i++)
		CHECK_EQUAL(1, join(threads[i]));
	CHECK(storage_is_fresh());
}

/* --- The library's locks -------------------------------------------------- */

static int allocates(int rounds, unsigned char mark)
{
	unsigned char *blocks[16] = { RTL_NULL };
	int fine = 1;

	for (int i = 0; i < rounds * 16; i++) {
		size_t size = 16 + (size_t)(i * 37 + mark * 101) % 900;
		unsigned char **block = &blocks[i % 16];

		if (*block)
			fine = fine && (*block)[0] == mark && (*block)[15] == mark;
		free(*block);
		*block = malloc(size);
		fine = fine && *block;
		if (*block)
			memset(*block, mark, size);
	}
	for (int i = 0; i < 16; i++)
		free(blocks[i]);
	return fine;
}

static int works(void *context)
{
	unsigned char mark = (unsigned char)(intptr_t)context;
	char text[32];
	int fine = 1;

	for (int i = 0; i < ROUNDS; i++) {
		FILE *file = fopen("/romfs/system.dtb", "r");

		fine = fine && file && fgetc(file) == 0xd0;
		fine = fine && allocates(4, mark);
		snprintf(text, sizeof(text), "%d %d", mark, i);
		fine = fine && atoi(text) == mark;
		if (file)
			fclose(file);
	}
	finished++;
	return fine;
}

/* Finds the locks taken again and again, by threads that do not run while it does. */
static int preempts(void *context)
{
	int fine = 1;

	(void)context;
	while (finished < WORKERS) {
		KnSleep(1);
		fine = fine && allocates(1, 200);
		preempted++;
	}
	return fine;
}

static void locks(void)
{
	Handle threads[WORKERS], realtime;

	for (int i = 0; i < WORKERS; i++)
		threads[i] = start(works, i + 1, 0, 0, 0);
	realtime = start(preempts, 0, 31, 0, ThreadFlagSchedFifo);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EQUAL(1, join(threads[i]));
	CHECK_EQUAL(1, join(realtime));
	CHECK(preempted > 10);
}

/* --- Ways to end ---------------------------------------------------------- */

static int ends(void *context)
{
	if (context)
		abort();
	printf("said before the end");
	exit(23);
}

static int busy(void *context)
{
	(void)context;
	while (forever)
		allocates(1, 3);
	return 0;
}

__attribute__((noinline)) static int child(const char *mode)
{
	for (int i = 0; i < 3; i++)
		start(busy, 0, 0, 0, 0);
	start(ends, !strcmp(mode, "aborts"), 0, 0, 0);
	KnSleep(INFINITE_TIMEOUT);
	return 1;
}

static void endings(void)
{
	Handle task = another("exits", "exits", 0, RTL_NULL);
	TaskExitStatus status;
	HalExceptionCode type = 0;
	HalArchException code;
	HalTrapFrame frame;

	NEED(KnTaskResume(task));
	CHECK_EQUAL(23, exit_code_of(task));
	task = another("aborts", "aborts", 0, RTL_NULL);
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_COMPLETED, wait_for(task));
	NEED(KnTaskGetExitStatus(task, &status));
	CHECK_EQUAL(TaskExitUnexpected, status);
	NEED(KnTaskGetExceptionInfo(task, &type, &code, &frame));
	CHECK_EQUAL(HalExcPanic, type);
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv[1]);
	touch_stack();
	storage();
	locks();
	endings();
	return checks_result();
}
