/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include "core/exception.h"
#include "core/task.h"
#include "core/thread.h"
#include "core/vm.h"

#define CAUSE_IS_INTERRUPT ((u64)1 << 63)

/*
 * RISC-V privileged specification, table of scause values; no name: reserved. Arrays, for
 * pointers would be larger and need relocations.
 */
static const struct {
	char name[31];
	u8 code;
} causes[] = {
	[0] = { "instruction address misaligned", HalExcMisaligned },
	[1] = { "instruction access fault", HalExcAccess },
	[2] = { "illegal instruction", HalExcIllegalInstruction },
	[3] = { "breakpoint", HalExcBreakpoint },
	[4] = { "load address misaligned", HalExcMisaligned },
	[5] = { "load access fault", HalExcAccess },
	[6] = { "store/AMO address misaligned", HalExcMisaligned },
	[7] = { "store/AMO access fault", HalExcAccess },
	[8] = { "environment call from U-mode", HalExcOther },
	[10] = { "environment call from VS-mode", HalExcOther },
	[12] = { "instruction page fault", HalExcAccess },
	[13] = { "load page fault", HalExcAccess },
	[15] = { "store/AMO page fault", HalExcAccess },
	[20] = { "instruction guest-page fault", HalExcAccess },
	[21] = { "load guest-page fault", HalExcAccess },
	[22] = { "virtual instruction", HalExcVirtualInstruction },
	[23] = { "store/AMO guest-page fault", HalExcAccess },
};

static bool is_reserved(u64 cause)
{
	return cause >= ARRAY_SIZE(causes) || !causes[cause].name[0];
}

HalExceptionCode fault_code(const TaskFault *f)
{
	if (f->kind == TaskFaultPanic)
		return HalExcPanic;
	if (f->kind == TaskFaultOutOfMemory)
		return HalExcOutOfMemory;
	return is_reserved(f->cause) ? HalExcOther : (HalExceptionCode)causes[f->cause].code;
}

const char *fault_name(const TaskFault *f)
{
	if (f->kind == TaskFaultPanic)
		return "panic";
	if (f->kind == TaskFaultOutOfMemory)
		return "out of memory";
	if (f->cause & CAUSE_IS_INTERRUPT)
		return "interrupt without a trap vector";
	return is_reserved(f->cause) ? "reserved exception" : causes[f->cause].name;
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
	if (f->access && (found->size || refused >= VM_SYSTEM) && vm_lookup(vm, refused, &leaf))
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
