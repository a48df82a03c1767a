/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 300 lives that end in one of the ways there are, its argument; every page,
 * handle, MDL buffer and address space is back afterwards.
 */
#include "api-test.h"

CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");
CHILD_CODE(exit_with_3, "li a0, 3\n" CHILD_CALL(18));
CHILD_CODE(crash, "unimp");
CHILD_CODE(panic, CHILD_CALL(19));

enum {
	LIVES = 300,
	WARM_UP = 10,
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

static const struct {
	const char *name;
	void (*life)(void);
} ways[] = {
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

static void live(const char *name, void (*life)(void))
{
	SysCounters before, after;

	for (int i = 0; i < WARM_UP; i++)
		life();
	before = settled();
	for (int i = 0; i < LIVES; i++)
		life();
	after = settled();
	check_counters(__LINE__, name, &before, &after);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return child();
	touch_stack();
	for (int a = 1; a < argc; a++)
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			if (strcmp(argv[a], ways[i].name) == 0)
				live(ways[i].name, ways[i].life);
	return checks_result();
}
