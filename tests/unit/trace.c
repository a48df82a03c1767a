// SPDX-License-Identifier: Apache-2.0
/* The trace: events in their order, in a ring that inspectors can map. */
#include "unit.h"

#include "arch/csr.h"
#include "core/trace.h"
#include "fake/fake.h"
#include "support/world.h"

static const FloeTraceEvent *event(u64 back)
{
	const FloeTraceRing *ring = fake_hart.trace;

	return &ring->events[(ring->count - 1 - back) % FLOE_TRACE_EVENTS];
}

static u64 type_of(const FloeTraceEvent *e)
{
	return e->timeAndType >> FLOE_TRACE_TYPE_SHIFT;
}

static void check(u64 back, enum FloeTraceType type, u64 arg, u64 value)
{
	const FloeTraceEvent *e = event(back);

	assert_int_equal(type_of(e), type);
	assert_int_equal(e->arg, arg);
	assert_int_equal(e->value, value);
}

static void test_events(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	const struct task *task = world_task_of(h);
	u64 before = fake_hart.trace->count;

	(void)state;
	fake_cpu.time += 5;
	/* It only asks. */
	call(FloeFnAbiVersion, 0);
	assert_int_equal(fake_hart.trace->count, before);
	call(FloeFnTaskTerminate, 0xbad);
	assert_int_equal(fake_hart.trace->count, before + 1);
	check(0, FloeTraceCall, FLOE_SBI_EXTENSION, FloeFnTaskTerminate);
	assert_int_equal(event(0)->timeAndType & (((u64)1 << FLOE_TRACE_TYPE_SHIFT) - 1),
			 fake_cpu.time);
	assert_rc(call(FloeFnTaskTerminate, h), rcOk);
	check(0, FloeTraceEnd, task->pid, TaskExitTerminated);
	h = world_task("second", TaskStateFrozen);
	task = world_task_of(h);
	/* Created, prepared, resumed, frozen. */
	check(0, FloeTraceFreeze, task->pid,
	      list_first(&task->threads, struct thread, task_link)->tid);
	check(1, FloeTraceStart, task->pid,
	      list_first(&task->threads, struct thread, task_link)->tid);
	check(2, FloeTraceCall, FLOE_SBI_EXTENSION, FloeFnTaskResume);
	check(4, FloeTraceCreate, task->pid, world_self->pid);
}

static void test_faults(void **state)
{
	struct region q = { .base = 0x40000000,
			    .npages = 1,
			    .prot = VMM_FLAG_READ | VMM_FLAG_WRITE,
			    .flags = REGION_COMMIT };
	struct region *region;

	(void)state;
	assert_rc(vm_map(&world_self->vm, &q, &region), rcOk);
	world_exception(CAUSE_STORE_GUEST_PAGE_FAULT, RX_BASE, 0x40000000);
	check(0, FloeTraceFault, CAUSE_STORE_GUEST_PAGE_FAULT, 0x40000000);
	world_exception(CAUSE_INTERRUPT | CAUSE_S_SOFT, RX_BASE, 0);
	check(0, FloeTraceInterrupt, CAUSE_S_SOFT, 0);
}

/* Old events make room. */
static void test_wraps(void **state)
{
	u64 before = fake_hart.trace->count;

	(void)state;
	for (u64 i = 0; i < FLOE_TRACE_EVENTS + 10; i++)
		trace(FloeTraceIdle, i, ~i);
	assert_int_equal(fake_hart.trace->count, before + FLOE_TRACE_EVENTS + 10);
	for (u64 i = 0; i < FLOE_TRACE_EVENTS; i++)
		check(i, FloeTraceIdle, FLOE_TRACE_EVENTS + 9 - i, ~(FLOE_TRACE_EVENTS + 9 - i));
}

static void test_opening(void **state)
{
	struct hart hart = { .index = 3 };
	struct pgtable_leaf leaf;
	Handle h;

	(void)state;
	assert_rc(call(FloeFnTraceOpen, 0, OUT_AT), rcResourceNotFound);
	assert_true(trace_init(&hart));
	assert_int_equal(hart.trace->cpu, 3);
	fake_hart.trace_mem = hart.trace_mem;
	assert_rc(call(FloeFnTraceOpen, 1, OUT_AT), rcResourceNotFound);
	assert_rc(call(FloeFnTraceOpen, 0, OUT_AT), rcOk);
	h = load_u32(OUT_AT);
	assert_rc(call(FloeFnMdlMap, h, 0, PAGE_SIZE, 0, VMM_FLAG_READ | VMM_FLAG_WRITE, OUT_AT),
		  rcNoCapability);
	assert_rc(call(FloeFnMdlMap, h, 0, PAGE_SIZE, 0, VMM_FLAG_READ, OUT_AT), rcOk);
	assert_true(pgtable_lookup(&world_self->vm.gs, load_u64(OUT_AT), &leaf));
	assert_ptr_equal(leaf.page, hart.trace);
	world_self->limits.permissions = 0;
	assert_rc(call(FloeFnTraceOpen, 0, OUT_AT), rcSecurityDisallow);
	task_end(world_self, TaskExitNormal, 0);
	world_self = NULL;
	world_settle();
	memobj_put(hart.trace_mem);
	object_reap();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_events),
		WORLD_TEST(test_faults),
		WORLD_TEST(test_wraps),
		WORLD_TEST(test_opening),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
