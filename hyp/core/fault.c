/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include "core/exception.h"
#include "core/task.h"
#include "core/thread.h"
#include "core/vm.h"

#define CAUSE_IS_INTERRUPT ((u64)1 << 63)

/* RISC-V privileged specification, table of scause values, with our codes. */
static const struct {
	char name[30]; /* not a pointer, which would need a relocation */
	u8 code;
} exceptions[] = {
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

static bool is_listed(const struct fault *f)
{
	return f->cause < ARRAY_SIZE(exceptions) && exceptions[f->cause].name[0];
}

HalExceptionCode fault_code(const struct fault *f)
{
	if (f->kind == FAULT_PANIC)
		return HalExcPanic;
	if (f->kind == FAULT_OUT_OF_MEMORY)
		return HalExcOutOfMemory;
	return is_listed(f) ? exceptions[f->cause].code : HalExcOther;
}

const char *fault_name(const struct fault *f)
{
	if (f->kind == FAULT_PANIC)
		return "panic";
	if (f->kind == FAULT_OUT_OF_MEMORY)
		return "out of memory";
	if (f->cause & CAUSE_IS_INTERRUPT)
		return "interrupt without a trap vector";
	return is_listed(f) ? exceptions[f->cause].name : "reserved exception";
}

static struct fault_region region_at(const struct vm *vm, u64 address)
{
	const struct region *r = vm_find(vm, address);

	return r ? (struct fault_region){ r->base, r->npages, r->prot }
		 : (struct fault_region){ 0 };
}

/* What is mapped at an address that lies in that region: outside of all only our own pages are. */
static u32 mapped_at(const struct vm *vm, gpa_t gpa, const struct fault_region *r)
{
	struct pgtable_leaf leaf;
	bool possible = r->npages || (gpa >= VM_SYSTEM && gpa < (gpa_t)1 << 41);

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
	r->mapped = f->access ? mapped_at(&task->vm, refused_address(f), &r->at_address) : 0;
	vcpu_frame(v, f->cause, f->address, &r->frame);
	r->frame.pc = f->pc;
	vcpu_csrs(v, &r->csrs);
	r->handler = handler;
	if (handler != HANDLER_NONE) {
		struct fault_region in = region_at(&task->vm, refused_address(at_handler));

		r->at_handler = *at_handler;
		r->at_handler_mapped = mapped_at(&task->vm, refused_address(at_handler), &in);
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
	struct fault why;

	thread_put_down(t);
	if (vector)
		unhandled(t, f, HANDLER_VECTOR, vector);
	else if (!exception_deliver(t, f, &why))
		unhandled(t, f,
			  why.kind == FAULT_NONE ? HANDLER_NONE
			  : t->exception         ? HANDLER_IS_BUSY
						 : HANDLER_FUNCTION,
			  &why);
}

void fault_handler_returned(i32 result)
{
	struct thread *t = thread_current();
	struct fault f, why;

	thread_put_down(t);
	if (!exception_returned(t, result, &f, &why))
		unhandled(t, &f, why.kind == FAULT_NONE ? HANDLER_NONE : HANDLER_FUNCTION, &why);
}
