/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <kos/task.h> and <kos/romfs.h>: each parameter right and wrong, what the new
 * process sees of it, and that whatever failed has left nothing.
 */
#include "api-test.h"

#include <fcntl.h>
#include <kos/romfs.h>
#include <unistd.h>

extern char **environ;

static const char image[] = "api-wrapper.elf";
static Handle task;

/* The call fails in the step of that name, leaves `task` alone, and nothing behind. */
#define REFUSED(expected, step, call)                                                              \
	do {                                                                                       \
		task = 4711;                                                                       \
		FAILS(expected, call);                                                             \
		CHECK_EQUAL(4711, task);                                                           \
		CHECK(strcmp(KosTaskFailedCall(), step) == 0);                                     \
	} while (0)

static void null_pointers(void)
{
	const KosTaskParams params = { .priority = ThreadPriorityNormal };

	REFUSED(rcInvalidArgument, "KosTaskInit", KosTaskInit(RTL_NULL, &task));
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInit(&params, &task)); /* no eiid */
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(RTL_NULL, "a", image, &task));
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(&params, RTL_NULL, image, &task));
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(&params, "a", RTL_NULL, &task));
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(&params, "a", image, RTL_NULL));
	REFUSED(rcInvalidArgument, "KosTaskLaunch", KosTaskLaunch(&params, "a", image, RTL_NULL));
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskLaunch(RTL_NULL, "a", image, &task));
}

/* In each of the steps. */
static void failures(void)
{
	static char large[FLOE_ENV_MAX + 1];
	static const char *const large_args[] = { large, RTL_NULL };
	static const TaskLimits too_much = { 0, 77, 0, 0, 0 }, too_little = { 4096, 0, 0, 0, 0 };
	const KosTaskParams good = { .priority = ThreadPriorityNormal };
	KosTaskParams params = good;

	memset(large, 'x', FLOE_ENV_MAX);
	params.flags = KOS_TASK_FLAG_DUMPABLE | 1u << 1;
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(&params, "a", image, &task));
	params.flags = 1u << 31;
	REFUSED(rcInvalidArgument, "KosTaskInitEx", KosTaskInitEx(&params, "a", image, &task));
	REFUSED(rcInvalidArgument, "KnTaskCreateEx", KosTaskInitEx(&good, "", image, &task));
	REFUSED(rcBufferTooLarge, "KnTaskCreateEx", KosTaskInitEx(&good, large, image, &task));
	REFUSED(rcAlreadyExists, "KnTaskCreateEx", KosTaskInitEx(&good, "wrapper", image, &task));
	REFUSED(rcResourceNotFound, "KosRomfsMap", KosTaskInitEx(&good, "a", "absent", &task));
	REFUSED(rcResourceNotFound, "KosRomfsMap", KosTaskInitEx(&good, "a", "", &task));
	REFUSED(rcInvalidArgument, "KnElfCreateVmSegEx",
		KosTaskInitEx(&good, "a", "system.dtb", &task));
	REFUSED(rcInvalidArgument, "KnElfCreateVmSegEx",
		KosTaskInitEx(&good, "a", "no-segments.elf", &task));
	REFUSED(rcSecurityDisallow, "KnElfCreateVmSegEx",
		KosTaskInitEx(&good, "a", "rwx.elf", &task));
	params = good;
	params.limits = &too_much;
	REFUSED(rcSecurityDisallow, "KnTaskSetLimits", KosTaskInitEx(&params, "a", image, &task));
	params.limits = &too_little;
	REFUSED(rcQuotaExceeded, "KnTaskLoadSeg", KosTaskInitEx(&params, "a", image, &task));
	params = good;
	params.args = large_args;
	REFUSED(rcBufferTooLarge, "KnTaskSetEnv", KosTaskInitEx(&params, "a", image, &task));
	params.args = RTL_NULL;
	params.envs = large_args;
	REFUSED(rcBufferTooLarge, "KnTaskSetEnv", KosTaskInitEx(&params, "a", image, &task));
	params = good;
	params.priority = 16;
	REFUSED(rcInvalidArgument, "KnTaskSetInitialPolicy",
		KosTaskInitEx(&params, "a", image, &task));
	params.policy = ThreadSchedPolicyFifo;
	params.priority = 32;
	REFUSED(rcInvalidArgument, "KnTaskSetInitialPolicy",
		KosTaskLaunch(&params, "a", image, &task));
	params = good;
	params.stackSize = 1ul << 40;
	REFUSED(rcInvalidArgument, "KnTaskCreateEx", KosTaskInitEx(&params, "a", image, &task));
}

/* The child: says with its exit code whether it is what it was made to be. */
static int child(int argc, char **argv)
{
	const Pcb *pcb = KnTaskGetPcb();

	CHECK_EQUAL(3, argc);
	CHECK(strcmp(argv[0], "child") == 0 && strcmp(argv[2], "") == 0 && !argv[3]);
	CHECK(strcmp((const char *)pcb + pcb->eiidOffset, "test.Class") == 0);
	CHECK(strcmp((const char *)pcb + pcb->pathOffset, image) == 0);
	CHECK(strcmp(getenv("ONE"), "1") == 0 && strcmp(getenv("TWO"), "x=y") == 0);
	CHECK(environ[2] == NULL);
	CHECK_EQUAL(0x20000, pcb->stackSize);
	CHECK(pcb->elfHdrSize >= 64 && pcb->symTabSize && pcb->strTabSize);
	return checks_result() ? 1 : 77;
}

static void all_parameters(void)
{
	static const char *const args[] = { "child", "", RTL_NULL }, *const envs[] = { "ONE=1",
										       "TWO=x=y",
										       RTL_NULL };
	static const TaskLimits limits = { 4ul << 20, 0, 0, 0, 0 };
	const KosTaskParams params = { .eiid = "test.Class",
				       .args = args,
				       .envs = envs,
				       .policy = ThreadSchedPolicyRR,
				       .priority = 20,
				       .stackSize = 0x20000,
				       .limits = &limits };
	ThreadPriority priority = 0;

	CHECK_RC(rcOk, KosTaskInitEx(&params, "child", image, &task));
	CHECK_RC(rcOk, KnTaskGetInitialThreadPriority(task, &priority));
	CHECK_EQUAL(20, priority);
	CHECK_RC(rcOk, KnTaskResume(task)); /* loaded, not started */
	CHECK_EQUAL(77, exit_code_of(task));
	CHECK_RC(rcOk, KosTaskLaunch(&params, "child", image, &task));
	CHECK_RC(rcInvalidOperation, KnTaskResume(task)); /* started */
	CHECK_EQUAL(77, exit_code_of(task));
}

/* KosTaskInit: name and image are the class; an unhandled exception ends or freezes. */
static void by_class(void)
{
	static const char *const args[] = { "crash", RTL_NULL };
	KosTaskParams params = { .eiid = image, .args = args, .priority = ThreadPriorityNormal };
	TaskExitStatus status;

	CHECK_RC(rcOk, KosTaskInit(&params, &task));
	FAILS(rcAlreadyExists, KosTaskInit(&params, &task));
	CHECK_RC(rcOk, KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_COMPLETED, wait_for(task));
	CHECK_RC(rcOk, KnTaskGetExitStatus(task, &status));
	CHECK_EQUAL(TaskExitUnexpected, status);
	NEED(KnHandleClose(task));
	settled();
	params.flags = KOS_TASK_FLAG_DUMPABLE;
	CHECK_RC(rcOk, KosTaskInit(&params, &task));
	CHECK_RC(rcOk, KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	CHECK_RC(rcOk, KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
}

/* A file is where the PCB says that ROMFS is, at a page, and what open() reads. */
static void files(void)
{
	const Pcb *pcb = KnTaskGetPcb();
	const void *data = RTL_NULL, *again;
	rtl_size_t size = 0;
	char text[512];
	int fd;

	FAILS(rcInvalidArgument, KosRomfsMap(RTL_NULL, &data, &size));
	FAILS(rcInvalidArgument, KosRomfsMap("system.dtb", RTL_NULL, &size));
	FAILS(rcInvalidArgument, KosRomfsMap("system.dtb", &data, RTL_NULL));
	FAILS(rcResourceNotFound, KosRomfsMap("absent", &data, &size));
	FAILS(rcResourceNotFound, KosRomfsMap("", &data, &size));
	FAILS(rcResourceNotFound, KosRomfsMap("..", &data, &size));
	FAILS(rcResourceNotFound, KosRomfsMap("/system.dtb", &data, &size));
	CHECK(data == RTL_NULL && size == 0);
	CHECK_RC(rcOk, KosRomfsMap("system.dtb", &data, &size));
	CHECK_RC(rcOk, KosRomfsMap("system.dtb", &again, &size));
	CHECK(data == again && (rtl_uintptr_t)data % PAGE == 0);
	CHECK((rtl_uintptr_t)data >= pcb->romfs &&
	      (rtl_uintptr_t)data + size <= pcb->romfs + pcb->romfsSize);
	fd = open("/romfs/system.dtb", O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, sizeof(text)) > 0);
	CHECK(memcmp(text, data, size < sizeof(text) ? size : sizeof(text)) == 0);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "crash") == 0)
		KnTaskPanic();
	if (argc > 1)
		return child(argc, argv);
	touch_stack();
	CHECK(strcmp(KosTaskFailedCall(), "none") == 0);
	for (int i = 0; i < 2; i++) {
		null_pointers();
		failures();
	}
	all_parameters();
	by_class();
	files();
	return checks_result();
}
