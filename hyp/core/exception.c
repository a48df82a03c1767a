/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exception.h"

#include "arch/csr.h"
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
static bool enter(struct thread *t, gpa_t handler, struct fault *why)
{
	struct exception *e = t->exception;
	gpa_t info_at = (e->then.x[2] - sizeof(ExceptionInfo)) & ~(gpa_t)(STACK_ALIGN - 1);
	ExceptionInfo info = { .type = fault_code(&e->fault),
			       .code = e->fault.cause,
			       .fault = { .addr = e->fault.address,
					  .access = access_wanted(e->fault.access) } };

	if (guest_check_write(&t->task->vm, info_at, sizeof(info)) != rcOk) {
		/* As its first push would. */
		*why = (struct fault){ .cause = CAUSE_STORE_GUEST_PAGE_FAULT,
				       .address = info_at,
				       .gpa = info_at,
				       .access = VMM_FLAG_WRITE,
				       .two_stage = true };
		return false;
	}
	guest_write(&t->task->vm, info_at, &info, sizeof(info));
	vcpu_frame(&e->then, e->fault.cause, e->fault.address, &e->frame);
	vcpu_enter_handler(&t->vcpu, handler, info_at);
	return true;
}

enum fault_handler exception_deliver(struct thread *t, const struct fault *f, struct fault *why)
{
	gpa_t process = t->task->handler;
	struct exception *e;

	if (f->kind == FAULT_PANIC || !(process || t->handler))
		return HANDLER_NONE;
	if (t->exception) {
		*why = t->exception->fault;
		return HANDLER_IS_BUSY;
	}
	/* Where the guest has levels or paging of its own, a handler is no address of ours. */
	e = vcpu_is_flat(&t->vcpu) ? slab_alloc(sizeof(*e)) : NULL;
	if (!e || !vcpu_keep(&e->then, &t->vcpu)) {
		slab_free(e);
		return HANDLER_NONE;
	}
	e->fault = *f;
	e->last_handler = !process;
	e->then.pc = f->pc;
	t->exception = e;
	if (enter(t, process ? process : t->handler, why))
		return HANDLER_RUNS;
	exception_drop(t);
	return HANDLER_FUNCTION;
}

enum fault_handler exception_returned(struct thread *t, i32 result, struct fault *fault,
				      struct fault *why)
{
	struct exception *e = t->exception;
	enum fault_handler handler = result ? HANDLER_RUNS : HANDLER_NONE;

	if (!result && !e->last_handler && t->handler) {
		e->last_handler = true;
		if (enter(t, t->handler, why))
			return HANDLER_RUNS;
		handler = HANDLER_FUNCTION;
	}
	vcpu_restore_registers(&t->vcpu, &e->then);
	if (result)
		vcpu_set_frame(&t->vcpu, &e->frame);
	else
		t->vcpu.vsstatus = e->then.vsstatus;
	*fault = e->fault;
	exception_drop(t);
	return handler;
}

void exception_drop(struct thread *t)
{
	if (t->exception)
		vcpu_destroy(&t->exception->then);
	slab_free(t->exception);
	t->exception = NULL;
}
