/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creates processes of its own, waits until each has ended or frozen, and lists
 * what became of them.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <kos/task.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct child {
	const char *name, *image;
	const char *const *args;
	rtl_uint32_t flags;
	Handle task;
	bool is_frozen;
};

static const char *const worker_args[] = { "1000", NULL };

static struct child children[] = {
	{ .name = "worker", .image = "compute.elf", .args = worker_args },
	{ .name = "faulty", .image = "crash.elf", .flags = KOS_TASK_FLAG_DUMPABLE },
	{ .name = "intruder", .image = "trespass.elf" },
};

enum {
	CHILD_COUNT = sizeof(children) / sizeof(children[0]),
};

/* Ends the supervisor, and with it the demo's success, where an API call fails. */
static void need(Retcode rc, const char *call)
{
	if (rc == rcOk)
		return;
	printf("%s gave %s\n", call, RtlRetcodeName(rc));
	exit(EXIT_FAILURE);
}

static void launch_all(Handle notice)
{
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		struct child *c = &children[i];
		const KosTaskParams params = {
			.args = c->args,
			.flags = c->flags,
			.priority = ThreadPriorityNormal,
		};
		Retcode rc = KosTaskLaunch(&params, c->name, c->image, &c->task);

		need(rc, KosTaskFailedCall());
		need(KnNoticeSubscribeToObject(notice, c->task,
					       EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN, i),
		     "KnNoticeSubscribeToObject");
	}
}

/* Each child gives one event: it ends, or it freezes and stays. */
static void wait_for_all(Handle notice)
{
	EventDesc events[CHILD_COUNT];
	rtl_size_t count;

	for (size_t over = 0; over < CHILD_COUNT; over += count) {
		need(KnNoticeGetEvent(notice, INFINITE_TIMEOUT, CHILD_COUNT, events, &count),
		     "KnNoticeGetEvent");
		for (rtl_size_t i = 0; i < count; i++)
			if (events[i].eventMask & EVENT_TASK_FROZEN)
				children[events[i].eventId].is_frozen = true;
	}
}

static const char *exception_text(HalExceptionCode code)
{
	static const char *const texts[] = {
		[HalExcIllegalInstruction] = "an illegal instruction",
		[HalExcBreakpoint] = "a breakpoint",
		[HalExcMisaligned] = "a misaligned access",
		[HalExcAccess] = "a forbidden access",
		[HalExcVirtualInstruction] = "a virtual instruction",
		[HalExcPanic] = "a panic",
		[HalExcOutOfMemory] = "a lack of memory",
		[HalExcOther] = "another exception",
	};

	return texts[code];
}

static void list_exception(const struct child *c, const char *what)
{
	HalExceptionCode code;
	HalArchException cause;
	HalTrapFrame frame;

	need(KnTaskGetExceptionInfo(c->task, &code, &cause, &frame), "KnTaskGetExceptionInfo");
	printf("%-8s %s by %s (cause %lu) at pc %#lx\n", c->name, what, exception_text(code),
	       (unsigned long)cause, (unsigned long)frame.pc);
}

static void list_frozen(const struct child *c)
{
	KnThreadContext context;
	const rtl_uint64_t *x;

	list_exception(c, "frozen");
	need(KnTaskGetThreadContext(c->task, 0, &context), "KnTaskGetThreadContext");
	x = context.frame.x;
	printf("%-8s thread %u: ra %#lx sp %#lx fp %#lx a0 %#lx a1 %#lx\n", "", context.tid,
	       (unsigned long)x[1], (unsigned long)x[2], (unsigned long)x[8], (unsigned long)x[10],
	       (unsigned long)x[11]);
	need(KnTaskTerminateAfterFreezing(c->task), "KnTaskTerminateAfterFreezing");
}

static void list_ended(const struct child *c)
{
	TaskExitStatus status;
	rtl_int32_t code;

	need(KnTaskGetExitStatus(c->task, &status), "KnTaskGetExitStatus");
	if (status == TaskExitUnexpected) {
		list_exception(c, "ended");
	} else if (status == TaskExitTerminated) {
		printf("%-8s terminated\n", c->name);
	} else {
		need(KnTaskGetExitCode(c->task, &code), "KnTaskGetExitCode");
		printf("%-8s exit code %d\n", c->name, (int)code);
	}
}

int main(void)
{
	Handle notice;

	need(KnNoticeCreate(&notice), "KnNoticeCreate");
	launch_all(notice);
	wait_for_all(notice);
	printf("what became of my processes:\n");
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		if (children[i].is_frozen)
			list_frozen(&children[i]);
		else
			list_ended(&children[i]);
		need(KnHandleClose(children[i].task), "KnHandleClose");
	}
	return EXIT_SUCCESS;
}
