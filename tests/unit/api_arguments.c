// SPDX-License-Identifier: Apache-2.0
/*
 * Wrong arguments of every call, through the hypervisor's own dispatch: which
 * error, in which order, and that nothing has changed.
 */
#include "unit.h"

#include "support/family.h"

#include <string.h>

#define FLAGS(f) ((u64)(f) << 32)
#define EMPTY_FLAG FLAGS(TaskEmpty)

static void test_create(void **state)
{
#define CREATE(what, name, eiid, path, stack, how, out, rc)                                        \
	{                                                                                          \
		what, FloeFnTaskCreate, { name, eiid, path, stack, how, out }, rc                  \
	}
	static const struct test_case cases[] = {
		CREATE("null", 0, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcInvalidArgument),
		CREATE("null", NAME_AT, 0, 0, 0, EMPTY_FLAG, OUT_AT, rcInvalidArgument),
		CREATE("null", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG, 0, rcInvalidArgument),
		CREATE("path", NAME_AT, EIID_AT, NAME_AT, 0, EMPTY_FLAG, OUT_AT, rcInvalidArgument),
		CREATE("unaligned", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT + 2,
		       rcInvalidArgument),
		CREATE("stack", NAME_AT, EIID_AT, 0, ~(u64)0, EMPTY_FLAG, OUT_AT,
		       rcInvalidArgument),
		CREATE("stack", NAME_AT, EIID_AT, 0, USER_END, EMPTY_FLAG, OUT_AT,
		       rcInvalidArgument),
		CREATE("flags", NAME_AT, EIID_AT, 0, 0, 0, OUT_AT, rcInvalidArgument),
		CREATE("flags", NAME_AT, EIID_AT, 0, 0, FLAGS(15), OUT_AT, rcInvalidArgument),
		CREATE("flags", NAME_AT, EIID_AT, 0, 0, FLAGS(7), OUT_AT, rcInvalidArgument),
		CREATE("flags", NAME_AT, EIID_AT, 0, 0, FLAGS(1), OUT_AT, rcInvalidArgument),
		CREATE("priority", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG | 16, OUT_AT,
		       rcInvalidArgument),
		CREATE("name", NO_NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcInvalidArgument),
		CREATE("eiid", NAME_AT, NO_NAME_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcInvalidArgument),
		CREATE("name", LONG_AT, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcBufferTooLarge),
		CREATE("eiid", NAME_AT, LONG_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcBufferTooLarge),
		CREATE("memory", UNMAPPED, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcSourceFault),
		CREATE("memory", NAME_AT, UNMAPPED, 0, 0, EMPTY_FLAG, OUT_AT, rcSourceFault),
		CREATE("memory", NAME_AT, ~(u64)0, 0, 0, EMPTY_FLAG, OUT_AT, rcSourceFault),
		CREATE("memory", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG, UNMAPPED, rcTargetFault),
		CREATE("memory", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG, RO_BASE, rcTargetFault),
		CREATE("duplicate", TAKEN_AT, EIID_AT, 0, 0, EMPTY_FLAG, OUT_AT, rcAlreadyExists),
		CREATE("flags before memory", UNMAPPED, EIID_AT, 0, 0, 0, OUT_AT,
		       rcInvalidArgument),
	};
	static const struct test_case fresh = CREATE("limit", NAME_AT, EIID_AT, 0, 0, EMPTY_FLAG,
						     OUT_AT, rcQuotaExceeded);
	struct test_case forbidden = fresh;

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	world_self->limits.maxTasks = world_self->nchildren;
	must_fail(&fresh);
	world_self->limits.maxTasks = 0;
	forbidden.rc = rcSecurityDisallow;
	must_fail(&forbidden);
	/* Wrong arguments come before missing permission. */
	forbidden.a[0] = 0;
	forbidden.rc = rcInvalidArgument;
	must_fail(&forbidden);
}

/* Calls on a task: good arguments for a task in that state, and the right that they need. */
static const struct {
	u64 function;
	u64 a[6];
	u32 right;
} on_tasks[] = {
	{ FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, 32 }, OCAP_TASK_LOAD },
	{ FloeFnTaskLoadSeg, { EMPTY, SEG_AT, OUT_AT }, OCAP_TASK_LOAD },
	{ FloeFnTaskLoadElfSyms, { EMPTY, FREE_SEG_AT, 24, FREE_SEG_AT, 24 }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetPath, { EMPTY, NAME_AT }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetLimits, { EMPTY, LIMITS_AT }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetElfHdr, { EMPTY, BUFFER_AT, 64 }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetEnv, { EMPTY, BUFFER_AT, 64 }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetInitialState, { EMPTY, STATE_AT }, OCAP_TASK_LOAD },
	{ FloeFnTaskSetInitialPolicy,
	  { ENTRY_SET, ThreadSchedPolicyOther, 5, 0 },
	  OCAP_TASK_CONTROL },
	{ FloeFnTaskSetInitialThreadPriority, { ENTRY_SET, 5 }, OCAP_TASK_CONTROL },
	{ FloeFnTaskGetInitialThreadPriority, { RUNNING, OUT_AT }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetIdByHandle, { RUNNING, OUT_AT }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetExitStatus, { ENDED, OUT_AT }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetExitCode, { ENDED, OUT_AT }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetExceptionInfo,
	  { FROZEN, OUT_AT, OUT_AT + 8, OUT_AT + 16 },
	  OCAP_TASK_INSPECT },
	{ FloeFnTaskGetThreadContext, { FROZEN, 0, OUT_AT }, OCAP_TASK_INSPECT },
	{ FloeFnTaskGetInfo, { FROZEN, OUT_AT }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetString, { RUNNING, TaskStringClass, OUT_AT, 64 }, OCAP_TASK_QUERY },
	{ FloeFnTaskGetFaultRecord, { FROZEN, OUT_AT }, OCAP_TASK_INSPECT },
	{ FloeFnTaskGetThreadState, { FROZEN, 0, OUT_AT }, OCAP_TASK_INSPECT },
	{ FloeFnTaskGetRegionInfo, { RUNNING, 0, OUT_AT }, OCAP_TASK_INSPECT },
	{ FloeFnTaskResume, { ENTRY_SET }, OCAP_TASK_CONTROL },
	{ FloeFnTaskTerminate, { RUNNING }, OCAP_TASK_CONTROL },
	{ FloeFnTaskTerminateAfterFreezing, { FROZEN }, OCAP_TASK_CONTROL },
};

static void test_handles_of_tasks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(on_tasks); i++) {
		static const u64 wrong[] = { 0, 12345, INVALID_HANDLE, CLOSED, MDL, NOTICE };
		struct test_case t = { "a handle", on_tasks[i].function, { 0 }, rcInvalidArgument };

		memcpy(t.a, on_tasks[i].a, sizeof(t.a));
		for (size_t w = 0; w < ARRAY_SIZE(wrong); w++) {
			t.a[0] = wrong[w];
			must_fail(&t);
		}
		t.a[0] = WEAK;
		t.rc = rcNoCapability;
		must_fail(&t);
	}
}

/* All rights but one are not enough; that one alone is. */
static void test_rights(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(on_tasks); i++) {
		struct test_case t = { "rights", on_tasks[i].function, { 0 }, rcNoCapability };
		struct task *task = world_task_of((Handle)resolve(on_tasks[i].a[0]));
		u64 a[6];
		Retcode rc;
		Handle h;

		memcpy(t.a, on_tasks[i].a, sizeof(t.a));
		object_get(&task->object);
		h = handle_open(&world_self->handles, &task->object,
				OCAP_TASK_FULL & ~on_tasks[i].right);
		t.a[0] = h;
		must_fail(&t);
		assert_rc(call(FloeFnHandleClose, h), rcOk);
		object_get(&task->object);
		h = handle_open(&world_self->handles, &task->object, on_tasks[i].right);
		for (unsigned int n = 1; n < 6; n++)
			a[n] = resolve(t.a[n]);
		a[0] = h;
		rc = world_call(t.function, a);
		if (rc != rcOk)
			fail_msg("function %u with just its right: %d", (unsigned int)t.function,
				 rc);
		assert_rc(call(FloeFnHandleClose, h), rcOk);
		write_inputs();
	}
}

/* Each argument that is a pointer: null, unaligned, not there, not to be written. */
static void test_pointers(void **state)
{
	enum {
		BYTES,
		INPUT,
		OUTPUT
	};
	static const struct {
		unsigned int call, argument, kind, align;
	} pointers[] = {
		{ 0, 1, BYTES, 1 },   { 1, 1, INPUT, 8 },   { 1, 2, OUTPUT, 8 },
		{ 2, 1, INPUT, 8 },   { 2, 3, INPUT, 8 },   { 3, 1, BYTES, 1 },
		{ 4, 1, INPUT, 8 },   { 5, 1, BYTES, 1 },   { 6, 1, BYTES, 1 },
		{ 7, 1, INPUT, 8 },   { 10, 1, OUTPUT, 4 }, { 11, 1, OUTPUT, 4 },
		{ 12, 1, OUTPUT, 4 }, { 13, 1, OUTPUT, 4 }, { 14, 1, OUTPUT, 4 },
		{ 14, 2, OUTPUT, 8 }, { 14, 3, OUTPUT, 8 }, { 15, 2, OUTPUT, 8 },
		{ 16, 1, OUTPUT, 8 }, { 17, 2, OUTPUT, 1 }, { 18, 1, OUTPUT, 8 },
		{ 19, 2, OUTPUT, 8 }, { 20, 2, OUTPUT, 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		unsigned int n = pointers[i].argument;
		struct test_case t = {
			"null", on_tasks[pointers[i].call].function, { 0 }, rcInvalidArgument
		};
		Retcode fault = pointers[i].kind == OUTPUT ? rcTargetFault : rcSourceFault;

		memcpy(t.a, on_tasks[pointers[i].call].a, sizeof(t.a));
		t.a[n] = 0;
		must_fail(&t);
		t.what = "an unaligned pointer";
		for (u64 off = 1; off < pointers[i].align; off *= 2) {
			t.a[n] = BUFFER_AT + off;
			must_fail(&t);
		}
		t.what = "a pointer to nothing";
		t.rc = fault;
		t.a[n] = UNMAPPED;
		must_fail(&t);
		t.a[n] = ~(u64)0 - 7;
		must_fail(&t);
		if (pointers[i].kind != OUTPUT)
			continue;
		t.what = "a pointer to read-only memory";
		t.a[n] = RO_BASE;
		must_fail(&t);
		t.a[n] = RX_BASE;
		must_fail(&t);
		t.a[n] = VM_ROMFS;
		must_fail(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAMILY_TEST(test_create),
		FAMILY_TEST(test_handles_of_tasks),
		FAMILY_TEST(test_rights),
		FAMILY_TEST(test_pointers),
	};

	return cmocka_run_group_tests_name("api_arguments", tests, NULL, NULL);
}
