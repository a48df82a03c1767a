// SPDX-License-Identifier: Apache-2.0
/*
 * Every call in every state: those of support/task_calls.c, and those that take
 * a task's handle elsewhere than in their first argument. What a state forbids
 * changes nothing at all.
 */
#include "unit.h"

#include "api/api.h"
#include "fake/fake.h"
#include "support/task_calls.h"
#include "support/vm_snapshot.h"

#include <string.h>

/* Ways into the states. */
static const struct way {
	const char *name;
	TaskState from; /* how far world_task() takes it */
	enum {
		STAYS,
		TERMINATES,
		CRASHES,
		THAWS
	} then;
	u32 state; /* IS_*, as the description sees it */
} ways[] = {
	{ "empty", TaskStateEmpty, STAYS, IS_EMPTY },
	{ "entry set", TaskStateEntrySet, STAYS, IS_ENTRY_SET },
	{ "running", TaskStateRunning, STAYS, IS_RUNNING },
	{ "frozen", TaskStateFrozen, STAYS, IS_FROZEN },
	{ "exited", TaskStateEnded, STAYS, IS_EXITED },
	{ "terminated", TaskStateRunning, TERMINATES, IS_TERMINATED },
	{ "terminated while empty", TaskStateEmpty, TERMINATES, IS_TERMINATED },
	{ "terminated before its start", TaskStateEntrySet, TERMINATES, IS_TERMINATED },
	{ "crashed", TaskStateRunning, CRASHES, IS_CRASHED },
	{ "frozen and then ended", TaskStateFrozen, THAWS, IS_CRASHED },
};

static Handle make(const struct way *way)
{
	Handle h = world_task("child", way->from);

	world_settle(); /* a report holds a frozen one */
	if (way->then == TERMINATES)
		assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	else if (way->then == CRASHES)
		task_end(world_task_of(h), TaskExitUnexpected, 0);
	else if (way->then == THAWS)
		assert_rc(call(FloeFnTaskTerminateAfterFreezing, h), rcOk);
	world_settle();
	write_inputs();
	return h;
}

/* Whatever has become of it. */
static void unmake(Handle h)
{
	struct task *task = world_task_of(h);

	if (task->state == TaskStateRunning)
		task_end(task, TaskExitTerminated, 0);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
}

static Retcode make_call(const struct task_call_row *row, Handle h)
{
	u64 a[6];

	for (unsigned int i = 0; i < 6; i++)
		a[i] = resolve(row->a[i]);
	a[0] = h;
	return world_call(row->function, a);
}

/* Accepted, but there is nothing to give before a process is loaded, or when it does not live. */
static bool has_nothing(const struct task_call_row *row, u32 state)
{
	return row->function == FloeFnTaskGetRegionInfo ||
	       (row->function == FloeFnTaskGetThreadInfo && !(state & (IS_RUNNING | IS_FROZEN)));
}

static void must_be_refused(const struct task_call_row *row, const struct way *way, Handle h)
{
	struct task *task = world_task_of(h), task_before = *task, self_before = *world_self;
	struct vm_snapshot *vm = vm_snapshot(&task->vm), *self = vm_snapshot(&world_self->vm);
	SysCounters counters_before = counters;
	Retcode rc = make_call(row, h);

	if (rc != rcInvalidOperation)
		fail_msg("%s of a task that is %s: %d", row->name, way->name, rc);
	assert_int_equal(world_value, 0);
	assert_memory_equal(task, &task_before, sizeof(*task));
	assert_memory_equal(world_self, &self_before, sizeof(*world_self));
	assert_memory_equal(&counters, &counters_before, sizeof(counters));
	vm_snapshot_compare(vm, &task->vm);
	vm_snapshot_compare(self, &world_self->vm);
}

static void test_every_call_in_every_state(void **state)
{
	(void)state;
	for (size_t c = 0; c < task_call_count; c++)
		for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
			const struct task_call_row *row = &task_calls[c];
			Handle h = make(&ways[w]);
			Retcode rc;

			/* Only what was reserved can be freed. */
			if (row->function == FloeFnTaskVmFree && ways[w].state == IS_EMPTY)
				assert_rc(make_call(task_call_of(FloeFnTaskVmReserve), h), rcOk);
			if (row->legal & ways[w].state) {
				rc = make_call(row, h);
				if (rc != rcOk &&
				    !(rc == rcResourceNotFound && has_nothing(row, ways[w].state)))
					fail_msg("%s of a task that is %s: %d", row->name,
						 ways[w].name, rc);
			} else {
				must_be_refused(row, &ways[w], h);
			}
			unmake(h);
		}
}

/* No row of the hypervisor's table that is about a task is missing above, none is too many. */
static void test_no_call_is_forgotten(void **state)
{
	size_t found = 0;

	(void)state;
	for (u64 n = 0; n < FloeFnCount; n++) {
		const struct api_rules *rules = &api_table[n].rules;
		const struct task_call_row *row = task_call_of(n);
		bool on_task = rules->rights && rules->type == OBJECT_TASK;

		if (on_task != (row != NULL))
			fail_msg("function %u %s", (unsigned int)n,
				 row ? "is not about a task" : "is not in support/task_calls.c");
		if (row)
			assert_int_equal(row->right, (u32)rules->rights << API_RIGHTS_SHIFT);
		found += on_task;
	}
	assert_int_equal(found, task_call_count);
}

/* Each state of the hypervisor's is among the ways, each kind of call in some row. */
static void test_no_state_is_forgotten(void **state)
{
	static const u32 kinds[] = {
		CALL_CONFIGURE, CALL_LOAD,           CALL_PREPARE, CALL_SCHEDULE,
		CALL_RESUME,    CALL_TERMINATE,      CALL_EXAMINE, CALL_EXIT_STATUS,
		CALL_EXIT_CODE, CALL_EXCEPTION_INFO, CALL_REGIONS, CALL_ANY,
	};
	u32 states = 0, described = 0;

	(void)state;
	for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
		Handle h = make(&ways[w]);

		states |= 1u << world_task_of(h)->state;
		described |= ways[w].state;
		unmake(h);
	}
	assert_int_equal(states, (1u << (TaskStateEnded + 1)) - 1);
	assert_int_equal(described, IN_EVERY_STATE);
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		bool found = false;

		for (size_t c = 0; c < task_call_count; c++)
			found |= api_table[task_calls[c].function].rules.call == kinds[k];
		assert_true(found);
	}
}

/* The handle of a task in another argument, or of whatever object: legal in every state. */
static void test_handles_in_every_state(void **state)
{
	(void)state;
	for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
		Handle h = make(&ways[w]), notice = (Handle)resolve(NOTICE), copy;
		Handle heir = world_task("heir", TaskStateEmpty);
		struct task *task = world_task_of(h);

		assert_rc(call(FloeFnNoticeSubscribe, notice, h, EVENT_TASK_COMPLETED, 1), rcOk);
		assert_rc(call(FloeFnTaskTransferResource, heir, h, h, OCAP_TASK_QUERY, OUT_AT),
			  rcOk);
		assert_rc(call(FloeFnHandleRevokeSubtree, h, h), rcOk);
		object_get(&task->object);
		copy = handle_open(&world_self->handles, &task->object, OCAP_TASK_FULL);
		assert_rc(call(FloeFnHandleClose, copy), rcOk);
		object_get(&task->object);
		copy = handle_open(&world_self->handles, &task->object, OCAP_TASK_FULL);
		assert_rc(call(FloeFnHandleRevoke, copy), rcOk);
		if (ways[w].then == STAYS)
			assert_int_equal(task->state, ways[w].from);
		assert_rc(call(FloeFnHandleClose, heir), rcOk);
		unmake(h);
	}
}

static void test_states_after_transitions(void **state)
{
	static const struct {
		TaskState from, to;
		u64 function;
		TaskExitStatus status;
	} steps[] = {
		{ TaskStateEmpty, TaskStateEntrySet, FloeFnTaskSetInitialState, 0 },
		{ TaskStateEntrySet, TaskStateRunning, FloeFnTaskResume, 0 },
		{ TaskStateEmpty, TaskStateEnded, FloeFnTaskTerminate, TaskExitTerminated },
		{ TaskStateEntrySet, TaskStateEnded, FloeFnTaskTerminate, TaskExitTerminated },
		{ TaskStateRunning, TaskStateEnded, FloeFnTaskTerminate, TaskExitTerminated },
		{ TaskStateFrozen, TaskStateEnded, FloeFnTaskTerminateAfterFreezing,
		  TaskExitUnexpected },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct way from = { "", steps[i].from, STAYS, 0 };
		Handle h = make(&from);

		assert_rc(make_call(task_call_of(steps[i].function), h), rcOk);
		assert_int_equal(world_task_of(h)->state, steps[i].to);
		if (steps[i].to == TaskStateEnded) {
			assert_rc(call(FloeFnTaskGetExitStatus, h, OUT_AT), rcOk);
			assert_int_equal(load_u32(OUT_AT), steps[i].status);
		}
		unmake(h);
	}
}

/* No other legal call changes the state. */
static void test_states_after_other_calls(void **state)
{
	(void)state;
	for (size_t c = 0; c < task_call_count; c++)
		for (size_t w = 0; w < ARRAY_SIZE(ways); w++) {
			const struct task_call_row *row = &task_calls[c];
			u64 f = row->function;
			TaskState before;
			Handle h;

			if (!(row->legal & ways[w].state) || f == FloeFnTaskSetInitialState ||
			    f == FloeFnTaskResume || f == FloeFnTaskTerminate ||
			    f == FloeFnTaskTerminateAfterFreezing)
				continue;
			h = make(&ways[w]);
			before = world_task_of(h)->state;
			make_call(row, h);
			assert_int_equal(world_task_of(h)->state, before);
			unmake(h);
		}
}

static void test_exit_code_of_a_normal_end(void **state)
{
	Handle h = world_task("child", TaskStateEnded);

	(void)state;
	assert_rc(call(FloeFnTaskGetExitCode, h, OUT_AT), rcOk);
	assert_int_equal(load_u32(OUT_AT), 7);
	assert_rc(call(FloeFnTaskGetExitStatus, h, OUT_AT), rcOk);
	assert_int_equal(load_u32(OUT_AT), TaskExitNormal);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAMILY_TEST(test_every_call_in_every_state),
		FAMILY_TEST(test_no_call_is_forgotten),
		FAMILY_TEST(test_no_state_is_forgotten),
		FAMILY_TEST(test_handles_in_every_state),
		FAMILY_TEST(test_states_after_transitions),
		FAMILY_TEST(test_states_after_other_calls),
		FAMILY_TEST(test_exit_code_of_a_normal_end),
	};

	return cmocka_run_group_tests_name("task_states", tests, NULL, NULL);
}
