/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exception.h"

#include "core/guest_copy.h"
#include "core/slab.h"
#include "core/task.h"

#define STACK_ALIGN 16u /* RISC-V ELF psABI, integer calling convention */

static maccess_t access_wanted(u32 access)
{
	_Static_assert((u32)HalAccessRead == VMM_FLAG_READ, "alike");
	_Static_assert((u32)HalAccessWrite == VMM_FLAG_WRITE, "alike");

	return access == VMM_FLAG_EXECUTE ? HalAccessExecute : (maccess_t)access;
}

/* Enters a handler with its argument below the stack pointer of the exception. */
static bool enter(struct thread *t, gpa_t handler, TaskFaultRecord *record)
{
	struct exception *e = t->exception;
	gpa_t info_at = (e->then.x[2] - sizeof(ExceptionInfo)) & ~(gpa_t)(STACK_ALIGN - 1);
	ExceptionInfo info = { .type = fault_code(&e->fault),
			       .code = e->fault.cause,
			       .fault = { .addr = e->fault.address,
					  .access = access_wanted(e->fault.access) } };

	if (guest_check_write(&t->task->vm, info_at, sizeof(info)) != rcOk) {
		/* As its first push would. */
		record->handler = TaskFaultHandlerFunction;
		record->atHandler = (TaskFault){ .cause = CAUSE_STORE_GUEST_PAGE_FAULT,
						 .address = info_at,
						 .gpa = info_at,
						 .access = VMM_FLAG_WRITE,
						 .twoStage = true };
		return false;
	}
	guest_write(&t->task->vm, info_at, &info, sizeof(info));
	vcpu_frame(&e->then, e->fault.cause, e->fault.address, &e->frame);
	vcpu_enter_handler(&t->vcpu, handler, info_at);
	return true;
}

bool exception_deliver(struct thread *t, TaskFaultRecord *record)
{
	gpa_t process = t->task->handler;
	struct exception *e;

	record->handler = TaskFaultHandlerNone;
	if (record->fault.kind == TaskFaultPanic || !(process || t->handler))
		return false;
	if (t->exception) {
		record->handler = TaskFaultHandlerBusy;
		record->atHandler = t->exception->fault;
		return false;
	}
	/* Where the guest has levels or paging of its own, a handler is no address of ours. */
	e = vcpu_is_flat(&t->vcpu) ? mem_alloc(sizeof(*e)) : NULL;
	if (!e || !vcpu_keep(&e->then, &t->vcpu)) {
		slab_free(e);
		return false;
	}
	e->fault = record->fault;
	e->last_handler = !process;
	e->then.pc = e->fault.pc;
	t->exception = e;
	if (enter(t, process ? process : t->handler, record))
		return true;
	exception_drop(t);
	return false;
}

bool exception_returned(struct thread *t, i32 result, TaskFaultRecord *record)
{
	struct exception *e = t->exception;

	record->handler = TaskFaultHandlerNone;
	if (!result && !e->last_handler && t->handler) {
		e->last_handler = true;
		if (enter(t, t->handler, record))
			return true;
	}
	vcpu_restore_registers(&t->vcpu, &e->then);
	if (result)
		vcpu_set_frame(&t->vcpu, &e->frame);
	else
		t->vcpu.vsstatus = e->then.vsstatus;
	record->fault = e->fault;
	exception_drop(t);
	return result != 0;
}

void exception_drop(struct thread *t)
{
	if (t->exception)
		vcpu_destroy(&t->exception->then);
	slab_free(t->exception);
	t->exception = NULL;
}
