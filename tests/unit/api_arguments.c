// SPDX-License-Identifier: Apache-2.0
/*
 * Wrong arguments of every call, through the hypervisor's own dispatch: which
 * error, in which order, and that nothing has changed.
 */
#include "unit.h"

#include "support/task_calls.h"

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
	world_self->limits.maxTasks = world_self->ndescendants;
	must_fail(&fresh);
	world_self->limits.maxTasks = 0;
	forbidden.rc = rcSecurityDisallow;
	must_fail(&forbidden);
	/* Wrong arguments come before missing permission. */
	forbidden.a[0] = 0;
	forbidden.rc = rcInvalidArgument;
	must_fail(&forbidden);
}

static void test_handles_of_tasks(void **state)
{
	(void)state;
	for (size_t i = 0; i < task_call_count; i++) {
		static const u64 wrong[] = { 0, 12345, INVALID_HANDLE, CLOSED, MDL, NOTICE };
		struct test_case t = {
			"a handle", task_calls[i].function, { 0 }, rcInvalidArgument
		};

		memcpy(t.a, task_calls[i].a, sizeof(t.a));
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
	for (size_t i = 0; i < task_call_count; i++) {
		struct test_case t = { "rights", task_calls[i].function, { 0 }, rcNoCapability };
		struct task *task = world_task_of((Handle)resolve(task_calls[i].a[0]));
		u64 a[6];
		Retcode rc;
		Handle h;

		memcpy(t.a, task_calls[i].a, sizeof(t.a));
		object_get(&task->object);
		h = handle_open(&world_self->handles, &task->object,
				OCAP_TASK_FULL & ~task_calls[i].right);
		t.a[0] = h;
		must_fail(&t);
		assert_rc(call(FloeFnHandleClose, h), rcOk);
		object_get(&task->object);
		h = handle_open(&world_self->handles, &task->object, task_calls[i].right);
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
		u64 function;
		unsigned int argument, kind, align;
	} pointers[] = {
		{ FloeFnTaskReseedAslr, 1, BYTES, 1 },
		{ FloeFnTaskLoadSeg, 1, INPUT, 8 },
		{ FloeFnTaskLoadSeg, 2, OUTPUT, 8 },
		{ FloeFnTaskLoadElfSyms, 1, INPUT, 8 },
		{ FloeFnTaskLoadElfSyms, 3, INPUT, 8 },
		{ FloeFnTaskVmReserve, 4, OUTPUT, 8 },
		{ FloeFnTaskTransferResource, 4, OUTPUT, 4 },
		{ FloeFnTaskSetPath, 1, BYTES, 1 },
		{ FloeFnTaskSetLimits, 1, INPUT, 8 },
		{ FloeFnTaskSetElfHdr, 1, BYTES, 1 },
		{ FloeFnTaskSetEnv, 1, BYTES, 1 },
		{ FloeFnTaskSetInitialState, 1, INPUT, 8 },
		{ FloeFnTaskGetInitialThreadPriority, 1, OUTPUT, 4 },
		{ FloeFnTaskGetIdByHandle, 1, OUTPUT, 4 },
		{ FloeFnTaskGetExitStatus, 1, OUTPUT, 4 },
		{ FloeFnTaskGetExitCode, 1, OUTPUT, 4 },
		{ FloeFnTaskGetExceptionInfo, 1, OUTPUT, 4 },
		{ FloeFnTaskGetExceptionInfo, 2, OUTPUT, 8 },
		{ FloeFnTaskGetExceptionInfo, 3, OUTPUT, 8 },
		{ FloeFnTaskGetThreadContext, 2, OUTPUT, 8 },
		{ FloeFnTaskGetNextVmRegion, 2, OUTPUT, 8 },
		{ FloeFnTaskGetNextVmRegion, 3, OUTPUT, 8 },
		{ FloeFnTaskGetNextVmRegion, 4, OUTPUT, 4 },
		{ FloeFnTaskGetInfo, 1, OUTPUT, 8 },
		{ FloeFnTaskGetString, 2, OUTPUT, 1 },
		{ FloeFnTaskGetFaultRecord, 1, OUTPUT, 8 },
		{ FloeFnTaskGetThreadState, 2, OUTPUT, 8 },
		{ FloeFnTaskGetThreadInfo, 2, OUTPUT, 8 },
		{ FloeFnTaskGetRegionInfo, 2, OUTPUT, 8 },
		{ FloeFnTaskGetUntouched, 2, OUTPUT, 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		unsigned int n = pointers[i].argument;
		struct test_case t = { "null", pointers[i].function, { 0 }, rcInvalidArgument };
		Retcode fault = pointers[i].kind == OUTPUT ? rcTargetFault : rcSourceFault;

		memcpy(t.a, task_call_of(t.function)->a, sizeof(t.a));
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
