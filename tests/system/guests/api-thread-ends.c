// SPDX-License-Identifier: Apache-2.0
/* What becomes of a process when threads of it end, and of its threads when it ends. */
#include "threads.h"

static int waits_for_initial(void *context)
{
	rtl_int32_t code;

	if (KnThreadWaitByHandle((Handle)(uintptr_t)context, 1000, &code) != rcOk || code != 31)
		KnTaskExit(1);
	return 9;
}

static int never(void *context)
{
	(void)context;
	for (;;)
		KnSleep(1000);
	return 0;
}

/* What this program does as a child. */
static int child(const char *mode)
{
	Handle me;
	Tid tid;

	NEED(KnThreadOpenCurrent(&me));
	if (!strcmp(mode, "initial-first")) {
		start(waits_for_initial, (void *)(uintptr_t)me, 10, 0);
		KnThreadExit(31);
	} else if (!strcmp(mode, "exit-with-threads")) {
		start(never, RTL_NULL, 10, 0);
		start(never, RTL_NULL, 10, ThreadFlagCreateSuspended);
		return 17;
	} else if (!strcmp(mode, "limit")) {
		touch_stack();
		while (KnThreadCreateByHandle(&me, &tid, 10, 4096, RTL_NULL, never, RTL_NULL,
					      ThreadFlagCreateSuspended) == rcOk)
			;
		FAILS(rcQuotaExceeded,
		      KnThreadCreateByHandle(&me, &tid, 10, 4096, RTL_NULL, never, RTL_NULL, 0));
		KnTaskExit(checks_failed ? 1 : 5);
	}
	return 100;
}

static void processes(void)
{
	static const struct {
		const char *mode;
		int code;
		TaskLimits limits;
	} cases[] = {
		{ "initial-first", 31, { 0, 0, 0, 0, 0 } },
		{ "exit-with-threads", 17, { 0, 0, 0, 0, 0 } },
		{ "limit", 5, { 0x100000, 0, TaskMayInspect, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Handle task = another(cases[i].mode, cases[i].mode, 0, &cases[i].limits);

		NEED(KnTaskResume(task));
		CHECK_EQUAL(cases[i].code, exit_code_of(task));
	}
}

int main(int argc, char **argv)
{
	SysCounters before, after;

	if (argc > 1)
		return child(argv[1]);
	touch_stack();
	processes();
	before = settled();
	processes();
	after = settled();
	check_counters(__LINE__, "processes", &before, &after);
	return checks_result();
}
