/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of several mistakes in one call the first decides (api.md, section 1):
 * arguments, handle, revoked, type, right, permission, state, memory, limits.
 * Each call here is wrong in two ways at least; the later way alone is tried
 * elsewhere. The holder gets its weak handles from its creator, which revokes
 * one of them first.
 */
#include "api-test.h"

CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

#define CLOSED ((Handle)0x7fff0001)
#define ODD(type, p) ((type)((rtl_uintptr_t)(p) | 1))

static Handle running, empty, notice, mdl, weak_task, weak_mdl, revoked;
static VmSeg seg;
static void *at;
static Handle out;
static rtl_uint32_t flags;
static rtl_size_t size;

/* What is wrong with an argument counts before any handle. */
static void arguments_first(void)
{
	EventDesc event;
	Pid pid;

	FAILS(rcInvalidArgument, KnTaskReseedAslr(revoked, RTL_NULL, 8));
	FAILS(rcInvalidArgument, KnTaskReseedAslr(weak_task, "x", 0));
	FAILS(rcBufferTooLarge, KnTaskReseedAslr(running, NOWHERE, 33));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(revoked, RTL_NULL, (rtl_uintptr_t *)&at));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(weak_task, &seg, ODD(rtl_uintptr_t *, &at)));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(running, &seg, 0, &seg, 1));
	FAILS(rcInvalidArgument, KnTaskSetInitialState(revoked, RTL_NULL));
	FAILS(rcBufferTooLarge, KnTaskSetElfHdr(weak_task, NOWHERE, FLOE_ELF_HDR_MAX + 1));
	FAILS(rcBufferTooLarge, KnTaskSetEnv(revoked, NOWHERE, FLOE_ENV_MAX + 1));
	FAILS(rcInvalidArgument, KnTaskSetPath(revoked, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetLimits(running, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnTaskSetInitialPolicy(revoked, (ThreadSchedPolicy)3, 0, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskSetInitialThreadPriority(weak_task, 32));
	FAILS(rcInvalidArgument, KnTaskTransferResource(revoked, CLOSED, CLOSED, 0, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskVmReserve(revoked, RTL_NULL, 1, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmFree(weak_task, RTL_NULL, PAGE));
	FAILS(rcInvalidArgument, KnTaskGetIdByHandle(revoked, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskGetIdByHandle(weak_task, ODD(Pid *, &pid)));
	FAILS(rcInvalidArgument,
	      KnTaskGetNextVmRegion(revoked, RTL_NULL, &at, &size, &flags, ODD(Handle *, &out)));
	FAILS(rcInvalidArgument, KnPmmMdlMap(weak_mdl, 1, PAGE, RTL_NULL, RW, NOWHERE));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(revoked, RTL_NULL));
	FAILS(rcInvalidArgument, KnNoticeSubscribeToObject(revoked, revoked, 0, 0));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(revoked, 0, 0, &event, &size));
}

/* A handle that is none, is revoked, of another type, too weak: in this order, before state. */
static void handles_next(void)
{
	EventDesc event;

	FAILS(rcInvalidArgument, KnTaskReseedAslr(CLOSED, NOWHERE, 8));
	FAILS(rcHandleRevoked, KnTaskReseedAslr(revoked, NOWHERE, 8));
	FAILS(rcInvalidArgument, KnTaskReseedAslr(weak_mdl, NOWHERE, 8));
	FAILS(rcNoCapability, KnTaskReseedAslr(weak_task, NOWHERE, 8));
	FAILS(rcNoCapability, KnTaskGetExitStatus(weak_task, NOWHERE)); /* and it has not ended */
	FAILS(rcNoCapability, KnTaskResume(weak_task));
	FAILS(rcHandleRevoked, KnTaskTerminateAfterFreezing(revoked));
	FAILS(rcInvalidArgument, KnTaskTransferResource(running, CLOSED, INVALID_HANDLE, 0, &out));
	FAILS(rcHandleRevoked, KnTaskTransferResource(running, revoked, INVALID_HANDLE, 0, &out));
	FAILS(rcInvalidArgument, KnTaskTransferResource(running, mdl, CLOSED, 0, &out));
	FAILS(rcNoCapability, KnTaskTransferResource(running, weak_mdl, INVALID_HANDLE, 0, &out));
	FAILS(rcNoCapability, KnTaskTransferResource(running, mdl, mdl, 1u << 31, NOWHERE));
	FAILS(rcInvalidArgument, KnTaskTransferResource(empty, CLOSED, INVALID_HANDLE, 0, NOWHERE));
	FAILS(rcInvalidArgument, KnPmmMdlMap(CLOSED, 0, PAGE, RTL_NULL, RW, NOWHERE));
	FAILS(rcInvalidArgument, KnPmmMdlMap(notice, 0, PAGE, RTL_NULL, RW, NOWHERE));
	FAILS(rcHandleRevoked, KnPmmMdlMap(revoked, 0, PAGE, RTL_NULL, RW, NOWHERE));
	FAILS(rcNoCapability, KnPmmMdlMap(weak_mdl, 0, PAGE, RTL_NULL, RW, NOWHERE));
	FAILS(rcInvalidArgument, KnPmmMdlGetSize(notice, NOWHERE));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(mdl, 0, 1, NOWHERE, NOWHERE));
	FAILS(rcInvalidArgument, KnNoticeGetEvent(CLOSED, 0, 1, &event, NOWHERE));
	FAILS(rcHandleRevoked, KnNoticeSubscribeToObject(notice, revoked, EVENT_TASK_FROZEN, 0));
	FAILS(rcHandleRevoked, KnHandleRevokeSubtree(mdl, revoked));
}

static void then_permission(void)
{
	FAILS(rcInvalidArgument, KnPmmMdlCreate(0, VMM_FLAG_RWX_MASK, &out));
	FAILS(rcSecurityDisallow, KnPmmMdlCreate(PAGE, VMM_FLAG_RWX_MASK, NOWHERE));
	FAILS(rcSecurityDisallow, KnPmmMdlCreate(1ul << 50, VMM_FLAG_RWX_MASK, &out));
	FAILS(rcSecurityDisallow, KnPmmMdlCreateFromVm(NOWHERE, PAGE, VMM_FLAG_RWX_MASK, NOWHERE));
	FAILS(rcSecurityDisallow, KnVmSegInitFromVm(NOWHERE, 0, NOWHERE, PAGE, VMM_FLAG_RWX_MASK));
}

/* The state, then what pointers point to, then what stands there. */
static void then_state_and_memory(void)
{
	static const TaskInitialState odd = { 1, 0 };
	static const TaskLimits unknown = { 0, 0, 1u << 31, 0, 0 };

	FAILS(rcInvalidOperation, KnTaskReseedAslr(running, NOWHERE, 8));
	FAILS(rcInvalidOperation, KnTaskLoadSeg(running, NOWHERE, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskLoadElfSyms(running, NOWHERE, 1, NOWHERE, 1));
	FAILS(rcInvalidOperation, KnTaskSetInitialState(running, &odd));
	FAILS(rcInvalidOperation, KnTaskSetElfHdr(running, NOWHERE, 1));
	FAILS(rcInvalidOperation, KnTaskSetEnv(running, NOWHERE, 1));
	FAILS(rcInvalidOperation, KnTaskSetPath(running, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskSetLimits(running, &unknown));
	FAILS(rcInvalidOperation, KnTaskSetInitialPolicy(empty, ThreadSchedPolicyRR, 1, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskTransferResource(running, mdl, mdl, 0, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskVmReserve(running, RTL_NULL, PAGE, RW, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskGetExitStatus(running, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskGetExitCode(running, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskGetExceptionInfo(running, NOWHERE, NOWHERE, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskGetThreadContext(running, 77, NOWHERE));
	FAILS(rcInvalidOperation,
	      KnTaskGetNextVmRegion(running, (void *)-1ul, NOWHERE, NOWHERE, NOWHERE, NOWHERE));
	FAILS(rcSourceFault, KnTaskCreate(NOWHERE, "", RTL_NULL, 0, ThreadPriorityNormal, &out));
	FAILS(rcTargetFault, KnPmmMdlCreate(1ul << 50, RW, NOWHERE));
	FAILS(rcTargetFault, KnPmmMdlMap(mdl, 0, 2 * PAGE, RTL_NULL, RW, NOWHERE));
}

static int holder(void)
{
	touch_stack();
	NEED(KosTaskLookupResource("weak task", &weak_task));
	NEED(KosTaskLookupResource("weak mdl", &weak_mdl));
	NEED(KosTaskLookupResource("revoked", &revoked));
	while (KnTaskResume(revoked) != rcHandleRevoked)
		KnSleep(1);
	running = child_start("running", CHILD(sleep_forever), 0);
	empty = child_create("empty", 0);
	NEED(KnNoticeCreate(&notice));
	NEED(KnVmSegInitFromBuf(&seg, 0, 0, PAGE, RW, 0, RTL_NULL, 0, RTL_NULL, 0));
	mdl = seg.h;
	settled();
	arguments_first();
	handles_next();
	then_permission();
	then_state_and_memory();
	NEED(KnTaskTerminate(running));
	return checks_result();
}

int main(int argc, char **argv)
{
	static const TaskLimits limits = { 0, 2, TaskMayInspect, 0, 0 };
	Handle task, subject, doomed, buffer;

	(void)argv;
	if (argc > 1)
		return holder();
	subject = child_create("subject", 0);
	doomed = child_create("doomed", 0);
	NEED(KnPmmMdlCreate(PAGE, RW, &buffer));
	task = another("holder", "holder", 0, &limits);
	NEED(KosTaskTransferResource(task, subject, INVALID_HANDLE, 0, "weak task"));
	NEED(KosTaskTransferResource(task, buffer, INVALID_HANDLE, 0, "weak mdl"));
	NEED(KosTaskTransferResource(task, doomed, INVALID_HANDLE, OCAP_TASK_FULL, "revoked"));
	NEED(KnTaskResume(task));
	CHECK_RC(rcOk, KnHandleRevoke(doomed));
	CHECK_EQUAL(0, exit_code_of(task));
	return checks_result();
}
