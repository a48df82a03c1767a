/* SPDX-License-Identifier: Apache-2.0 */
/* Inspection: what the SDK's <coresrv/task/inspect_api.h> promises. */
#include "api/api.h"
#include "arch/hart.h"
#include "console/line.h"

#include <string.h>

static void describe_threads(const struct task *task, TaskInfo *info)
{
	info->runTime = task->run_time;
	info->hart = TASK_NO_HART;

	list_for_each(it, &task->threads) {
		const struct thread *t = list_entry(it, struct thread, task_link);

		if (!info->threads++)
			info->hart = (u32)t->hart->index;
		info->runTime += sched_run_time(t);
	}
}

/* (task, TaskInfo *) */
Retcode api_task_get_info(struct call *c)
{
	const struct task *t = c->task;
	TaskInfo info = {
		.pid = t->pid,
		.creator = t->creator ? t->creator->pid : 0,
		.state = t->state,
		.flags = t->flags,
		.policy = t->policy,
		.priority = t->priority,
		.exitStatus = t->exit_status,
		.exitCode = t->exit_code,
		.permissions = t->limits.permissions,
		.maxTasks = t->limits.maxTasks,
		.tasks = t->nchildren,
		.handles = t->handles.count,
		.cpuMask = t->limits.cpuMask,
		/* What others still hold has stayed in its count. */
		.memory = t->state == TASK_ENDED ? 0 : vm_used(&t->vm) << PAGE_SHIFT,
		.memoryLimit = t->limits.memoryLimit,
		.stackSize = t->stack_size,
		.entryAddr = t->initial.entryAddr,
		.relocBase = t->initial.relocBase,
		.symTab = t->symtab,
		.strTab = t->strtab,
		.symTabSize = t->symtab_size,
		.strTabSize = t->strtab_size,
	};

	describe_threads(t, &info);
	give(c, 1, &info, sizeof(info));
	return rcOk;
}

/* (task, which, buffer, size) */
Retcode api_task_get_string_check(struct call *c)
{
	return c->a[1] <= TaskStringPath && c->a[2] && c->a[3] ? rcOk : rcInvalidArgument;
}

Retcode api_task_get_string(struct call *c)
{
	const struct task *t = c->task;
	const char *strings[] = { t->name, t->eiid, t->path ? t->path : "" };

	return give_string(c, 2, strings[c->a[1]]);
}

static TaskFault public_fault(const struct fault *f, u32 mapped)
{
	return (TaskFault){
		.kind = f->kind,
		.access = f->access,
		.mapped = mapped,
		.twoStage = f->two_stage,
		.instruction = f->instruction,
		.instructionSize = f->instruction_size,
		.cause = f->cause,
		.pc = f->pc,
		.address = f->address,
		.gpa = f->gpa,
	};
}

static TaskFaultRegion public_region(const struct fault_region *r)
{
	return (TaskFaultRegion){ r->base, r->npages << PAGE_SHIFT, r->prot, 0 };
}

/* (task, TaskFaultRecord *) */
Retcode api_task_get_fault_record(struct call *c)
{
	const struct fault_record *r = &c->task->fault;
	TaskFaultRecord record = {
		.tid = r->tid,
		.handler = r->handler,
		.fault = public_fault(&r->fault, r->mapped),
		.atHandler = public_fault(&r->at_handler, r->at_handler_mapped),
		.atPc = public_region(&r->at_pc),
		.atAddress = public_region(&r->at_address),
		.frame = r->frame,
		.csrs = r->csrs,
	};

	give(c, 1, &record, sizeof(record));
	return rcOk;
}

/* (task, index, KnThreadState *) */
Retcode api_task_get_thread_state(struct call *c)
{
	const struct fault_record *r = &c->task->fault;
	const struct thread *t = thread_at(c->task, (u32)c->a[1]);
	KnThreadState state;

	if (!t)
		return rcResourceNotFound;
	memset(&state, 0, sizeof(state));
	state.tid = t->tid;
	state.policy = t->policy;
	state.priority = t->priority;
	state.runTime = sched_run_time(t);
	state.fcsr = t->vcpu.fcsr;
	memcpy(state.f, t->vcpu.f, sizeof(state.f));
	if (t->tid == r->tid) {
		state.frame = r->frame;
		state.csrs = r->csrs;
	} else {
		vcpu_frame(&t->vcpu, 0, 0, &state.frame);
		vcpu_csrs(&t->vcpu, &state.csrs);
	}
	give(c, 2, &state, sizeof(state));
	return rcOk;
}

static TaskRegionKind region_kind(const struct task *task, const struct region *r)
{
	if (r->flags & REGION_STACK)
		return TaskRegionStack;
	if (r->flags & REGION_RESERVED)
		return TaskRegionReserved;
	if (r->base == task->symtab || r->base == task->strtab)
		return TaskRegionSymbols;
	/* Private pages that were shared have become an object, which still counts for it. */
	return r->mem && r->mem->account != &task->vm ? TaskRegionMapped : TaskRegionPrivate;
}

/* (task, after, TaskRegionInfo *) */
Retcode api_task_get_region_info(struct call *c)
{
	const struct vm *vm = &c->task->vm;
	const struct region *r = vm_next(vm, c->a[1]);
	TaskRegionInfo info;

	if (!r)
		return rcResourceNotFound;
	info = (TaskRegionInfo){
		.base = r->base,
		.size = r->npages << PAGE_SHIFT,
		.committed = pgtable_count(&vm->gs, r->base, r->npages) << PAGE_SHIFT,
		.flags = guest_flags(r),
		.kind = region_kind(c->task, r),
	};
	give(c, 2, &info, sizeof(info));
	return rcOk;
}

/* (mode) */
Retcode api_console_set_mode(struct call *c)
{
	Retcode rc = c->a[0] > ConsoleModeExclusive ? rcInvalidArgument : api_inspector_check(c);

	if (rc == rcOk && !line_set_mode(c->self, (ConsoleMode)c->a[0]))
		rc = rcBusy;
	return rc;
}
