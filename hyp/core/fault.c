/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include "core/exception.h"
#include "core/task.h"
#include "core/thread.h"
#include "core/vm.h"

#include <string.h>

#define CAUSE_IS_INTERRUPT ((u64)1 << 63)

/*
 * RISC-V privileged specification, table of scause values. One string after another,
 * empty where a value is reserved: pointers would be larger and need relocations.
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
			    "\0" /* 9 */
			    "environment call from VS-mode\0"
			    "\0" /* 11 */
			    "instruction page fault\0"
			    "load page fault\0"
			    "\0" /* 14 */
			    "store/AMO page fault\0"
			    "\0\0\0\0" /* 16 to 19 */
			    "instruction guest-page fault\0"
			    "load guest-page fault\0"
			    "virtual instruction\0"
			    "store/AMO guest-page fault";

/* Our codes for them; where there is none, HalExcOther. */
static const u8 codes[] = {
	[0] = HalExcMisaligned,
	[1] = HalExcAccess,
	[2] = HalExcIllegalInstruction,
	[3] = HalExcBreakpoint,
	[4] = HalExcMisaligned,
	[5] = HalExcAccess,
	[6] = HalExcMisaligned,
	[7] = HalExcAccess,
	[12] = HalExcAccess,
	[13] = HalExcAccess,
	[15] = HalExcAccess,
	[20] = HalExcAccess,
	[21] = HalExcAccess,
	[22] = HalExcVirtualInstruction,
	[23] = HalExcAccess,
};

HalExceptionCode fault_code(const struct fault *f)
{
	if (f->kind == FAULT_PANIC)
		return HalExcPanic;
	if (f->kind == FAULT_OUT_OF_MEMORY)
		return HalExcOutOfMemory;
	return f->cause < ARRAY_SIZE(codes) && codes[f->cause] ? codes[f->cause] : HalExcOther;
}

const char *fault_name(const struct fault *f)
{
	const char *name = names;

	if (f->kind == FAULT_PANIC)
		return "panic";
	if (f->kind == FAULT_OUT_OF_MEMORY)
		return "out of memory";
	if (f->cause & CAUSE_IS_INTERRUPT)
		return "interrupt without a trap vector";
	if (f->cause >= ARRAY_SIZE(codes))
		return "reserved exception";
	for (u64 i = 0; i < f->cause; i++)
		name += strlen(name) + 1;
	return *name ? name : "reserved exception";
}

static TaskFaultRegion region_at(const struct vm *vm, u64 address)
{
	const struct region *r = vm_find(vm, address);

	return r ? (TaskFaultRegion){ r->base, r->npages << PAGE_SHIFT, r->prot, 0 }
		 : (TaskFaultRegion){ 0 };
}

/* What is mapped at an address that lies in that region: outside of all only our own pages are. */
static u32 mapped_at(const struct vm *vm, gpa_t gpa, const TaskFaultRegion *r)
{
	struct pgtable_leaf leaf;
	bool possible = r->size || (gpa >= VM_SYSTEM && gpa < (gpa_t)1 << 41);

	return possible && pgtable_lookup(&vm->gs, gpa, &leaf) ? leaf.prot : 0;
}

static gpa_t refused_address(const struct fault *f)
{
	return f->two_stage ? f->gpa : f->address;
}

static void record(struct task *task, const struct thread *t, const struct fault *f,
		   enum fault_handler handler, const struct fault *at_handler)
{
	struct fault_record *r = &task->fault;
	const struct vcpu *v = &t->vcpu;

	r->fault = *f;
	r->tid = t->tid;
	r->at_pc = region_at(&task->vm, f->pc);
	r->at_address = region_at(&task->vm, f->access ? refused_address(f) : f->pc);
	r->fault.mapped = f->access ? mapped_at(&task->vm, refused_address(f), &r->at_address) : 0;
	vcpu_frame(v, f->cause, f->address, &r->frame);
	r->frame.pc = f->pc;
	vcpu_csrs(v, &r->csrs);
	r->handler = handler;
	if (handler != HANDLER_NONE) {
		TaskFaultRegion in = region_at(&task->vm, refused_address(at_handler));

		r->at_handler = *at_handler;
		r->at_handler.mapped = mapped_at(&task->vm, refused_address(at_handler), &in);
	}
}

static void unhandled(struct thread *t, const struct fault *f, enum fault_handler handler,
		      const struct fault *at_handler)
{
	struct task *task = t->task;

	record(task, t, f, handler, at_handler);
	if (task->flags & TaskExceptionFreezesTask)
		task_freeze(task, t);
	else
		task_end(task, TaskExitUnexpected, 0);
}

void fault_raise(const struct fault *f, const struct fault *vector)
{
	struct thread *t = thread_current();
	enum fault_handler handler = HANDLER_VECTOR;
	struct fault why;

	thread_put_down(t);
	if (!vector) {
		handler = exception_deliver(t, f, &why);
		vector = &why;
	}
	if (handler != HANDLER_RUNS)
		unhandled(t, f, handler, vector);
}

void fault_handler_returned(i32 result)
{
	struct thread *t = thread_current();
	struct fault f, why;
	enum fault_handler handler;

	thread_put_down(t);
	handler = exception_returned(t, result, &f, &why);
	if (handler != HANDLER_RUNS)
		unhandled(t, &f, handler, &why);
}
