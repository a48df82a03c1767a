/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles without a right, and revoked ones, in every call that takes one: the
 * holder got them from its creator, which revokes them in between.
 */
#include "api-test.h"

#define AT 0x20000000ul

/* The holder's page: it counts up to 1 and waits until the creator has counted to 2. */
static volatile int *turn;

/* Every call of these headers on the task handle and the MDL handle gives that. */
static void check_task(Handle task, Handle own, Retcode load, Retcode inspect, Retcode control)
{
	Handle out = INVALID_HANDLE;
	rtl_uint32_t flags;
	rtl_size_t size;
	void *at;

	FAILS(load, KnTaskVmReserve(task, (void *)AT, PAGE, R, &at));
	FAILS(load, KnTaskVmFree(task, (void *)AT, PAGE));
	FAILS(load, KnTaskTransferResource(task, own, INVALID_HANDLE, 0, &out));
	FAILS(inspect, KnTaskGetNextVmRegion(task, RTL_NULL, &at, &size, &flags, &out));
	FAILS(control, KnTaskTerminateAfterFreezing(task));
	CHECK_EQUAL(INVALID_HANDLE, out);
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

/* All that is revoked, in each place where a handle can stand. */
static void check_revoked(Handle task, Handle mdl, Handle own, Handle child)
{
	rtl_size_t size;
	Handle out;
	Pid pid;

	check_task(task, own, rcHandleRevoked, rcHandleRevoked, rcHandleRevoked);
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

static int holder(void)
{
	Handle page, task, mdl, own, child = child_create("held", 0);
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
	check_task(task, own, rcNoCapability, rcNoCapability, rcNoCapability);
	check_mdl(mdl, child, rcNoCapability, rcNoCapability);
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
	static const TaskLimits limits = { 0, 1, TaskMayInspect, 0 };
	Handle holding, task, mdl, page, weak;
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
