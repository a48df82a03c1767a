// SPDX-License-Identifier: Apache-2.0
/* Inspection of threads: their registers, what they do, and the record of a fault. */
#include "unit.h"

#include "support/world.h"

#include <string.h>

/* A child with a record whose every part is different. */
static void test_fault_record(void **state)
{
	Handle h = world_task("child", TaskStateFrozen);
	TaskFaultRecord *r = &world_task_of(h)->fault;
	TaskFaultRecord record;

	(void)state;
	r->fault = (TaskFault){ .kind = TaskFaultException,
				.cause = 21,
				.pc = 0x1000,
				.address = 0x2000,
				.gpa = 0x3000,
				.access = VMM_FLAG_READ,
				.mapped = VMM_FLAG_WRITE,
				.twoStage = true,
				.instruction = 0x411c,
				.instructionSize = 2 };
	r->atHandler = (TaskFault){ .kind = TaskFaultOutOfMemory,
				    .cause = 20,
				    .pc = 0x1001,
				    .address = 0x2001,
				    .gpa = 0x3001,
				    .access = VMM_FLAG_EXECUTE,
				    .mapped = VMM_FLAG_READ,
				    .instruction = 0x1234567,
				    .instructionSize = 4 };
	r->handler = TaskFaultHandlerFunction;
	r->atPc = (TaskFaultRegion){ 0x1000, 3 * PAGE_SIZE, VMM_FLAG_EXECUTE, 0 };
	r->atAddress = (TaskFaultRegion){ 0 };
	r->csrs = (ThreadCsrs){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	r->frame.x[31] = 31;
	memset(at(OUT_AT), 0xa5, sizeof(record));
	assert_rc(call(FloeFnTaskGetFaultRecord, h, OUT_AT), rcOk);
	memcpy(&record, at(OUT_AT), sizeof(record));
	assert_int_equal(record.tid, r->tid);
	assert_int_equal(record.handler, TaskFaultHandlerFunction);
	assert_memory_equal(&record.fault,
			    (&(TaskFault){ TaskFaultException, VMM_FLAG_READ, VMM_FLAG_WRITE, 1,
					   0x411c, 2, 21, 0x1000, 0x2000, 0x3000 }),
			    sizeof(TaskFault));
	assert_memory_equal(&record.atHandler,
			    (&(TaskFault){ TaskFaultOutOfMemory, VMM_FLAG_EXECUTE, VMM_FLAG_READ, 0,
					   0x1234567, 4, 20, 0x1001, 0x2001, 0x3001 }),
			    sizeof(TaskFault));
	assert_int_equal(record.atPc.base, 0x1000);
	assert_int_equal(record.atPc.size, 3 * PAGE_SIZE);
	assert_int_equal(record.atPc.access, VMM_FLAG_EXECUTE);
	assert_int_equal(record.atAddress.size, 0);
	assert_int_equal(record.csrs.hvip, 10);
	assert_int_equal(record.frame.x[31], 31);
	let_go(h);
}

static void test_thread_state(void **state)
{
	Handle h = world_task("child", TaskStateFrozen);
	struct task *task = world_task_of(h);
	struct thread *t = task->initial_thread;
	const KnThreadState *s = at(OUT_AT);

	(void)state;
	t->vcpu.f[31] = 0x31;
	t->vcpu.fcsr = 7;
	t->vcpu.x[5] = 55;
	t->vcpu.vsepc = 66;
	t->run_time = 1234;
	assert_rc(call(FloeFnTaskGetThreadState, h, 0, OUT_AT), rcOk);
	assert_int_equal(s->tid, t->tid);
	assert_int_equal(s->f[31], 0x31);
	assert_int_equal(s->fcsr, 7);
	assert_int_equal(s->frame.x[5], 55);
	assert_int_equal(s->csrs.vsepc, 66);
	assert_int_equal(s->runTime, 1234);
	assert_int_equal(s->policy, ThreadSchedPolicyOther);
	/* The faulting thread's registers are those of the fault. */
	task->fault.tid = t->tid;
	task->fault.frame.x[5] = 77;
	task->fault.csrs.vsepc = 88;
	assert_rc(call(FloeFnTaskGetThreadState, h, 0, OUT_AT), rcOk);
	assert_int_equal(s->frame.x[5], 77);
	assert_int_equal(s->csrs.vsepc, 88);
	assert_rc(call(FloeFnTaskGetThreadState, h, 1, OUT_AT), rcResourceNotFound);
	assert_rc(call(FloeFnTaskGetThreadState, h, 0xffffffff, OUT_AT), rcResourceNotFound);
	let_go(h);
}

/* Lowest id first, whatever their order; also of a process that runs. */
static void test_thread_info(void **state)
{
	Handle h = world_task("child", TaskStateRunning);
	const struct thread_request q = { .task = world_task_of(h),
					  .start = { .entry = 0x10000 },
					  .stack_bytes = PAGE_SIZE,
					  .policy = ThreadSchedPolicyFifo,
					  .priority = 9 };
	struct thread *first = q.task->initial_thread, *second;
	const TaskThreadInfo *info = at(OUT_AT);

	(void)state;
	assert_rc(thread_create(&q, &second), rcOk);
	second->affinity = 5;
	memset(at(OUT_AT), 0xa5, sizeof(*info));
	assert_rc(call(FloeFnTaskGetThreadInfo, h, 0, OUT_AT), rcOk);
	assert_int_equal(info->tid, first->tid);
	assert_int_equal(info->state, TaskThreadReady);
	assert_int_equal(info->policy, ThreadSchedPolicyOther);
	assert_int_equal(info->hart, 0);
	assert_int_equal(info->reserved, 0);
	assert_int_equal(info->runTime, 0);
	thread_start(second, true);
	/* As a freeze would leave them. */
	list_del(&second->task_link);
	list_add_head(&q.task->threads, &second->task_link);
	assert_rc(call(FloeFnTaskGetThreadInfo, h, first->tid, OUT_AT), rcOk);
	assert_int_equal(info->tid, second->tid);
	assert_int_equal(info->state, TaskThreadBlocked);
	assert_int_equal(info->policy, ThreadSchedPolicyFifo);
	assert_int_equal(info->priority, 9);
	assert_int_equal(info->cpuMask, 5);
	assert_rc(call(FloeFnTaskGetThreadInfo, h, second->tid, OUT_AT), rcResourceNotFound);
	assert_rc(call(FloeFnTaskGetThreadInfo, h, 0, OUT_AT), rcOk);
	assert_int_equal(info->tid, first->tid);
	let_go(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_fault_record),
		WORLD_TEST(test_thread_state),
		WORLD_TEST(test_thread_info),
	};

	return cmocka_run_group_tests_name("inspect_threads", tests, NULL, NULL);
}
