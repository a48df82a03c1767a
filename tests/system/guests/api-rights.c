/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles without a right, and revoked ones, in every call that takes one: the
 * holder got them from its creator, which revokes them in between.
 */
#include "api-test.h"

#define AT 0x20000000ul

/* One right of a process's handle is missing. */
static const char *const names[] = { "no load", "no control", "no inspect", "no query" };
static const rtl_uint32_t missing[] = { OCAP_TASK_LOAD, OCAP_TASK_CONTROL, OCAP_TASK_INSPECT,
					OCAP_TASK_QUERY };

/* The holder's page: it counts up to 1 and waits until the creator has counted to 2. */
static volatile int *turn;

/* What each right is for: all calls that take a process's handle. */
static void check_load(Handle task, Handle own, Retcode expected)
{
	static const TaskInitialState state = { 0x1000, 0 };
	static const TaskLimits limits = { 0, 0, 0, 0, 0 };
	VmSeg seg = { .h = own, .loadAddr = AT, .size = PAGE, .flags = R };
	Handle out = INVALID_HANDLE;
	rtl_uintptr_t loaded;
	void *at;

	FAILS(expected, KnTaskReseedAslr(task, "x", 1));
	FAILS(expected, KnTaskLoadSeg(task, &seg, &loaded));
	FAILS(expected, KnTaskLoadElfSyms(task, &seg, 24, &seg, 1));
	FAILS(expected, KnTaskVmReserve(task, (void *)AT, PAGE, R, &at));
	FAILS(expected, KnTaskVmFree(task, (void *)AT, PAGE));
	FAILS(expected, KnTaskSetInitialState(task, &state));
	FAILS(expected, KnTaskSetElfHdr(task, "x", 1));
	FAILS(expected, KnTaskSetEnv(task, "x", 1));
	FAILS(expected, KnTaskSetPath(task, "x"));
	FAILS(expected, KnTaskSetLimits(task, &limits));
	FAILS(expected, KnTaskTransferResource(task, own, INVALID_HANDLE, 0, &out));
	CHECK_EQUAL(INVALID_HANDLE, out);
}

static void check_control(Handle task, Retcode expected)
{
	FAILS(expected, KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, RTL_NULL));
	FAILS(expected, KnTaskSetInitialThreadPriority(task, 1));
	FAILS(expected, KnTaskResume(task));
	FAILS(expected, KnTaskTerminate(task));
	FAILS(expected, KnTaskTerminateAfterFreezing(task));
}

static void check_inspect(Handle task, Retcode expected)
{
	HalExceptionCode code;
	HalArchException cause;
	KnThreadContext context;
	Handle out = INVALID_HANDLE;
	rtl_uint32_t flags;
	rtl_size_t size;
	void *at;

	FAILS(expected, KnTaskGetExceptionInfo(task, &code, &cause, &context.frame));
	FAILS(expected, KnTaskGetThreadContext(task, 0, &context));
	FAILS(expected, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &out));
	CHECK_EQUAL(INVALID_HANDLE, out);
}

static void check_query(Handle task, Retcode expected)
{
	TaskExitStatus status;
	ThreadPriority priority;
	rtl_int32_t code;
	Handle notice;
	Pid pid;

	NEED(KnNoticeCreate(&notice));
	FAILS(expected, KnTaskGetExitStatus(task, &status));
	FAILS(expected, KnTaskGetExitCode(task, &code));
	FAILS(expected, KnTaskGetInitialThreadPriority(task, &priority));
	FAILS(expected, KnTaskGetIdByHandle(task, &pid));
	FAILS(expected, KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 0));
	NEED(KnHandleClose(notice));
}

static void check_mdl(Handle mdl, Handle child, Retcode map, Retcode transfer)
{
	VmSeg seg = { .h = mdl, .loadAddr = AT, .size = PAGE, .flags = R };
	rtl_uintptr_t loaded;
	Handle out;
	void *at;

	FAILS(map, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R, &at));
	FAILS(map, KnTaskLoadSeg(child, &seg, &loaded));
	FAILS(transfer, KnTaskTransferResource(child, mdl, INVALID_HANDLE, 0, &out));
}

static void check_notice(Handle notice, Handle task)
{
	EventDesc event;
	rtl_size_t count;

	FAILS(rcNoCapability, KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 0));
	FAILS(rcNoCapability, KnNoticeGetEvent(notice, 0, 1, &event, &count));
}

/* All that is revoked, in each place where a handle can stand. */
static void check_revoked(Handle task, Handle mdl, Handle own, Handle child)
{
	rtl_size_t size;
	Handle out;
	Pid pid;

	check_load(task, own, rcHandleRevoked);
	check_control(task, rcHandleRevoked);
	check_inspect(task, rcHandleRevoked);
	check_query(task, rcHandleRevoked);
	check_mdl(mdl, child, rcHandleRevoked, rcHandleRevoked);
	FAILS(rcHandleRevoked, KnTaskGetIdByHandle(task, &pid));
	FAILS(rcHandleRevoked, KnPmmMdlGetSize(mdl, &size));
	FAILS(rcHandleRevoked, KnTaskTransferResource(child, own, mdl, 0, &out));
	FAILS(rcHandleRevoked, KosTaskTransferResource(task, own, INVALID_HANDLE, 0, "x"));
	FAILS(rcHandleRevoked, KnHandleRevoke(mdl));
	FAILS(rcHandleRevoked, KnHandleRevokeSubtree(mdl, own));
	FAILS(rcHandleRevoked, KnHandleRevokeSubtree(own, mdl));
	/* What was wrong before the handle still comes first. */
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(mdl, RTL_NULL));
	CHECK_RC(rcOk, KnHandleClose(task));
	CHECK_RC(rcOk, KnHandleClose(mdl));
	FAILS(rcInvalidArgument, KnTaskGetIdByHandle(task, &pid));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(mdl, &size));
	FAILS(rcInvalidArgument, KnHandleClose(mdl));
}

/* A handle with all rights but one, the one that its name says. */
static void check_all_but(const char *name)
{
	Handle task, own;

	NEED(KosTaskLookupResource(name, &task));
	NEED(KnPmmMdlCreate(PAGE, RW, &own));
	if (strcmp(name, "no load") == 0)
		check_load(task, own, rcNoCapability);
	else if (strcmp(name, "no control") == 0)
		check_control(task, rcNoCapability);
	else if (strcmp(name, "no inspect") == 0)
		check_inspect(task, rcNoCapability);
	else
		check_query(task, rcNoCapability);
	NEED(KnHandleClose(own));
}

static int holder(void)
{
	Handle page, task, mdl, own, notice, child = child_create("held", 0);
	rtl_size_t size = 0;
	void *view;
	Pid pid = 0;

	touch_stack();
	NEED(KosTaskLookupResource("page", &page));
	NEED(KosTaskLookupResource("weak task", &task));
	NEED(KosTaskLookupResource("weak mdl", &mdl));
	NEED(KnPmmMdlMap(page, 0, PAGE, RTL_NULL, RW, &view));
	NEED(KnPmmMdlCreate(PAGE, RW, &own));
	turn = view;
	CHECK_RC(rcOk, KnTaskGetIdByHandle(task, &pid));
	CHECK(pid != 0);
	check_load(task, own, rcNoCapability);
	check_control(task, rcNoCapability);
	check_inspect(task, rcNoCapability);
	for (int i = 0; i < 4; i++)
		check_all_but(names[i]);
	check_mdl(mdl, child, rcNoCapability, rcNoCapability);
	NEED(KosTaskLookupResource("weak notice", &notice));
	check_notice(notice, child);
	CHECK_RC(rcOk, KnPmmMdlGetSize(mdl, &size));
	CHECK_EQUAL(PAGE, size);
	/* The full rights do what the weak ones do not. */
	NEED(KosTaskLookupResource("task", &task));
	NEED(KosTaskLookupResource("mdl", &mdl));
	CHECK_RC(rcOk, KnTaskVmReserve(task, (void *)AT, PAGE, R, &view));
	CHECK_RC(rcOk, KnTaskVmFree(task, (void *)AT, PAGE));
	CHECK_RC(rcOk, KnPmmMdlMap(mdl, 0, PAGE, RTL_NULL, R, &view));
	*turn = 1;
	while (*turn == 1)
		KnSleep(1);
	CHECK_EQUAL(0, *(int *)view); /* what is mapped stays */
	check_revoked(task, mdl, own, child);
	return checks_result();
}

static void give(Handle task, Handle handle, rtl_uint32_t rights, const char *name)
{
	CHECK_RC(rcOk, KosTaskTransferResource(task, handle, INVALID_HANDLE, rights, name));
}

int main(int argc, char **argv)
{
	static const TaskLimits limits = { 0, 1, TaskMayInspect, 0, 0 };
	Handle holding, task, mdl, page, weak, notice;
	void *view;
	Pid pid;

	(void)argv;
	if (argc > 1)
		return holder();
	holding = another("holder", "holder", 0, &limits);
	task = child_create("subject", 0);
	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	NEED(KnPmmMdlCreate(PAGE, RW, &weak));
	NEED(KnPmmMdlCreate(PAGE, RW, &page));
	NEED(KnPmmMdlMap(page, 0, PAGE, RTL_NULL, RW, &view));
	turn = view;
	give(holding, page, OCAP_MDL_MAP, "page");
	give(holding, task, OCAP_TASK_QUERY, "weak task");
	give(holding, weak, 0, "weak mdl");
	NEED(KnNoticeCreate(&notice));
	give(holding, notice, OCAP_HANDLE_TRANSFER, "weak notice");
	for (int i = 0; i < 4; i++)
		give(holding, task, OCAP_TASK_FULL & ~missing[i], names[i]);
	give(holding, task, OCAP_TASK_FULL, "task");
	give(holding, mdl, OCAP_MDL_FULL, "mdl");
	NEED(KnTaskResume(holding));
	while (*turn == 0)
		KnSleep(1);
	CHECK_RC(rcOk, KnHandleRevoke(task)); /* the last handle of an empty process: it goes */
	CHECK_RC(rcOk, KnHandleRevoke(mdl));
	CHECK_RC(rcInvalidArgument, KnTaskGetIdByHandle(task, &pid));
	*turn = 2;
	CHECK_EQUAL(0, exit_code_of(holding));
	task = child_create("subject", 0); /* its name is free */
	NEED(KnHandleClose(task));
	return checks_result();
}
