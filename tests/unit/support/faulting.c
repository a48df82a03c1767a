// SPDX-License-Identifier: Apache-2.0
#include "support/faulting.h"

#include "unit.h"

#include "arch/csr.h"
#include "arch/layout.h"
#include "fake/fake.h"

struct task *ended, *idle;

int faulting_setup(void **state)
{
	world_setup(state);
	idle = world_task_of(world_task("idle", TaskStateRunning));
	sched_set_policy(fake_hart.current, ThreadSchedPolicyFifo, 1, 0);
	assert_rc(call(FloeFnTaskSetExceptionHandler, PROCESS_HANDLER), rcOk);
	assert_int_equal(world_value, 0);
	csr_write(hstatus, HSTATUS_SPV | HSTATUS_SPVP);
	csr_write(vsstatus, 0);
	csr_write(vsatp, 0);
	fake_hart.current->vcpu.x[2] = STACK_AT + 4;
	ended = world_self;
	object_get(&ended->object);
	return 0;
}

int faulting_teardown(void **state)
{
	if (ended->state == TaskStateEnded)
		world_self = NULL;
	task_end(idle, TaskExitTerminated, 0);
	object_put(&ended->object);
	csr_write(vsatp, 0);
	return world_teardown(state);
}

struct thread *fault(void)
{
	struct thread *t = fake_hart.current;

	for (unsigned int i = 3; i < 32; i++)
		t->vcpu.x[i] = 1000 + i;
	world_exception(CAUSE_STORE_GUEST_PAGE_FAULT, RX_BASE + 4, UNMAPPED);
	return t;
}

struct thread *break_with(u64 vsstatus)
{
	struct thread *t = fake_hart.current;

	csr_write(vsstatus, vsstatus);
	csr_write(vsepc, RX_BASE + 4);
	csr_write(vscause, CAUSE_BREAKPOINT);
	csr_write(vstval, 0);
	world_exception(CAUSE_ECALL_VS, TRAP_PAGE, 0);
	return t;
}

void return_from_handler(struct thread *t, u64 result)
{
	t->vcpu.x[10] = result;
	world_exception(CAUSE_ECALL_VS, HANDLER_RETURN, 0);
}

void assert_unhandled(TaskFaultHandler handler)
{
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->fault.fault.cause, CAUSE_STORE_GUEST_PAGE_FAULT);
	assert_int_equal(ended->fault.fault.address, UNMAPPED);
	assert_int_equal(ended->fault.handler, handler);
}
