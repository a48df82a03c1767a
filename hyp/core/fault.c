/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include "core/exception.h"
#include "core/task.h"

#include <string.h>

/*
 * RISC-V privileged specification, table of scause values from 0 on; nameless ones are reserved.
 * The names stand in one string, for pointers would be larger and need relocations.
 */
static const char names[] = "instruction address misaligned\0"
			    "instruction access fault\0"
			    "illegal instruction\0"
			    "breakpoint\0"
			    "load address misaligned\0"
			    "load access fault\0"
			    "store/AMO address misaligned\0"
			    "store/AMO access fault\0"
			    "environment call from U-mode\0"
			    "\0" /* 9, reserved */
			    "environment call from VS-mode\0"
			    "\0" /* 11, reserved */
			    "instruction page fault\0"
			    "load page fault\0"
			    "\0" /* 14, reserved */
			    "store/AMO page fault\0"
			    "\0\0\0\0" /* 16 to 19, reserved */
			    "instruction guest-page fault\0"
			    "load guest-page fault\0"
			    "virtual instruction\0"
			    "store/AMO guest-page fault\0";
/* From here on none has a name. */
#define CAUSES_END 24u

__attribute__((cold)) HalExceptionCode fault_code(const TaskFault *f)
{
	if (f->kind == TaskFaultPanic)
		return HalExcPanic;
	if (f->kind == TaskFaultOutOfMemory)
		return HalExcOutOfMemory;
	if (f->cause == CAUSE_ILLEGAL_INSTRUCTION)
		return HalExcIllegalInstruction;
	if (f->cause == CAUSE_BREAKPOINT)
		return HalExcBreakpoint;
	if (f->cause == CAUSE_VIRTUAL_INSTRUCTION)
		return HalExcVirtualInstruction;
	if (!f->access)
		return HalExcOther;
	return CAUSES_MISALIGNED >> f->cause & 1 ? HalExcMisaligned : HalExcAccess;
}

__attribute__((cold)) const char *fault_name(const TaskFault *f)
{
	const char *name = names;

	if (f->kind == TaskFaultPanic)
		return "panic";
	if (f->kind == TaskFaultOutOfMemory)
		return "out of memory";
	if (f->cause & CAUSE_INTERRUPT)
		return "interrupt without a trap vector";
	for (u64 i = min_u64(f->cause, CAUSES_END); i; i--)
		name += strlen(name) + 1;
	return *name ? name : "reserved exception";
}

static void find_region(const struct vm *vm, u64 address, TaskFaultRegion *found)
{
	const struct region *r = vm_find(vm, address);

	*found = (TaskFaultRegion){ 0 };
	if (r)
		*found = (TaskFaultRegion){ r->base, r->npages << PAGE_SHIFT, r->prot, 0 };
}

/* The region of the address that a fault is about, or else of the pc; and what is mapped there. */
static void locate(const struct vm *vm, TaskFault *f, TaskFaultRegion *found)
{
	gpa_t refused = f->twoStage ? f->gpa : f->address;
	struct pgtable_leaf leaf;

	find_region(vm, f->access ? refused : f->pc, found);
	/* Outside of all regions only our own pages are. */
	if (f->access && (found->size || refused >= VM_SYSTEM) &&
	    (vm_lookup(vm, refused, &leaf) || vm_lookup_object(vm, refused, &leaf)))
		f->mapped = leaf.prot;
}

/* Nobody handles the fault that the task's record begins with. */
static void unhandled(struct thread *t)
{
	struct task *task = t->task;
	TaskFaultRecord *r = &task->fault;

	r->tid = t->tid;
	find_region(&task->vm, r->fault.pc, &r->atPc);
	/* The one of the handler's fault first, for which there is no room. */
	if (r->handler != TaskFaultHandlerNone)
		locate(&task->vm, &r->atHandler, &r->atAddress);
	locate(&task->vm, &r->fault, &r->atAddress);
	vcpu_frame(&t->vcpu, r->fault.cause, r->fault.address, &r->frame);
	r->frame.pc = r->fault.pc;
	vcpu_csrs(&t->vcpu, &r->csrs);
	if (task->flags & TaskExceptionFreezesTask)
		task_freeze(task, t);
	else
		task_end(task, TaskExitUnexpected, 0);
}

void fault_raise(const TaskFault *f, const TaskFault *vector)
{
	struct thread *t = thread_current();
	TaskFaultRecord *r = &t->task->fault;

	thread_put_down(t);
	r->fault = *f;
	if (vector) {
		r->handler = TaskFaultHandlerVector;
		r->atHandler = *vector;
	} else if (exception_deliver(t, r)) {
		return;
	}
	unhandled(t);
}

void fault_handler_returned(i32 result)
{
	struct thread *t = thread_current();

	thread_put_down(t);
	if (!exception_returned(t, result, &t->task->fault))
		unhandled(t);
}
