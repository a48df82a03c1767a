// SPDX-License-Identifier: Apache-2.0
/*
 * Wrong arguments of every call, through the hypervisor's own dispatch: which
 * error, in which order, and that nothing has changed.
 */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/vm_snapshot.h"
#include "support/world.h"

#include <string.h>

#define R_ VMM_FLAG_READ
#define RW_ (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define RX_ (VMM_FLAG_READ | VMM_FLAG_EXECUTE)
#define RWX_ ((u64)VMM_FLAG_RWX_MASK)
#define USER_END ((u64)1 << 39)

/* Valid inputs in the caller's memory. */
#define TAKEN_AT (NAME_AT + 100)
#define NO_NAME_AT (NAME_AT + 200)
#define LONG_AT (EIID_AT + PAGE_SIZE - 1500) /* 1024 bytes and no NUL */
#define SEG_AT (IN_AT + 0)
#define FREE_SEG_AT (IN_AT + 128) /* the same at a place of the task's choice */
#define STATE_AT (IN_AT + 288)
#define LIMITS_AT (IN_AT + 320)
#define PARAM_AT (IN_AT + 400)
#define FROM_BUF_AT (IN_AT + 480)
#define LAST_BYTE (RO_BASE + PAGE_SIZE - 1)

/* Stand-ins in a table for handles that exist only when it is used. */
enum {
	EMPTY = 0x100000000,
	ENTRY_SET,
	RUNNING,
	FROZEN,
	ENDED,
	WEAK, /* the empty task without a right */
	MDL,
	NOTICE,
	CLOSED,
	STAND_INS_END,
};

static u64 stand_in[STAND_INS_END - EMPTY];

static u64 resolve(u64 argument)
{
	return argument >= EMPTY && argument < STAND_INS_END ? stand_in[argument - EMPTY]
							     : argument;
}

static void write_inputs(void)
{
	TaskInitialState initial = { .entryAddr = 0x10000 };
	TaskLimits limits = { 0 };
	ThreadSchedParam param = { .rrInterval = { .sec = 0, .nsec = 1000000 } };
	VmSeg seg = { .h = (Handle)stand_in[MDL - EMPTY],
		      .loadAddr = 0x10000,
		      .size = PAGE_SIZE,
		      .flags = R_ };
	FloeSegFromBuf f = {
		.size = PAGE_SIZE, .flags = R_, .buf = (void *)BUFFER_AT, .bufSize = 100
	};

	store(NAME_AT, "fresh", 6);
	store(EIID_AT, "class", 6);
	store(TAKEN_AT, "empty", 6);
	store(NO_NAME_AT, "", 1);
	memset(at(LONG_AT), 'x', 1024);
	store(SEG_AT, &seg, sizeof(seg));
	seg.loadAddr = 0;
	store(FREE_SEG_AT, &seg, sizeof(seg));
	store(STATE_AT, &initial, sizeof(initial));
	store(LIMITS_AT, &limits, sizeof(limits));
	store(PARAM_AT, &param, sizeof(param));
	store(FROM_BUF_AT, &f, sizeof(f));
}

static int setup(void **state)
{
	static const char *const names[] = { "empty", "entry-set", "running", "frozen", "ended" };
	struct task *task;
	Handle closed;

	world_setup(state);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		stand_in[i] = world_task(names[i], (enum task_state)i);
	stand_in[MDL - EMPTY] = world_mdl(4, R_);
	assert_rc(call(FloeFnNoticeCreate, OUT_AT), rcOk);
	stand_in[NOTICE - EMPTY] = load_u32(OUT_AT);
	task = world_task_of((Handle)stand_in[0]);
	object_get(&task->object);
	stand_in[WEAK - EMPTY] = handle_open(&world_self->handles, &task->object,
					     OCAP_HANDLE_COPY | OCAP_HANDLE_TRANSFER);
	assert_rc(call(FloeFnNoticeCreate, OUT_AT), rcOk);
	closed = load_u32(OUT_AT);
	assert_rc(call(FloeFnHandleClose, closed), rcOk);
	stand_in[CLOSED - EMPTY] = closed;
	write_inputs();
	world_settle();
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < 5; i++) {
		struct task *task = world_task_of((Handle)stand_in[i]);

		if (task->state == TASK_RUNNING)
			task_end(task, TaskExitTerminated, 0);
	}
	return world_teardown(state);
}

struct test_case {
	const char *what;
	u64 function;
	u64 a[6];
	Retcode rc;
};

/* Makes the call, which fails, and sees that nothing is different afterwards. */
static void must_fail(const struct test_case *t)
{
	struct task *child[5];
	struct vm_snapshot *self = vm_snapshot(&world_self->vm), *of_child[5];
	enum task_state states[5];
	u32 handles = world_self->handles.count, children = world_self->nchildren;
	u64 a[6];
	Retcode rc;

	for (unsigned int i = 0; i < 5; i++) {
		child[i] = world_task_of((Handle)stand_in[i]);
		of_child[i] = vm_snapshot(&child[i]->vm);
		states[i] = child[i]->state;
	}
	for (unsigned int i = 0; i < 6; i++)
		a[i] = resolve(t->a[i]);
	rc = world_call(t->function, a);
	if (rc != t->rc)
		fail_msg("%s of function %u: %d instead of %d", t->what, (unsigned int)t->function,
			 rc, t->rc);
	assert_int_equal(world_value, 0);
	assert_int_equal(world_self->handles.count, handles);
	assert_int_equal(world_self->nchildren, children);
	vm_snapshot_compare(self, &world_self->vm);
	for (unsigned int i = 0; i < 5; i++) {
		vm_snapshot_compare(of_child[i], &child[i]->vm);
		assert_int_equal(child[i]->state, states[i]);
	}
}

static void must_all_fail(const struct test_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		must_fail(&cases[i]);
}

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

static void test_sizes(void **state)
{
	static const struct test_case cases[] = {
		{ "0", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "33", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, 33 }, rcBufferTooLarge },
		{ "much", FloeFnTaskReseedAslr, { EMPTY, BUFFER_AT, ~(u64)0 }, rcBufferTooLarge },
		{ "end", FloeFnTaskReseedAslr, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "0", FloeFnTaskSetElfHdr, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "1025", FloeFnTaskSetElfHdr, { EMPTY, BUFFER_AT, 1025 }, rcBufferTooLarge },
		{ "end", FloeFnTaskSetElfHdr, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "0", FloeFnTaskSetEnv, { EMPTY, BUFFER_AT, 0 }, rcInvalidArgument },
		{ "131073", FloeFnTaskSetEnv, { EMPTY, BUFFER_AT, 131073 }, rcBufferTooLarge },
		{ "end", FloeFnTaskSetEnv, { EMPTY, LAST_BYTE, 2 }, rcSourceFault },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 0, SEG_AT, 1 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 1, SEG_AT, 0 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 4097, SEG_AT, 1 },
		  rcInvalidArgument },
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 24, SEG_AT, 4097 },
		  rcInvalidArgument },
		/* The two tables do not fit at one address: nothing stays mapped. */
		{ "symbols",
		  FloeFnTaskLoadElfSyms,
		  { EMPTY, SEG_AT, 24, SEG_AT, 24 },
		  rcAlreadyExists },
		{ "path", FloeFnTaskSetPath, { EMPTY, LONG_AT }, rcBufferTooLarge },
		{ "path", FloeFnTaskSetPath, { EMPTY, LAST_BYTE + 1 }, rcSourceFault },
	};

	(void)state;
	*(char *)at(LAST_BYTE) = 'x';
	must_all_fail(cases, ARRAY_SIZE(cases));
}

static void test_scheduling(void **state)
{
	static const struct test_case cases[] = {
		{ "class", FloeFnTaskSetInitialPolicy, { ENTRY_SET, 3, 0, 0 }, rcInvalidArgument },
		{ "class",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, FLAGS(1), 0, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 0, 16, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 1, 32, 0 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 32, 0 },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 0, 1, PARAM_AT },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 1, 1, PARAM_AT },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 1, PARAM_AT + 4 },
		  rcInvalidArgument },
		{ "parameter",
		  FloeFnTaskSetInitialPolicy,
		  { ENTRY_SET, 2, 1, UNMAPPED },
		  rcSourceFault },
		{ "priority",
		  FloeFnTaskSetInitialThreadPriority,
		  { ENTRY_SET, 16 },
		  rcInvalidArgument },
		{ "priority",
		  FloeFnTaskSetInitialThreadPriority,
		  { ENTRY_SET, 32 },
		  rcInvalidArgument },
		/* Beyond every class's range it does not matter whose. */
		{ "priority", FloeFnTaskSetInitialThreadPriority, { 0, 32 }, rcInvalidArgument },
		{ "state first",
		  FloeFnTaskSetInitialPolicy,
		  { EMPTY, 2, 1, UNMAPPED },
		  rcInvalidOperation },
	};
	static const RtlTimeSpec intervals[] = { { 0, 0 }, { 0, 1000000000 }, { 1, 0xffffffff } };
	struct test_case t = { "interval",
			       FloeFnTaskSetInitialPolicy,
			       { ENTRY_SET, 2, 1, PARAM_AT },
			       rcInvalidArgument };

	(void)state;
	must_all_fail(cases, ARRAY_SIZE(cases));
	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		store(PARAM_AT, &intervals[i], sizeof(intervals[i]));
		must_fail(&t);
	}
	/* After a change of class the other range counts. */
	assert_rc(call(FloeFnTaskSetInitialPolicy, resolve(ENTRY_SET), 1, 31, 0), rcOk);
	assert_rc(call(FloeFnTaskSetInitialThreadPriority, resolve(ENTRY_SET), 20), rcOk);
}

static void test_segments(void **state)
{
	const Handle mdl = (Handle)stand_in[MDL - EMPTY];
	const struct {
		VmSeg seg;
		Retcode rc;
	} segments[] = {
		{ { mdl, 0x10001, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 1, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE + 1, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, 0, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, 0, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, VMM_FLAG_WRITE, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, VMM_FLAG_EXECUTE, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, R_ | VMM_FLAG_COMMIT, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, USER_END, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, USER_END - PAGE_SIZE, 0, 2 * PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, 0x10000, 4 * PAGE_SIZE, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, 0, 5 * PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, ~PAGE_MASK, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { mdl, 0x10000, PAGE_SIZE, ~PAGE_MASK, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { 0, 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 }, rcInvalidArgument },
		{ { (Handle)stand_in[NOTICE - EMPTY], 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { (Handle)stand_in[CLOSED - EMPTY], 0x10000, 0, PAGE_SIZE, R_, 0, NULL, 0 },
		  rcInvalidArgument },
		{ { mdl, 0x10000, 0, PAGE_SIZE, RW_, 0, NULL, 0 }, rcNoCapability },
		{ { mdl, 0x10000, 0, PAGE_SIZE, RX_, 0, NULL, 0 }, rcNoCapability },
	};
	static const struct test_case load = {
		"segment", FloeFnTaskLoadSeg, { EMPTY, SEG_AT, OUT_AT }, 0
	};
	static const struct test_case syms = {
		"segment", FloeFnTaskLoadElfSyms, { EMPTY, SEG_AT, 24, FREE_SEG_AT, 24 }, 0
	};
	struct test_case t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
		store(SEG_AT, &segments[i].seg, sizeof(VmSeg));
		t = load;
		t.rc = segments[i].rc;
		must_fail(&t);
		t = syms;
		t.rc = segments[i].rc;
		must_fail(&t);
		t.a[1] = FREE_SEG_AT;
		t.a[3] = SEG_AT;
		must_fail(&t);
	}
	/* Where something is already. */
	write_inputs();
	assert_rc(call(FloeFnTaskLoadSeg, resolve(EMPTY), SEG_AT, OUT_AT), rcOk);
	assert_int_equal(load_u64(OUT_AT), 0x10000);
	t = load;
	t.rc = rcAlreadyExists;
	must_fail(&t);
}

#define DTEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DTEST(test_create),   DTEST(test_handles_of_tasks),
		DTEST(test_rights),   DTEST(test_pointers),
		DTEST(test_sizes),    DTEST(test_scheduling),
		DTEST(test_segments),
	};

	return cmocka_run_group_tests_name("api_arguments", tests, NULL, NULL);
}
