// SPDX-License-Identifier: Apache-2.0
/* Lives of processes, from creation to the last page; and their deaths. */
#include "unit.h"

#include "console/console.h"
#include "core/page.h"
#include "core/region.h"
#include "core/guest_copy.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

/* An SDK program's preparation, with everything there is; entry set. */
static Handle prepared(const char *name)
{
	TaskLimits limits = { .memoryLimit = 200 << PAGE_SHIFT };
	TaskInitialState initial = { .entryAddr = 0x10004, .relocBase = 0x10000 };
	Handle h = world_task(name, TaskStateEmpty), mdl;
	VmSeg seg;

	assert_rc(call(FloeFnTaskReseedAslr, h, BUFFER_AT, 32), rcOk);
	assert_rc(call(FloeFnTaskSetPath, h, NAME_AT), rcOk);
	mdl = world_mdl(3, RX_);
	memcpy(&seg, at(IN_AT), sizeof(seg));
	seg.loadAddr = 0x10000;
	store(IN_AT, &seg, sizeof(seg));
	assert_rc(call(FloeFnTaskLoadSeg, h, IN_AT, OUT_AT), rcOk);
	seg.loadAddr = 0;
	store(IN_AT, &seg, sizeof(seg));
	assert_rc(call(FloeFnTaskLoadElfSyms, h, IN_AT, 24, IN_AT, 100), rcOk);
	assert_rc(call(FloeFnHandleClose, mdl), rcOk);
	store(IN_AT, &initial, sizeof(initial));
	assert_rc(call(FloeFnTaskSetInitialState, h, IN_AT), rcOk);
	assert_rc(call(FloeFnTaskSetElfHdr, h, BUFFER_AT, 64), rcOk);
	assert_rc(call(FloeFnTaskSetEnv, h, BUFFER_AT, 6000), rcOk);
	assert_rc(call(FloeFnTaskSetEnv, h, BUFFER_AT, 100), rcOk);
	store(IN_AT, &limits, sizeof(limits));
	assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), rcOk);
	assert_rc(call(FloeFnTaskSetInitialThreadPriority, h, 7), rcOk);
	return h;
}

static void test_everything_comes_back(void **state)
{
	u64 used = vm_used(&world_self->vm), nfree = page_count_free();

	(void)state;
	for (unsigned int turn = 0; turn < 10; turn++) {
		Handle h = prepared("child");
		struct task *task = world_task_of(h);

		if (turn & 1) {
			assert_rc(call(FloeFnTaskResume, h), rcOk);
			vm_touch(&task->vm,
				 list_first(&task->threads, struct thread, task_link)->vcpu.x[2] -
					 8,
				 VMM_FLAG_WRITE);
		}
		if (turn & 2)
			assert_rc(call(FloeFnTaskTerminate, h), rcOk);
		assert_rc(call(FloeFnHandleClose, h), rcOk);
		if ((turn & 3) == 1)
			task_end(task, TaskExitNormal, 0);
		world_settle();
		assert_int_equal(world_self->ndescendants, 0);
		assert_int_equal(vm_used(&world_self->vm), used);
		assert_int_equal(page_count_free(), nfree);
	}
}

static void test_what_a_process_finds(void **state)
{
	Handle h = prepared("child");
	struct task *task = world_task_of(h);
	struct thread *t;
	Pcb pcb;
	char name[16], scp[100];
	u64 left;

	(void)state;
	store(BUFFER_AT, "the environment", 16);
	assert_rc(call(FloeFnTaskSetEnv, h, BUFFER_AT, 100), rcOk);
	assert_rc(call(FloeFnTaskResume, h), rcOk);
	t = list_first(&task->threads, struct thread, task_link);
	assert_int_equal(t->vcpu.pc, 0x10004);
	assert_int_equal(t->priority, 7);
	assert_int_equal(t->policy, ThreadSchedPolicyOther);
	for (unsigned int i = 1; i < 32; i++)
		if (i != 2)
			assert_int_equal(t->vcpu.x[i], 0);
	/* The stack ends in a guard page, and so does it begin. */
	assert_non_null(vm_resolve(&task->vm, t->vcpu.x[2] - 8, VMM_FLAG_WRITE, &left));
	assert_null(vm_resolve(&task->vm, t->vcpu.x[2], VMM_FLAG_READ, &left));
	assert_null(vm_find(&task->vm, t->vcpu.x[2] - PAGE_SIZE - 8));
	assert_int_equal(guest_peek(&task->vm, task->pcb->base, &pcb, sizeof(pcb)), sizeof(pcb));
	assert_int_equal(pcb.abiVersion, FLOE_ABI_VERSION);
	assert_int_equal(pcb.pid, task->pid);
	assert_int_equal(pcb.relocBase, 0x10000);
	assert_int_equal(pcb.romfs, VM_ROMFS);
	assert_int_equal(pcb.gsi, VM_GSI);
	assert_int_equal(pcb.scpSize, 100);
	assert_int_equal(pcb.symTabSize, 24);
	assert_int_equal(pcb.elfHdrSize, 64);
	guest_peek(&task->vm, task->pcb->base + pcb.nameOffset, name, 6);
	assert_string_equal(name, "child");
	guest_peek(&task->vm, task->pcb->base + pcb.pathOffset, name, 6);
	assert_string_equal(name, "child");
	guest_peek(&task->vm, pcb.scp, scp, sizeof(scp));
	assert_string_equal(scp, "the environment");
	/* Its own pages it can only read. */
	assert_null(vm_resolve(&task->vm, task->pcb->base, VMM_FLAG_WRITE, &left));
	assert_null(vm_resolve(&task->vm, pcb.scp, VMM_FLAG_WRITE, &left));
	task_end(task, TaskExitNormal, 0);
}

/* Each allocation of a call fails once: it says so, and nothing stays behind. */
static void test_failing_allocations(void **state)
{
	Handle empty = world_task("empty", TaskStateEmpty), ready = prepared("ready");
	const struct {
		u64 function;
		u64 a[6];
	} calls[] = {
		{ FloeFnTaskSetPath, { empty, NAME_AT } },
		{ FloeFnTaskSetElfHdr, { empty, BUFFER_AT, 1024 } },
		{ FloeFnTaskSetEnv, { empty, BUFFER_AT, 100000 } },
		{ FloeFnTaskLoadSeg, { empty, IN_AT, OUT_AT } },
		{ FloeFnTaskLoadElfSyms, { empty, IN_AT, 24, IN_AT, 24 } },
		{ FloeFnTaskResume, { ready } },
		{ FloeFnTaskCreate,
		  { EIID_AT, EIID_AT, 0, 0, (u64)TaskEmpty << 32 | ThreadPriorityNormal, OUT_AT } },
	};

	(void)state;
	world_mdl(600, RX_);
	for (size_t c = 0; c < ARRAY_SIZE(calls); c++)
		for (unsigned int n = 0;; n++) {
			u64 nfree = page_count_free();
			u32 regions = world_task_of(empty)->vm.nregions;
			u64 used = vm_used(&world_task_of(ready)->vm);
			Retcode rc;

			memory_fail(FAIL_FROM, n);
			rc = world_call(calls[c].function, calls[c].a);
			if (!memory_fail_end()) {
				assert_rc(rc, rcOk);
				break;
			}
			assert_rc(rc, rcOutOfMemory);
			assert_int_equal(page_count_free(), nfree);
			assert_int_equal(world_task_of(empty)->vm.nregions, regions);
			assert_int_equal(vm_used(&world_task_of(ready)->vm), used);
		}
	task_end(world_task_of(ready), TaskExitNormal, 0);
}

/* W^X holds from the first mapping on: the permission to break it goes before. */
static void test_permission_stays(void **state)
{
	TaskLimits limits = { .permissions = TaskMayRwx };
	Handle h = world_task("child", TaskStateEmpty);

	(void)state;
	world_self->limits.permissions |= TaskMayRwx;
	store(IN_AT, &limits, sizeof(limits));
	assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), rcOk);
	limits.permissions = 0;
	store(IN_AT, &limits, sizeof(limits));
	assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), rcOk);
	limits.permissions = TaskMayRwx;
	store(IN_AT, &limits, sizeof(limits));
	assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), rcOk);
	assert_rc(call(FloeFnTaskVmReserve, h, 0, PAGE_SIZE, VMM_FLAG_READ, OUT_AT), rcOk);
	limits.permissions = 0;
	store(IN_AT, &limits, sizeof(limits));
	assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), rcInvalidOperation);
	assert_true(world_task_of(h)->vm.allow_rwx);
}

static void test_limits(void **state)
{
	static const struct {
		TaskLimits limits;
		Retcode rc;
	} cases[] = {
		{ { 0, 0, 0, 0, 0 }, rcOk },
		{ { 3000 << PAGE_SHIFT, 100, TaskMayInspect, 3, 0 }, rcOk },
		{ { 3001 << PAGE_SHIFT, 0, 0, 0, 0 }, rcSecurityDisallow },
		{ { 0, 101, 0, 0, 0 }, rcSecurityDisallow },
		{ { 0, 0, TaskMayRwx, 0, 0 }, rcSecurityDisallow },
		{ { 0, 0, 0, 4, 0 }, rcSecurityDisallow },
		{ { 0, 0, 4, 0, 0 }, rcInvalidArgument },
		{ { 1, 0, 0, 0, 0 }, rcQuotaExceeded },
		{ { 0, 0, 0, 0, 4 }, rcSecurityDisallow },
		{ { 20 << PAGE_SHIFT, 2, 0, 1, 2 }, rcOk },
	};
	Handle h = world_task("child", TaskStateEmpty);
	struct task *task = world_task_of(h);

	(void)state;
	assert_rc(call(FloeFnTaskSetEnv, h, BUFFER_AT, 3000), rcOk);
	assert_int_equal(task->limits.memoryLimit, 3000 << PAGE_SHIFT);
	assert_int_equal(task->limits.maxTasks, 0);
	assert_int_equal(task->limits.permissions, 0);
	assert_int_equal(task->limits.cpuMask, 3);
	assert_true(task->limits.windows == (FLOE_NO_WINDOW | 3));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		TaskLimits before = task->limits;

		store(IN_AT, &cases[i].limits, sizeof(TaskLimits));
		assert_rc(call(FloeFnTaskSetLimits, h, IN_AT), cases[i].rc);
		if (cases[i].rc != rcOk)
			assert_memory_equal(&task->limits, &before, sizeof(before));
	}
	assert_int_equal(task->vm.limit, 20);
	assert_int_equal(task->limits.windows, 2);
	assert_rc(call(FloeFnTaskSetEnv, h, BUFFER_AT, 20 << PAGE_SHIFT), rcQuotaExceeded);
}

static void test_names(void **state)
{
	Handle h = world_task("child", TaskStateEmpty), other;
	Pid first, second;

	(void)state;
	store(NAME_AT, "child", 6);
	assert_rc(call(FloeFnTaskCreate, NAME_AT, EIID_AT, 0, 0, (u64)TaskEmpty << 32, OUT_AT),
		  rcAlreadyExists);
	/* An ended one still has its name, until it is gone. */
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_rc(call(FloeFnTaskCreate, NAME_AT, EIID_AT, 0, 0, (u64)TaskEmpty << 32, OUT_AT),
		  rcAlreadyExists);
	assert_rc(call(FloeFnTaskGetIdByHandle, h, OUT_AT), rcOk);
	first = load_u32(OUT_AT);
	assert_rc(call(FloeFnHandleClose, h), rcOk);
	world_settle();
	other = world_task("child", TaskStateEmpty);
	assert_rc(call(FloeFnTaskGetIdByHandle, other, OUT_AT), rcOk);
	second = load_u32(OUT_AT);
	assert_true(second > first);
}

static void test_children_outlive_their_creator(void **state)
{
	Handle running = world_task("running", TaskStateRunning);
	struct task *child = world_task_of(running);

	(void)state;
	world_task("empty", TaskStateEmpty);
	world_task("frozen", TaskStateFrozen);
	fake_output_clear();
	world_call(FloeFnTaskExit, (const u64[6]){ 42 });
	world_self = NULL;
	world_settle();
	assert_non_null(strstr(fake_output(), "[floe] ended: caller (pid "));
	assert_non_null(strstr(fake_output(), "exit code 42\n"));
	/* What only a handle held has ended with it. */
	assert_null(strstr(fake_output(), "empty"));
	assert_non_null(strstr(fake_output(), "[floe] ended: frozen (pid "));
	assert_null(strstr(fake_output(), "ended: running"));
	assert_int_equal(child->state, TaskStateRunning);
	assert_null(child->creator);
	task_end(child, TaskExitNormal, 0);
}

static void test_environment_is_freed_by_its_owner(void **state)
{
	u64 used = vm_used(&world_self->vm);

	(void)state;
	assert_rc(task_set_env(world_self, BUFFER_AT, 5000, &world_self->vm), rcOk);
	assert_true(vm_used(&world_self->vm) > used);
	assert_rc(call(FloeFnTaskFreeEnv), rcOk);
	assert_int_equal(vm_used(&world_self->vm), used);
	assert_rc(call(FloeFnTaskFreeEnv), rcInvalidOperation);
}

static void test_exceptions(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	struct task *child = world_task_of(h);
	const struct thread *self = fake_hart.current;

	(void)state;
	thread_block(WAIT_SLEEP, NULL, fake_cpu.time + 100 * MS);
	assert_ptr_equal(world_run()->task, child);
	fake_hart.current->vcpu.x[10] = 0x1234;
	fake_output_clear();
	/* A load from nowhere, refused by the second stage. */
	world_exception(CAUSE_LOAD_GUEST_PAGE_FAULT, 0x10008, 0x4000);
	assert_int_equal(child->state, TaskStateFrozen);
	assert_ptr_equal(fake_hart.current, self);
	console_flush();
	assert_non_null(strstr(fake_output(), "[floe] frozen: child (pid "));
	assert_non_null(strstr(fake_output(),
			       "load guest-page fault on 0x4000, nothing mapped at 0x10008\n"));
	assert_rc(call(FloeFnTaskGetExceptionInfo, h, OUT_AT, OUT_AT + 8, OUT_AT + 16), rcOk);
	assert_int_equal(load_u32(OUT_AT), HalExcAccess);
	assert_int_equal(load_u64(OUT_AT + 8), CAUSE_LOAD_GUEST_PAGE_FAULT);
	assert_int_equal(load_u64(OUT_AT + 16 + 10 * 8), 0x1234);
	assert_int_equal(load_u64(OUT_AT + 16 + 32 * 8), 0x10008);
	assert_rc(call(FloeFnTaskGetThreadContext, h, 0, OUT_AT), rcOk);
	assert_int_equal(load_u64(OUT_AT + 8 + 10 * 8), 0x1234);
	assert_rc(call(FloeFnTaskGetThreadContext, h, 1, OUT_AT), rcResourceNotFound);
	assert_rc(call(FloeFnTaskTerminateAfterFreezing, h), rcOk);
	assert_rc(call(FloeFnTaskGetExitStatus, h, OUT_AT), rcOk);
	assert_int_equal(load_u32(OUT_AT), TaskExitUnexpected);
}

static void test_panic_of_the_caller(void **state)
{
	(void)state;
	world_task("next", TaskStateRunning);
	fake_output_clear();
	world_call(FloeFnTaskPanic, (const u64[6]){ 0 });
	assert_int_equal(fake_hart.current->task->state, TaskStateRunning);
	world_self = NULL;
	world_settle();
	assert_non_null(strstr(fake_output(), "[floe] ended: caller (pid "));
	assert_non_null(strstr(fake_output(), "): panic at 0x"));
	task_end(fake_hart.current->task, TaskExitNormal, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_everything_comes_back),
		WORLD_TEST(test_what_a_process_finds),
		WORLD_TEST(test_failing_allocations),
		WORLD_TEST(test_limits),
		WORLD_TEST(test_permission_stays),
		WORLD_TEST(test_names),
		WORLD_TEST(test_environment_is_freed_by_its_owner),
		WORLD_TEST(test_exceptions),
		WORLD_TEST(test_children_outlive_their_creator),
		WORLD_TEST(test_panic_of_the_caller),
	};

	return cmocka_run_group_tests_name("task_life", tests, NULL, NULL);
}
