// SPDX-License-Identifier: Apache-2.0
/* Inspection: what the calls say of processes in several states, and run times. */
#include "unit.h"

#include "core/budget.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

#define STACK_PAGES ((u64)1)

static const TaskInfo *info_of(Handle h)
{
	memset(at(OUT_AT), 0xa5, sizeof(TaskInfo));
	assert_rc(call(FloeFnTaskGetInfo, h, OUT_AT), rcOk);
	return at(OUT_AT);
}

static void test_info(void **state)
{
	Handle h = world_task("child", TaskStateEmpty);
	const TaskInfo *info = info_of(h);

	(void)state;
	assert_int_equal(info->state, TaskStateEmpty);
	assert_int_equal(info->creator, world_self->pid);
	assert_int_equal(info->root, info->pid);
	assert_int_equal(info->cpuBudget, 0);
	assert_int_equal(info->pid, world_task_of(h)->pid);
	assert_int_equal(info->flags, TaskEmpty | TaskExceptionFreezesTask);
	assert_int_equal(info->threads, 0);
	assert_int_equal(info->hart, TASK_NO_HART);
	assert_int_equal(info->stackSize, STACK_PAGES << PAGE_SHIFT);
	assert_int_equal(info->runTime, 0);
	assert_int_equal(info->symTab, 0);
	assert_int_equal(info->windows, world_task_of(h)->limits.windows);
	assert_rc(budget_set(world_task_of(h), 20, 100, true), rcOk);
	info = info_of(h);
	assert_int_equal(info->cpuBudget, 20);
	assert_int_equal(info->cpuPeriod, 100);
	assert_int_equal(info->budgetFlags, TaskBudgetSoft);
	assert_rc(budget_set(world_task_of(h), 30, 200, false), rcOk);
	info = info_of(h);
	assert_int_equal(info->cpuBudget, 30);
	assert_int_equal(info->budgetFlags, 0);
	let_go(h);

	h = world_task("child", TaskStateFrozen);
	info = info_of(h);
	assert_int_equal(info->state, TaskStateFrozen);
	assert_int_equal(info->entryAddr, 0x10000);
	assert_int_equal(info->threads, 1);
	assert_int_equal(info->hart, 0);
	assert_int_equal(info->memory, vm_used(&world_task_of(h)->vm) << PAGE_SHIFT);
	assert_int_equal(info->memoryLimit, world_task_of(h)->limits.memoryLimit);
	let_go(h);

	h = world_task("child", TaskStateEnded);
	info = info_of(h);
	assert_int_equal(info->state, TaskStateEnded);
	assert_int_equal(info->exitStatus, TaskExitNormal);
	assert_int_equal(info->exitCode, 7);
	assert_int_equal(info->threads, 0);
	assert_int_equal(info->memory, 0);
	let_go(h);
}

/* Who comes from whom stays known when those in between are gone. */
static void test_root(void **state)
{
	Handle h = world_task("child", TaskStateEmpty);
	struct task_request q = { .name = "second", .eiid = "class", .creator = world_task_of(h) };
	struct task *second, *third;
	Pid root = q.creator->pid;

	(void)state;
	assert_int_equal(world_self->root, 0);
	assert_rc(task_create(&q, &second), rcOk);
	assert_int_equal(world_self->ndescendants, 2);
	let_go(h);
	/* It is its creator's creator's then, and counts there as it did before. */
	assert_ptr_equal(second->creator, world_self);
	assert_int_equal(world_self->ndescendants, 1);
	q.name = "third";
	q.creator = second;
	assert_rc(task_create(&q, &third), rcOk);
	assert_int_equal(world_self->ndescendants, 2);
	assert_int_equal(second->ndescendants, 1);
	assert_int_equal(second->root, root);
	assert_int_equal(third->root, root);
	object_put(&third->object);
	object_put(&second->object);
	world_settle();
}

static void expect_text(Handle h, TaskString which, const char *text)
{
	u64 bytes = strlen(text) + 1;

	assert_rc(call(FloeFnTaskGetString, h, which, OUT_AT, bytes), rcOk);
	assert_string_equal(at(OUT_AT), text);
	if (bytes > 1)
		assert_rc(call(FloeFnTaskGetString, h, which, OUT_AT, bytes - 1), rcBufferTooSmall);
}

static void test_strings(void **state)
{
	Handle h = world_task("child", TaskStateEmpty);

	(void)state;
	expect_text(h, TaskStringName, "child");
	expect_text(h, TaskStringClass, "test.Child");
	expect_text(h, TaskStringPath, "");
	store(NAME_AT, "child.elf", 10);
	assert_rc(call(FloeFnTaskSetPath, h, NAME_AT), rcOk);
	expect_text(h, TaskStringPath, "child.elf");
	assert_rc(call(FloeFnTaskGetString, h, 3, OUT_AT, 64), rcInvalidArgument);
	assert_rc(call(FloeFnTaskGetString, h, ~(u64)0, OUT_AT, 64), rcInvalidArgument);
	assert_rc(call(FloeFnTaskGetString, h, TaskStringName, OUT_AT, 0), rcInvalidArgument);
	assert_rc(call(FloeFnTaskGetString, h, TaskStringName, 0, 64), rcInvalidArgument);
	assert_rc(call(FloeFnTaskGetString, h, TaskStringName, UNMAPPED, 64), rcTargetFault);
	/* Only as much as the string takes has to be there. */
	assert_rc(call(FloeFnTaskGetString, h, TaskStringName, OUT_AT, ~(u64)0), rcOk);
	let_go(h);
}

static void expect_untouched(Handle h, gpa_t gpa, u64 bytes)
{
	assert_rc(call(FloeFnTaskGetUntouched, h, gpa, OUT_AT), rcOk);
	assert_int_equal(load_u64(OUT_AT), bytes);
}

static void test_regions(void **state)
{
	Handle h = world_task("child", TaskStateEmpty);
	const TaskRegionInfo *r = at(OUT_AT);
	u64 flags = VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_LOW_GUARD;
	Handle mdl = world_mdl(2, VMM_FLAG_READ);
	gpa_t first;

	(void)state;
	assert_rc(call(FloeFnTaskGetRegionInfo, h, 0, OUT_AT), rcResourceNotFound);
	((VmSeg *)at(IN_AT))->loadAddr = 0x20000;
	assert_rc(call(FloeFnTaskLoadSeg, h, IN_AT, OUT_AT), rcOk);
	assert_rc(call(FloeFnTaskVmReserve, h, 0x40000, 3 * PAGE_SIZE, flags, OUT_AT), rcOk);
	assert_rc(call(FloeFnTaskGetRegionInfo, h, 0, OUT_AT), rcOk);
	assert_int_equal(r->base, 0x20000);
	assert_int_equal(r->size, 2 * PAGE_SIZE);
	assert_int_equal(r->committed, 2 * PAGE_SIZE);
	assert_int_equal(r->flags, VMM_FLAG_READ);
	assert_int_equal(r->kind, TaskRegionMapped);
	first = r->base;
	assert_rc(call(FloeFnTaskGetRegionInfo, h, first, OUT_AT), rcOk);
	assert_int_equal(r->base, 0x40000);
	assert_int_equal(r->committed, 0);
	assert_int_equal(r->flags, flags);
	assert_int_equal(r->kind, TaskRegionReserved);
	assert_rc(call(FloeFnTaskGetRegionInfo, h, 0x40000, OUT_AT), rcResourceNotFound);
	expect_untouched(h, 0, 0);
	expect_untouched(h, 0x20000, 0);
	expect_untouched(h, 0x22000, 0);
	expect_untouched(h, 0x40000, 3 * PAGE_SIZE);
	expect_untouched(h, 0x41005, 2 * PAGE_SIZE - 5);
	expect_untouched(h, 0x42fff, 1);
	assert_rc(call(FloeFnTaskGetRegionInfo, h, ~(u64)0, OUT_AT), rcResourceNotFound);
	let_go(h);
	assert_rc(call(FloeFnHandleClose, mdl), rcOk);

	/* Frozen memory that became an object in order to be shared is still private. */
	h = world_task("child", TaskStateFrozen);
	assert_non_null(vm_resolve(&world_task_of(h)->vm, vm_next(&world_task_of(h)->vm, 0)->base,
				   VMM_FLAG_READ, &(u64){ 0 }));
	assert_rc(call(FloeFnTaskGetRegionInfo, h, 0, OUT_AT), rcOk);
	assert_int_equal(r->kind, TaskRegionStack);
	assert_int_equal(r->committed, PAGE_SIZE);

	/* Memory that outlives its process counts for it no more. */
	assert_rc(
		call(FloeFnTaskGetNextVmRegion, h, 0, OUT_AT, OUT_AT + 8, OUT_AT + 16, OUT_AT + 24),
		rcOk);
	mdl = load_u32(OUT_AT + 24);
	assert_rc(call(FloeFnTaskTerminateAfterFreezing, h), rcOk);
	assert_int_equal(info_of(h)->memory, 0);
	assert_rc(call(FloeFnHandleClose, mdl), rcOk);
	let_go(h);
}

/* The caller's time counts while it runs, its child's until it was put down. */
static void test_run_time(void **state)
{
	Handle self_handle, h = world_task("child", TaskStateRunning);
	struct task *child = world_task_of(h);
	struct thread *t = child->initial_thread;
	u64 before;

	(void)state;
	object_get(&world_self->object);
	self_handle = handle_open(&world_self->handles, &world_self->object, OCAP_TASK_QUERY);
	before = info_of(self_handle)->runTime;
	fake_cpu.time += 5 * MS;
	assert_int_equal(info_of(self_handle)->runTime - before, 5 * MS);
	assert_int_equal(info_of(h)->runTime, 0);

	/* The child takes over for a while. */
	sched_remove(world_self->initial_thread, THREAD_BLOCKED);
	assert_ptr_equal(world_run(), t);
	fake_cpu.time += 3 * MS;
	assert_int_equal(sched_run_time(t), 3 * MS);
	sched_remove(t, THREAD_BLOCKED);
	sched_wake(world_self->initial_thread);
	assert_ptr_equal(world_run()->task, world_self);
	fake_cpu.time += 2 * MS;
	assert_int_equal(info_of(h)->runTime, 3 * MS);
	assert_int_equal(info_of(self_handle)->runTime - before, 7 * MS);

	/* What it ran is still said when it has ended. */
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	assert_int_equal(info_of(h)->runTime, 3 * MS);
	assert_rc(call(FloeFnHandleClose, self_handle), rcOk);
	let_go(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_info),    WORLD_TEST(test_root),     WORLD_TEST(test_strings),
		WORLD_TEST(test_regions), WORLD_TEST(test_run_time),
	};

	return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
