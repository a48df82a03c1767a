/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition that crashes while its process id is below its second argument, and leaves
 * processes in every state. By the first argument:
 *
 *   "leave"  creates "spin", to which it gives handles of a frozen process and of one that
 *            never starts, and "middle", which creates another "spin" and ends
 *   "bomb"   creates processes that do nothing but create others like them; with a third
 *            argument at the highest priority
 *
 * Later ones look around: nothing of that lives, and "victim", which spins, has the half
 * of a CPU that it is promised, if it is there.
 */
#include "child.h"

#include <coresrv/task/inspect_api.h>
#include <coresrv/thread/thread_api.h>
#include <kos/task.h>
#include <stdbool.h>

#define CLASS "test.Orphan"

static volatile int *volatile nowhere = (int *)8;

static bool is_urgent;

static Handle make(const char *what, unsigned n, Retcode *rc)
{
	static const TaskLimits limits = { .maxTasks = 8 };
	const char *const args[] = { what, is_urgent ? "urgent" : RTL_NULL, RTL_NULL };
	const KosTaskParams params = { .eiid = CLASS,
				       .args = args,
				       .flags = what[0] == 'c' ? KOS_TASK_FLAG_DUMPABLE : 0,
				       .policy = is_urgent ? ThreadSchedPolicyFifo
							   : ThreadSchedPolicyOther,
				       .priority = is_urgent ? 31 : ThreadPriorityNormal,
				       .limits = &limits };
	char name[64];
	Handle task = INVALID_HANDLE;

	snprintf(name, sizeof(name), "%s-%u-%u", what, (unsigned)KnTaskGetId(), n);
	*rc = KosTaskInitEx(&params, name, "orphans.elf", &task);
	return task;
}

static Handle made(const char *what)
{
	Retcode rc;
	Handle task = make(what, 0, &rc);

	NEED(rc);
	return task;
}

static void leave(void)
{
	Handle frozen = made("crash"), unstarted = made("nothing");
	Handle spin = made("spin"), middle = made("middle"), handle;

	NEED(KnTaskResume(frozen));
	child_wait(frozen);
	NEED(KnTaskTransferResource(spin, frozen, INVALID_HANDLE, OCAP_TASK_FULL, &handle));
	NEED(KnTaskTransferResource(spin, unstarted, INVALID_HANDLE, OCAP_TASK_FULL, &handle));
	NEED(KnTaskResume(spin));
	NEED(KnTaskResume(middle));
	child_wait(middle);
	NEED(KnHandleClose(middle));
}

/* As often as it can; how often that is, is the machine's business. */
static void multiply(unsigned times)
{
	for (unsigned n = 0; n < times; n++) {
		Retcode rc;
		Handle task = make("bomb", n, &rc);

		if (rc != rcOk)
			continue;
		KnTaskResume(task);
		KnHandleClose(task);
	}
}

/* Counts what lives of the class; *victim is the one of that name. */
static unsigned look(Handle *victim)
{
	TaskInfo info = { .pid = 0 };
	unsigned living = 0;
	char text[64];
	Handle task;

	while (KnTaskGetNext(info.pid, &task) == rcOk) {
		NEED(KnTaskGetInfo(task, &info));
		if (KnTaskGetString(task, TaskStringClass, text, sizeof(text)) == rcOk &&
		    strcmp(text, CLASS) == 0)
			living += info.state != TaskStateEnded;
		if (strcmp(text, "victim") == 0)
			*victim = task;
		else
			NEED(KnHandleClose(task));
	}
	return living;
}

static rtl_uint64_t run_time(Handle task)
{
	TaskInfo info;

	NEED(KnTaskGetInfo(task, &info));
	return info.runTime;
}

static int look_around(void)
{
	Handle victim = INVALID_HANDLE;
	rtl_uint64_t before;

	CHECK_EQUAL(0, look(&victim));
	if (victim != INVALID_HANDLE) {
		before = run_time(victim);
		KnSleep(1000);
		/* In 99 whole periods at least, and up to now. */
		CHECK(run_time(victim) - before >= KnTaskGetGsi()->ticksPerSecond * 99 / 200);
		NEED(KnTaskTerminate(victim));
	}
	return checks_result();
}

static void start(const char *what)
{
	if (strcmp(what, "leave") == 0)
		leave();
	else
		multiply(4);
	*nowhere = 1;
}

/* What a child does, and "victim". */
static void live(const char *what)
{
	if (strcmp(what, "crash") == 0)
		*nowhere = 1;
	else if (strcmp(what, "middle") == 0)
		NEED(KnTaskResume(made("spin")));
	else if (strcmp(what, "bomb") == 0)
		multiply(-1u);
	else
		for (;;)
			__asm__ volatile("");
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	is_urgent = strcmp(argv[argc - 1], "urgent") == 0;
	argc -= is_urgent;
	if (argc == 2)
		live(argv[1]);
	else if (KnTaskGetId() >= (Pid)atoi(argv[2]))
		return look_around();
	else
		start(argv[1]);
	return 0;
}
