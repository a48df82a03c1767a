// SPDX-License-Identifier: Apache-2.0
#include "family.h"

#include "unit.h"

#include "vm_snapshot.h"

#include <string.h>

u64 stand_in[STAND_INS_END - EMPTY];

u64 resolve(u64 argument)
{
	return argument >= EMPTY && argument < STAND_INS_END ? stand_in[argument - EMPTY]
							     : argument;
}

void write_inputs(void)
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

int family_setup(void **state)
{
	static const char *const names[] = { "empty", "entry-set", "running", "frozen", "ended" };
	struct task *task;
	Handle closed;

	world_setup(state);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		stand_in[i] = world_task(names[i], (TaskState)i);
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

int family_teardown(void **state)
{
	for (unsigned int i = 0; i < 5; i++) {
		struct task *task = world_task_of((Handle)stand_in[i]);

		if (task->state == TaskStateRunning)
			task_end(task, TaskExitTerminated, 0);
	}
	return world_teardown(state);
}

void must_fail(const struct test_case *t)
{
	struct task *child[5];
	struct vm_snapshot *self = vm_snapshot(&world_self->vm), *of_child[5];
	TaskState states[5];
	u32 handles = world_self->handles.count, children = world_self->ndescendants;
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
	assert_int_equal(world_self->ndescendants, children);
	vm_snapshot_compare(self, &world_self->vm);
	for (unsigned int i = 0; i < 5; i++) {
		vm_snapshot_compare(of_child[i], &child[i]->vm);
		assert_int_equal(child[i]->state, states[i]);
	}
}

void must_all_fail(const struct test_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		must_fail(&cases[i]);
}
