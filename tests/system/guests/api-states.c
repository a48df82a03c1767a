/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call on a process in every state (api.md, section 4): accepted, or
 * refused without a trace; and what those calls give that say why it ended.
 */
#include "api-test.h"

CHILD_CODE(exit_with_5, "li a0, 5\n" CHILD_CALL(18));
CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");
CHILD_CODE(crash, ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, "
		  "21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\nli x\\n, 0x100 + \\n\n.endr\nunimp");

enum {
	EMPTY = 1u << 0,
	ENTRY_SET = 1u << 1,
	RUNNING = 1u << 2,
	FROZEN = 1u << 3,
	ENDED_ITSELF = 1u << 4,
	ENDED_FROM_OUTSIDE = 1u << 5,
	CRASHED = 1u << 6,
	ENDED = ENDED_ITSELF | ENDED_FROM_OUTSIDE | CRASHED,
	ALWAYS = EMPTY | ENTRY_SET | RUNNING | FROZEN | ENDED,
};

static VmSeg page;
static Handle notice;
static char buffer[64];

static Retcode reseed(Handle t)
{
	return KnTaskReseedAslr(t, "seed", 4);
}

static Retcode load_seg(Handle t)
{
	rtl_uintptr_t address;

	return KnTaskLoadSeg(t, &page, &address);
}

static Retcode load_elf_syms(Handle t)
{
	return KnTaskLoadElfSyms(t, &page, 24, &page, 1);
}

/* Frees what it has reserved, so that it can be called again. */
static Retcode vm_reserve(Handle t)
{
	void *at;
	Retcode rc = KnTaskVmReserve(t, RTL_NULL, PAGE, RW, &at);

	return rc == rcOk ? KnTaskVmFree(t, at, PAGE) : rc;
}

static Retcode vm_free(Handle t)
{
	void *at = (void *)0x20000000ul;

	KnTaskVmReserve(t, at, PAGE, RW, &at); /* refused where the next one is */
	return KnTaskVmFree(t, at, PAGE);
}

/* Of a handle that the process's end, or the last handle of it, closes. */
static Retcode transfer_resource(Handle t)
{
	Handle out;

	return KnTaskTransferResource(t, page.h, INVALID_HANDLE, 0, &out);
}

static Retcode set_initial_state(Handle t)
{
	const TaskInitialState state = { 0x1000, 0 };

	return KnTaskSetInitialState(t, &state);
}

static Retcode set_elf_hdr(Handle t)
{
	return KnTaskSetElfHdr(t, buffer, sizeof(buffer));
}

static Retcode set_env(Handle t)
{
	return KnTaskSetEnv(t, buffer, sizeof(buffer));
}

static Retcode set_path(Handle t)
{
	return KnTaskSetPath(t, "some.elf");
}

static Retcode set_limits(Handle t)
{
	const TaskLimits limits = { 0, 0, 0, 0, 0 };

	return KnTaskSetLimits(t, &limits);
}

static Retcode set_policy(Handle t)
{
	return KnTaskSetInitialPolicy(t, ThreadSchedPolicyOther, 3, RTL_NULL);
}

static Retcode set_priority(Handle t)
{
	return KnTaskSetInitialThreadPriority(t, 3);
}

static Retcode get_priority(Handle t)
{
	ThreadPriority priority;

	return KnTaskGetInitialThreadPriority(t, &priority);
}

static Retcode get_exit_status(Handle t)
{
	TaskExitStatus status;

	return KnTaskGetExitStatus(t, &status);
}

static Retcode get_exit_code(Handle t)
{
	rtl_int32_t code;

	return KnTaskGetExitCode(t, &code);
}

static Retcode get_exception_info(Handle t)
{
	HalExceptionCode code;
	HalArchException number;
	HalTrapFrame frame;

	return KnTaskGetExceptionInfo(t, &code, &number, &frame);
}

static Retcode get_thread_context(Handle t)
{
	KnThreadContext context;

	return KnTaskGetThreadContext(t, 0, &context);
}

static Retcode get_next_vm_region(Handle t)
{
	rtl_uint32_t flags;
	rtl_size_t size;
	void *at;

	return KnTaskGetNextVmRegion(t, RTL_NULL, &at, &size, &flags, RTL_NULL);
}

static Retcode subscribe(Handle t)
{
	return KnNoticeSubscribeToObject(notice, t, EVENT_OBJECT_DESTROYED, 0);
}

static Retcode get_id(Handle t)
{
	Pid pid;

	return KnTaskGetIdByHandle(t, &pid);
}

static const struct {
	const char *name;
	Retcode (*call)(Handle);
	unsigned legal;
	int changes; /* the state, or cannot be done twice: not called where it is legal */
} calls[] = {
	{ "ReseedAslr", reseed, EMPTY, 0 },
	{ "LoadSeg", load_seg, EMPTY, 0 },
	{ "LoadElfSyms", load_elf_syms, EMPTY, 1 },
	{ "VmReserve", vm_reserve, EMPTY, 0 },
	{ "VmFree", vm_free, EMPTY, 0 },
	{ "SetInitialState", set_initial_state, EMPTY, 1 },
	{ "TransferResource", transfer_resource, EMPTY | ENTRY_SET, 0 },
	{ "SetElfHdr", set_elf_hdr, EMPTY | ENTRY_SET, 0 },
	{ "SetEnv", set_env, EMPTY | ENTRY_SET, 0 },
	{ "SetPath", set_path, EMPTY | ENTRY_SET, 0 },
	{ "SetLimits", set_limits, EMPTY | ENTRY_SET, 0 },
	{ "SetInitialPolicy", set_policy, ENTRY_SET | RUNNING, 0 },
	{ "SetInitialThreadPriority", set_priority, ENTRY_SET | RUNNING, 0 },
	{ "GetInitialThreadPriority", get_priority, ALWAYS, 0 },
	{ "Resume", KnTaskResume, ENTRY_SET, 1 },
	{ "Terminate", KnTaskTerminate, EMPTY | ENTRY_SET | RUNNING, 1 },
	{ "TerminateAfterFreezing", KnTaskTerminateAfterFreezing, FROZEN, 1 },
	{ "GetExitStatus", get_exit_status, ENDED, 0 },
	{ "GetExitCode", get_exit_code, ENDED_ITSELF, 0 },
	{ "GetExceptionInfo", get_exception_info, FROZEN | CRASHED, 0 },
	{ "GetThreadContext", get_thread_context, FROZEN, 0 },
	{ "GetNextVmRegion", get_next_vm_region, FROZEN, 0 },
	{ "GetIdByHandle", get_id, ALWAYS, 0 },
	{ "NoticeSubscribeToObject", subscribe, ALWAYS, 0 },
};

/* All calls on a process that is in that state. */
static void check_state(Handle task, unsigned state, const char *name)
{
	settled(); /* the last one's report is out */
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		Retcode expected = calls[i].legal & state ? rcOk : rcInvalidOperation;
		Retcode rc;

		if (calls[i].changes && expected == rcOk)
			continue;
		if (expected != rcOk)
			FAILS(rcInvalidOperation, calls[i].call(task));
		rc = calls[i].call(task);
		checks_done++;
		if (rc == expected)
			continue;
		checks_failed++;
		printf("FAILED: %s of a process that is %s gave %s, expected %s\n", calls[i].name,
		       name, RtlRetcodeName(rc), RtlRetcodeName(expected));
	}
}

static void check_exit(Handle task, TaskExitStatus expected)
{
	TaskExitStatus status;

	NEED(KnTaskGetExitStatus(task, &status));
	CHECK_EQUAL(expected, status);
}

static void check_registers(const HalTrapFrame *frame)
{
	CHECK_EQUAL(0, frame->x[0]);
	for (int i = 1; i < 32; i++)
		CHECK_EQUAL(0x100 + i, frame->x[i]);
	CHECK(frame->pc >= CHILD_CODE_AT && frame->pc < CHILD_CODE_AT + FLOE_PAGE_SIZE);
	CHECK_EQUAL(2, frame->scause);
}

static void check_exception(Handle task)
{
	HalExceptionCode code;
	HalArchException number;
	HalTrapFrame frame;

	NEED(KnTaskGetExceptionInfo(task, &code, &number, &frame));
	CHECK_EQUAL(HalExcIllegalInstruction, code);
	CHECK_EQUAL(2, number);
	check_registers(&frame);
}

static void states_of_a_normal_life(void)
{
	Handle task = child_create("normal", 0);
	rtl_int32_t code = 0;
	Pid pid, same;

	NEED(KnTaskGetIdByHandle(task, &pid));
	check_state(task, EMPTY, "empty");
	child_load(task, CHILD(exit_with_5));
	check_state(task, ENTRY_SET, "ready to start");
	NEED(KnTaskResume(task));
	child_wait(task);
	check_state(task, ENDED_ITSELF, "ended by itself");
	check_exit(task, TaskExitNormal);
	CHECK_RC(rcOk, KnTaskGetExitCode(task, &code));
	CHECK_EQUAL(5, code);
	NEED(KnTaskGetIdByHandle(task, &same));
	CHECK_EQUAL(pid, same);
	CHECK_RC(rcOk, KnHandleClose(task));
	CHECK_RC(rcInvalidArgument, get_id(task));
	CHECK_RC(rcInvalidArgument, KnHandleClose(task));
}

static void states_of_a_terminated_one(void)
{
	Handle task = child_start("terminated", CHILD(sleep_forever), 0);

	check_state(task, RUNNING, "running");
	CHECK_RC(rcOk, KnTaskTerminate(task));
	check_state(task, ENDED_FROM_OUTSIDE, "terminated");
	check_exit(task, TaskExitTerminated);
	NEED(KnHandleClose(task));

	task = child_create("terminated", 0);
	CHECK_RC(rcOk, KnTaskTerminate(task));
	check_state(task, ENDED_FROM_OUTSIDE, "terminated while empty");
	NEED(KnHandleClose(task));

	task = child_create("terminated", 0);
	child_load(task, CHILD(sleep_forever));
	CHECK_RC(rcOk, KnTaskTerminate(task));
	check_state(task, ENDED_FROM_OUTSIDE, "terminated before its start");
	NEED(KnHandleClose(task));
}

static void states_of_a_crashing_one(void)
{
	Handle task = child_start("crashing", CHILD(crash), TaskExceptionTerminatesTask);

	child_wait(task);
	check_state(task, CRASHED, "crashed");
	check_exit(task, TaskExitUnexpected);
	check_exception(task);
	NEED(KnHandleClose(task));
}

static void states_of_a_freezing_one(void)
{
	Handle task = child_start("freezing", CHILD(crash), TaskExceptionFreezesTask);
	KnThreadContext context;

	child_wait(task);
	check_state(task, FROZEN, "frozen");
	check_exception(task);
	NEED(KnTaskGetThreadContext(task, 0, &context));
	check_registers(&context.frame);
	CHECK(context.tid != 0);
	CHECK_RC(rcResourceNotFound, KnTaskGetThreadContext(task, 1, &context));
	CHECK_RC(rcOk, KnTaskTerminateAfterFreezing(task));
	check_state(task, CRASHED, "frozen and then ended");
	check_exit(task, TaskExitUnexpected);
	check_exception(task);
	NEED(KnHandleClose(task));
}

int main(void)
{
	touch_stack();
	NEED(KnVmSegInitFromBuf(&page, 0, 0, FLOE_PAGE_SIZE, VMM_FLAG_READ, 0, RTL_NULL, 0, "text",
				4));
	NEED(KnNoticeCreate(&notice));
	states_of_a_normal_life();
	states_of_a_terminated_one();
	states_of_a_crashing_one();
	states_of_a_freezing_one();
	return checks_result();
}
