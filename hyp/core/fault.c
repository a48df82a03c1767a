/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include "core/exception.h"
#include "core/task.h"

#define CAUSE_IS_INTERRUPT ((u64)1 << 63)

/*
 * RISC-V privileged specification, table of scause values; others are reserved. Arrays, for
 * pointers would be larger and need relocations.
 */
static const struct cause {
	char name[31];
	u8 value, code;
} causes[] = {
	{ "instruction address misaligned", 0, HalExcMisaligned },
	{ "instruction access fault", 1, HalExcAccess },
	{ "illegal instruction", 2, HalExcIllegalInstruction },
	{ "breakpoint", 3, HalExcBreakpoint },
	{ "load address misaligned", 4, HalExcMisaligned },
	{ "load access fault", 5, HalExcAccess },
	{ "store/AMO address misaligned", 6, HalExcMisaligned },
	{ "store/AMO access fault", 7, HalExcAccess },
	{ "environment call from U-mode", 8, HalExcOther },
	{ "environment call from VS-mode", 10, HalExcOther },
	{ "instruction page fault", 12, HalExcAccess },
	{ "load page fault", 13, HalExcAccess },
	{ "store/AMO page fault", 15, HalExcAccess },
	{ "instruction guest-page fault", 20, HalExcAccess },
	{ "load guest-page fault", 21, HalExcAccess },
	{ "virtual instruction", 22, HalExcVirtualInstruction },
	{ "store/AMO guest-page fault", 23, HalExcAccess },
};

/* NULL: a reserved one. */
__attribute__((noinline, cold)) static const struct cause *find(u64 value)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (causes[i].value == value)
			return &causes[i];
	return NULL;
}

HalExceptionCode fault_code(const TaskFault *f)
{
	const struct cause *cause = find(f->cause);

	if (f->kind == TaskFaultPanic)
		return HalExcPanic;
	if (f->kind == TaskFaultOutOfMemory)
		return HalExcOutOfMemory;
	return cause ? (HalExceptionCode)cause->code : HalExcOther;
}

const char *fault_name(const TaskFault *f)
{
	const struct cause *cause = find(f->cause);

	if (f->kind == TaskFaultPanic)
		return "panic";
	if (f->kind == TaskFaultOutOfMemory)
		return "out of memory";
	if (f->cause & CAUSE_IS_INTERRUPT)
		return "interrupt without a trap vector";
	return cause ? cause->name : "reserved exception";
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
