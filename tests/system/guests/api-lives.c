/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 10,000 lives that end in all the ways there are, one after the other (or those
 * that the arguments name); every page, handle, MDL buffer, thread and address
 * space is back afterwards.
 */
#include "api-test.h"

CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");
CHILD_CODE(exit_with_3, "li a0, 3\n" CHILD_CALL(18));
CHILD_CODE(crash, "unimp");
CHILD_CODE(panic, CHILD_CALL(19));

enum {
	LIVES = 10000,
	WARM_UP = 4, /* of each way */
	PART = 2000, /* after so many they are counted as well */
};

static TaskExitStatus status_of(Handle task)
{
	TaskExitStatus status = (TaskExitStatus)-1;

	CHECK_RC(rcOk, KnTaskGetExitStatus(task, &status));
	return status;
}

static void terminated(Handle task)
{
	CHECK_RC(rcOk, KnTaskTerminate(task));
	CHECK_EQUAL(TaskExitTerminated, status_of(task));
	NEED(KnHandleClose(task));
}

static void by_exit(void)
{
	CHECK_EQUAL(3, exit_code_of(child_start("life", CHILD(exit_with_3), 0)));
}

/* A whole program, which allocates and returns from main(). */
static void by_return(void)
{
	Handle task = another("life", "child", 0, RTL_NULL), mdl;

	NEED(KnPmmMdlCreate(4 * PAGE, RW, &mdl));
	NEED(KosTaskTransferResource(task, mdl, mdl, OCAP_MDL_MAP, "buffer"));
	NEED(KnHandleClose(mdl));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(4, exit_code_of(task));
}

static void by_terminate(void)
{
	terminated(child_start("life", CHILD(sleep_forever), 0));
}

static void by_terminate_when_empty(void)
{
	terminated(child_create("life", 0));
}

static void by_terminate_when_ready(void)
{
	Handle task = child_create("life", 0);

	child_load(task, CHILD(sleep_forever));
	terminated(task);
}

static void by_close_when_empty(void)
{
	NEED(KnHandleClose(child_create("life", 0)));
}

static void by_close_when_ready(void)
{
	NEED(KnHandleClose(another("life", "child", 0, RTL_NULL)));
}

static void by_crash(void)
{
	Handle task = child_start("life", CHILD(crash), 0);

	wait_for(task);
	CHECK_EQUAL(TaskExitUnexpected, status_of(task));
	NEED(KnHandleClose(task));
}

static void by_panic(void)
{
	Handle task = child_start("life", CHILD(panic), 0);

	wait_for(task);
	CHECK_EQUAL(TaskExitUnexpected, status_of(task));
	NEED(KnHandleClose(task));
}

static void by_freezing(void)
{
	Handle task = child_start("life", CHILD(crash), TaskExceptionFreezesTask), mdl;
	rtl_uint32_t flags;
	rtl_size_t size;
	void *at;

	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	CHECK_RC(rcOk, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &mdl));
	CHECK_RC(rcOk, KnTaskTerminateAfterFreezing(task));
	CHECK_EQUAL(TaskExitUnexpected, status_of(task));
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(mdl));
}

/* Its report holds it, and its name, until it has been shown. */
static void by_close_when_frozen(void)
{
	rtl_uint64_t tasks = counters().tasks;
	Handle task = child_start("life", CHILD(crash), TaskExceptionFreezesTask);

	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	NEED(KnHandleClose(task));
	while (counters().tasks > tasks)
		KnSleep(1);
}

static void by_revoke(void)
{
	Handle task = child_create("life", 0);

	child_load(task, CHILD(sleep_forever));
	CHECK_RC(rcOk, KnHandleRevoke(task));
}

static void by_revoke_when_frozen(void)
{
	rtl_uint64_t tasks = counters().tasks;
	Handle task = child_start("life", CHILD(crash), TaskExceptionFreezesTask);

	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	CHECK_RC(rcOk, KnHandleRevoke(task));
	while (counters().tasks > tasks)
		KnSleep(1);
}

/* It runs on without a handle, and goes when it ends. */
static void by_exit_without_handle(void)
{
	rtl_uint64_t tasks = counters().tasks;
	Handle task = child_create("life", 0);

	child_load(task, CHILD(exit_with_3));
	NEED(KnTaskResume(task));
	NEED(KnHandleClose(task));
	while (counters().tasks > tasks)
		KnSleep(1);
}

/* Its creator has no handle any more when it ends; the last one is another process's. */
static void by_exit_of_a_holder(void)
{
	rtl_uint64_t tasks = counters().tasks;
	Handle holder = child_create("holder", 0), life = child_create("life", 0), held;

	NEED(KnTaskTransferResource(holder, life, INVALID_HANDLE, OCAP_TASK_FULL, &held));
	NEED(KnHandleClose(life));
	CHECK_EQUAL(tasks + 2, counters().tasks);
	child_load(holder, CHILD(exit_with_3));
	NEED(KnTaskResume(holder));
	CHECK_EQUAL(3, exit_code_of(holder));
	while (counters().tasks > tasks)
		KnSleep(1);
}

/* It returns from main() while its other threads wait. */
static void by_return_with_threads(void)
{
	Handle task = another("life", "threads", 0, RTL_NULL);

	NEED(KnTaskResume(task));
	CHECK_EQUAL(5, exit_code_of(task));
}

static const struct {
	const char *name;
	void (*life)(void);
} all_ways[] = {
	{ "exit", by_exit },
	{ "return", by_return },
	{ "terminate", by_terminate },
	{ "terminate-empty", by_terminate_when_empty },
	{ "terminate-ready", by_terminate_when_ready },
	{ "close-empty", by_close_when_empty },
	{ "close-ready", by_close_when_ready },
	{ "crash", by_crash },
	{ "panic", by_panic },
	{ "freeze", by_freezing },
	{ "close-frozen", by_close_when_frozen },
	{ "revoke", by_revoke },
	{ "revoke-frozen", by_revoke_when_frozen },
	{ "exit-without-handle", by_exit_without_handle },
	{ "exit-of-holder", by_exit_of_a_holder },
	{ "return-with-threads", by_return_with_threads },
};

static int child(void)
{
	char *p = malloc(100000);
	Handle mdl;
	void *view;

	NEED(KosTaskLookupResource("buffer", &mdl));
	NEED(KnPmmMdlMap(mdl, 0, 4 * PAGE, RTL_NULL, RW, &view));
	memset(view, 1, 4 * PAGE);
	memset(p, 1, 100000);
	return 3 + p[99999];
}

_Noreturn static int waits(void *context)
{
	for (;;)
		KnSleep(*(rtl_uint32_t *)context);
}

static int child_with_threads(void)
{
	static rtl_uint32_t long_time = 100000;
	Handle threads[2];
	Tid tid;

	for (int i = 0; i < 2; i++)
		NEED(KnThreadCreateByHandle(&threads[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    waits, &long_time, ThreadFlagCreateWaitable));
	return 5;
}

/* Those that are named, all if none is. */
static size_t choose(void (**ways)(void), int count, char **names)
{
	size_t chosen = 0;

	for (size_t i = 0; i < sizeof(all_ways) / sizeof(all_ways[0]); i++) {
		int wanted = count == 0;

		for (int n = 0; n < count; n++)
			wanted |= strcmp(names[n], all_ways[i].name) == 0;
		if (wanted)
			ways[chosen++] = all_ways[i].life;
	}
	return chosen;
}

int main(int argc, char **argv)
{
	void (*ways[sizeof(all_ways) / sizeof(all_ways[0])])(void);
	SysCounters before, after;
	size_t count;

	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return child();
	if (argc > 1 && strcmp(argv[1], "threads") == 0)
		return child_with_threads();
	touch_stack();
	count = choose(ways, argc - 1, argv + 1);
	for (size_t i = 0; i < WARM_UP * count; i++)
		ways[i % count]();
	before = settled();
	for (size_t i = 1; i <= LIVES; i++) {
		ways[i % count]();
		if (i % PART)
			continue;
		after = settled();
		check_counters(__LINE__, "the lives", &before, &after);
	}
	printf("%d lives in %lu ways\n", LIVES, (unsigned long)count);
	return checks_result();
}
