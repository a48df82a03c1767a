// SPDX-License-Identifier: Apache-2.0
/* init ends what a partition has created, while that and others create more. */
#include "unit.h"

#include "system.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/inspect_api.h>
#include <string.h>

#define PIDS 200000u
#define ROOT 2u
#define OTHER 3u

static struct {
	u8 state[PIDS]; /* TaskState + 1; 0: there is no such process */
	Pid root[PIDS];
	Pid last;
	unsigned int handles, ended;
	u32 forks;    /* processes that each of the root's starts before it is ended */
	bool endless; /* one more whenever one is ended */
	bool crowd;   /* another partition creates one at each look */
	Retcode next_gives, info_gives;
} fake;

static Pid add(Pid root, u32 state)
{
	Pid pid = ++fake.last;

	assert_true(pid < PIDS);
	fake.root[pid] = root;
	fake.state[pid] = (u8)(state + 1);
	return pid;
}

/* --- The API as init sees it; handles are pids */

Retcode KnTaskGetNext(Pid after, Handle *task)
{
	if (fake.crowd)
		add(OTHER, TaskStateRunning);
	if (fake.next_gives != rcOk)
		return fake.next_gives;
	for (Pid pid = after + 1; pid <= fake.last; pid++)
		if (fake.state[pid]) {
			fake.handles++;
			*task = pid;
			return rcOk;
		}
	return rcResourceNotFound;
}

Retcode KnHandleClose(Handle task)
{
	assert_true(task && task <= fake.last && fake.handles);
	fake.handles--;
	return rcOk;
}

Retcode KnTaskGetInfo(Handle task, TaskInfo *info)
{
	if (fake.info_gives != rcOk)
		return fake.info_gives;
	memset(info, 0, sizeof(*info));
	info->pid = task;
	info->root = fake.root[task];
	info->state = fake.state[task] - 1u;
	return rcOk;
}

static void end(Handle task)
{
	fake.state[task] = TaskStateEnded + 1;
	fake.ended++;
}

Retcode KnTaskTerminate(Handle task)
{
	u32 state = fake.state[task] - 1u;

	assert_int_not_equal(fake.root[task], OTHER);
	if (state >= TaskStateFrozen)
		return rcInvalidOperation;
	if (fake.forks && state == TaskStateRunning) {
		fake.forks -= !fake.endless;
		add(fake.root[task], TaskStateRunning);
	}
	end(task);
	return rcOk;
}

/* What waits for a report comes when nothing of the root's runs any more. */
Retcode KnTaskTerminateAfterFreezing(Handle task)
{
	assert_int_not_equal(fake.root[task], OTHER);
	if (fake.state[task] != TaskStateFrozen + 1)
		return rcInvalidOperation;
	for (Pid pid = 1; pid <= fake.last; pid++)
		assert_false(fake.root[pid] == ROOT && fake.state[pid] == TaskStateRunning + 1);
	end(task);
	return rcOk;
}

/* --- */

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.next_gives = fake.info_gives = rcOk;
	add(0, TaskStateRunning);
	add(ROOT, TaskStateEnded);
	add(OTHER, TaskStateRunning);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(fake.handles, 0);
	assert_int_equal(fake.state[1], TaskStateRunning + 1);
	assert_int_equal(fake.state[OTHER], TaskStateRunning + 1);
	return 0;
}

static void test_every_state(void **state)
{
	(void)state;
	for (u32 s = TaskStateEmpty; s <= TaskStateEnded; s++) {
		add(ROOT, TaskStateEnded - s);
		add(OTHER, s);
		fake.state[add(ROOT, s)] *= s != TaskStateEnded; /* one is gone */
	}
	assert_rc(end_descendants(ROOT), rcOk);
	assert_int_equal(fake.ended, 8);
	for (Pid pid = 1; pid <= fake.last; pid++)
		if (fake.root[pid] == ROOT && fake.state[pid])
			assert_int_equal(fake.state[pid], TaskStateEnded + 1);
	assert_rc(end_descendants(ROOT), rcOk);
	assert_int_equal(fake.ended, 8);
}

static void test_new_ones_come(void **state)
{
	(void)state;
	add(ROOT, TaskStateRunning);
	add(ROOT, TaskStateFrozen);
	fake.forks = 5000;
	assert_rc(end_descendants(ROOT), rcOk);
	assert_int_equal(fake.ended, 5002);
}

static void test_they_never_stop(void **state)
{
	(void)state;
	add(ROOT, TaskStateRunning);
	fake.forks = 1;
	fake.endless = true;
	assert_rc(end_descendants(ROOT), rcBusy);
}

static void test_others_never_stop(void **state)
{
	(void)state;
	for (u32 i = 0; i < 100; i++)
		add(ROOT, TaskStateRunning);
	fake.forks = 100;
	fake.crowd = true;
	assert_rc(end_descendants(ROOT), rcOk);
	assert_int_equal(fake.ended, 200);
}

static void test_a_call_fails(void **state)
{
	(void)state;
	add(ROOT, TaskStateRunning);
	fake.next_gives = rcOutOfMemory;
	assert_rc(end_descendants(ROOT), rcOutOfMemory);
	fake.next_gives = rcOk;
	fake.info_gives = rcTargetFault;
	assert_rc(end_descendants(ROOT), rcTargetFault);
	fake.info_gives = rcOk;
	assert_rc(end_descendants(ROOT), rcOk);
	assert_int_equal(fake.ended, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new_ones_come, setup, teardown),
		cmocka_unit_test_setup_teardown(test_they_never_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others_never_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_call_fails, setup, teardown),
	};

	return cmocka_run_group_tests_name("descendants", tests, NULL, NULL);
}
