// SPDX-License-Identifier: Apache-2.0
/* Every call in every state: the table of the API's description, written out again. */
#include "unit.h"

#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

/* The columns: ended stands three times, once per way to end. */
enum column {
	EMPTY,
	ENTRY_SET,
	RUNNING,
	FROZEN,
	EXITED,
	TERMINATED,
	CRASHED,
	COLUMNS
};

static const char *const column_name[COLUMNS] = { "empty",  "entry set",  "running", "frozen",
						  "exited", "terminated", "crashed" };

static struct task *in_column(enum column column, Handle *h)
{
	static const enum task_state state[COLUMNS] = { TASK_EMPTY,  TASK_ENTRY_SET, TASK_RUNNING,
							TASK_FROZEN, TASK_ENDED,     TASK_RUNNING,
							TASK_RUNNING };
	struct task *task;

	*h = world_task("child", state[column]);
	task = world_task_of(*h);
	if (column == TERMINATED)
		assert_rc(call(FloeFnTaskTerminate, *h), rcOk);
	if (column == CRASHED)
		task_end(task, TaskExitUnexpected, 0);
	return task;
}

static Retcode set_path(Handle h)
{
	store(NAME_AT, "a.elf", 6);
	return call(FloeFnTaskSetPath, h, NAME_AT);
}

static Retcode set_limits(Handle h)
{
	TaskLimits limits = { 0 };

	store(IN_AT, &limits, sizeof(limits));
	return call(FloeFnTaskSetLimits, h, IN_AT);
}

static Retcode reseed(Handle h)
{
	return call(FloeFnTaskReseedAslr, h, BUFFER_AT, 32);
}

static Retcode load_seg(Handle h)
{
	Handle mdl = world_mdl(1, VMM_FLAG_READ);
	Retcode rc = call(FloeFnTaskLoadSeg, h, IN_AT, OUT_AT);

	assert_rc(call(FloeFnHandleClose, mdl), rcOk);
	return rc;
}

static Retcode load_elf_syms(Handle h)
{
	Handle mdl = world_mdl(1, VMM_FLAG_READ);
	Retcode rc = call(FloeFnTaskLoadElfSyms, h, IN_AT, 24, IN_AT, 10);

	assert_rc(call(FloeFnHandleClose, mdl), rcOk);
	return rc;
}

static Retcode set_initial_state(Handle h)
{
	TaskInitialState initial = { .entryAddr = 0x20000 };

	store(IN_AT, &initial, sizeof(initial));
	return call(FloeFnTaskSetInitialState, h, IN_AT);
}

static Retcode set_elf_hdr(Handle h)
{
	return call(FloeFnTaskSetElfHdr, h, BUFFER_AT, 64);
}

static Retcode set_env(Handle h)
{
	return call(FloeFnTaskSetEnv, h, BUFFER_AT, 100);
}

static Retcode set_policy(Handle h)
{
	return call(FloeFnTaskSetInitialPolicy, h, ThreadSchedPolicyOther, 3, 0);
}

static Retcode set_priority(Handle h)
{
	return call(FloeFnTaskSetInitialThreadPriority, h, 4);
}

static Retcode get_priority(Handle h)
{
	return call(FloeFnTaskGetInitialThreadPriority, h, OUT_AT);
}

static Retcode resume(Handle h)
{
	return call(FloeFnTaskResume, h);
}

static Retcode terminate(Handle h)
{
	return call(FloeFnTaskTerminate, h);
}

static Retcode get_thread_context(Handle h)
{
	return call(FloeFnTaskGetThreadContext, h, 0, OUT_AT);
}

static Retcode terminate_frozen(Handle h)
{
	return call(FloeFnTaskTerminateAfterFreezing, h);
}

static Retcode get_exit_status(Handle h)
{
	return call(FloeFnTaskGetExitStatus, h, OUT_AT);
}

static Retcode get_exit_code(Handle h)
{
	return call(FloeFnTaskGetExitCode, h, OUT_AT);
}

static Retcode get_exception_info(Handle h)
{
	return call(FloeFnTaskGetExceptionInfo, h, OUT_AT, OUT_AT + 8, OUT_AT + 16);
}

static Retcode get_id(Handle h)
{
	return call(FloeFnTaskGetIdByHandle, h, OUT_AT);
}

static Retcode subscribe(Handle h)
{
	Handle notice;
	Retcode rc;

	assert_rc(call(FloeFnNoticeCreate, OUT_AT), rcOk);
	notice = load_u32(OUT_AT);
	rc = call(FloeFnNoticeSubscribe, notice, h, EVENT_TASK_COMPLETED, 1);
	assert_rc(call(FloeFnHandleClose, notice), rcOk);
	return rc;
}

static Retcode get_info(Handle h)
{
	return call(FloeFnTaskGetInfo, h, OUT_AT);
}

static Retcode get_string(Handle h)
{
	return call(FloeFnTaskGetString, h, TaskStringName, OUT_AT, 64);
}

static Retcode get_fault_record(Handle h)
{
	return call(FloeFnTaskGetFaultRecord, h, OUT_AT);
}

static Retcode get_thread_state(Handle h)
{
	return call(FloeFnTaskGetThreadState, h, 0, OUT_AT);
}

/* A process that is not started may have no region yet. */
static Retcode get_region_info(Handle h)
{
	Retcode rc = call(FloeFnTaskGetRegionInfo, h, 0, OUT_AT);

	return rc == rcResourceNotFound ? rcOk : rc;
}

static Retcode close_handle(Handle h)
{
	return call(FloeFnHandleClose, h);
}

static const struct {
	const char *name;
	Retcode (*make)(Handle h);
	bool legal[COLUMNS];
} rows[] = {
	/*                        empty entry run frozen exit term crash */
	{ "SetPath", set_path, { 1, 1, 0, 0, 0, 0, 0 } },
	{ "SetLimits", set_limits, { 1, 1, 0, 0, 0, 0, 0 } },
	{ "ReseedAslr", reseed, { 1, 0, 0, 0, 0, 0, 0 } },
	{ "LoadSeg", load_seg, { 1, 0, 0, 0, 0, 0, 0 } },
	{ "LoadElfSyms", load_elf_syms, { 1, 0, 0, 0, 0, 0, 0 } },
	{ "SetInitialState", set_initial_state, { 1, 0, 0, 0, 0, 0, 0 } },
	{ "SetElfHdr", set_elf_hdr, { 1, 1, 0, 0, 0, 0, 0 } },
	{ "SetEnv", set_env, { 1, 1, 0, 0, 0, 0, 0 } },
	{ "SetInitialPolicy", set_policy, { 0, 1, 1, 0, 0, 0, 0 } },
	{ "SetInitialThreadPriority", set_priority, { 0, 1, 1, 0, 0, 0, 0 } },
	{ "Resume", resume, { 0, 1, 0, 0, 0, 0, 0 } },
	{ "Terminate", terminate, { 1, 1, 1, 0, 0, 0, 0 } },
	{ "GetThreadContext", get_thread_context, { 0, 0, 0, 1, 0, 0, 0 } },
	{ "TerminateAfterFreezing", terminate_frozen, { 0, 0, 0, 1, 0, 0, 0 } },
	{ "GetExitStatus", get_exit_status, { 0, 0, 0, 0, 1, 1, 1 } },
	{ "GetExitCode", get_exit_code, { 0, 0, 0, 0, 1, 0, 0 } },
	{ "GetExceptionInfo", get_exception_info, { 0, 0, 0, 1, 0, 0, 1 } },
	{ "GetInfo", get_info, { 1, 1, 1, 1, 1, 1, 1 } },
	{ "GetString", get_string, { 1, 1, 1, 1, 1, 1, 1 } },
	{ "GetFaultRecord", get_fault_record, { 0, 0, 0, 1, 0, 0, 1 } },
	{ "GetThreadState", get_thread_state, { 0, 0, 0, 1, 0, 0, 0 } },
	{ "GetRegionInfo", get_region_info, { 1, 1, 1, 1, 0, 0, 0 } },
	{ "GetIdByHandle", get_id, { 1, 1, 1, 1, 1, 1, 1 } },
	{ "GetInitialThreadPriority", get_priority, { 1, 1, 1, 1, 1, 1, 1 } },
	{ "NoticeSubscribe", subscribe, { 1, 1, 1, 1, 1, 1, 1 } },
	{ "HandleClose", close_handle, { 1, 1, 1, 1, 1, 1, 1 } },
};

static void test_every_call_in_every_state(void **state)
{
	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++)
		for (enum column c = 0; c < COLUMNS; c++) {
			Handle h;
			struct task *task = in_column(c, &h);
			enum task_state before = task->state;
			Retcode rc = rows[r].make(h);

			if (rc != (rows[r].legal[c] ? rcOk : rcInvalidOperation))
				fail_msg("%s of a task that is %s: %d", rows[r].name,
					 column_name[c], rc);
			if (rc != rcOk)
				assert_int_equal(task->state, before);
			/* What still runs would run on without its handle. */
			if (before != TASK_ENDED && rc != rcOk)
				call(FloeFnTaskTerminate, h);
			else if (rows[r].make != close_handle)
				call(FloeFnTaskTerminate, h);
			call(FloeFnHandleClose, h);
			if (rows[r].make == close_handle && c == RUNNING)
				task_end(task, TaskExitTerminated, 0);
			world_settle();
		}
}

static void test_states_after_transitions(void **state)
{
	static const struct {
		enum task_state from, to;
		Retcode (*make)(Handle h);
		TaskExitStatus status;
	} steps[] = {
		{ TASK_EMPTY, TASK_ENTRY_SET, set_initial_state, 0 },
		{ TASK_ENTRY_SET, TASK_RUNNING, resume, 0 },
		{ TASK_EMPTY, TASK_ENDED, terminate, TaskExitTerminated },
		{ TASK_ENTRY_SET, TASK_ENDED, terminate, TaskExitTerminated },
		{ TASK_RUNNING, TASK_ENDED, terminate, TaskExitTerminated },
		{ TASK_FROZEN, TASK_ENDED, terminate_frozen, TaskExitUnexpected },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		Handle h = world_task("child", steps[i].from);

		assert_rc(steps[i].make(h), rcOk);
		assert_int_equal(world_task_of(h)->state, steps[i].to);
		if (steps[i].to == TASK_ENDED) {
			assert_rc(get_exit_status(h), rcOk);
			assert_int_equal(load_u32(OUT_AT), steps[i].status);
		} else {
			assert_rc(terminate(h), rcOk);
		}
		assert_rc(close_handle(h), rcOk);
		world_settle();
	}
}

static void test_exit_code_of_a_normal_end(void **state)
{
	Handle h = world_task("child", TASK_ENDED);

	(void)state;
	assert_rc(get_exit_code(h), rcOk);
	assert_int_equal(load_u32(OUT_AT), 7);
	assert_rc(get_exit_status(h), rcOk);
	assert_int_equal(load_u32(OUT_AT), TaskExitNormal);
	assert_rc(close_handle(h), rcOk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_call_in_every_state, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(test_states_after_transitions, world_setup,
						world_teardown),
		cmocka_unit_test_setup_teardown(test_exit_code_of_a_normal_end, world_setup,
						world_teardown),
	};

	return cmocka_run_group_tests_name("task_states", tests, NULL, NULL);
}
