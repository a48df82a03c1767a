/* SPDX-License-Identifier: Apache-2.0 */
/* Inspection: what the SDK's <coresrv/task/inspect_api.h> promises. */
#include "api/api.h"
#include "arch/hart.h"
#include "core/budget.h"

#include <string.h>

static void describe_threads(const struct task *task, TaskInfo *info)
{
	info->runTime = task->run_time;
	info->hart = TASK_NO_HART;

	list_for_each(const struct thread, t, &task->threads, task_link) {
		if (!info->threads++)
			info->hart = (u32)t->hart->index;
		info->runTime += sched_run_time(t);
	}
}

/* (task, TaskInfo *) */
Retcode api_task_get_info(struct call *c)
{
	const struct task *t = c->task;
	const struct budget *b = t->budget;
	TaskInfo info = {
		.pid = t->pid,
		.creator = t->creator ? t->creator->pid : 0,
		.root = t->root,
		.state = t->state,
		.flags = t->flags,
		.policy = t->policy,
		.priority = t->priority,
		.exitStatus = t->exit_status,
		.exitCode = t->exit_code,
		.permissions = t->limits.permissions,
		.maxTasks = t->limits.maxTasks,
		.tasks = t->ndescendants,
		.handles = t->handles.count,
		.budgetFlags = b && b->soft ? TaskBudgetSoft : 0,
		.cpuMask = t->limits.cpuMask,
		.windows = t->limits.windows,
		.cpuBudget = b ? b->amount : 0,
		.cpuPeriod = b ? b->period : 0,
		/* What others still hold has stayed in its count. */
		.memory = t->state == TaskStateEnded ? 0 : vm_used(&t->vm) << PAGE_SHIFT,
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
	return give(c, 1, &info, sizeof(info));
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

/* (task, after, TaskThreadInfo *) */
Retcode api_task_get_thread_info(struct call *c)
{
	const struct thread *next = NULL;

	list_for_each(const struct thread, t, &c->task->threads, task_link)
		if (t->tid > (Tid)c->a[1] && (!next || t->tid < next->tid))
			next = t;
	if (!next)
		return rcResourceNotFound;
	return give(c, 2,
		    &(TaskThreadInfo){ .tid = next->tid,
				       .state = next->state,
				       .policy = next->policy,
				       .priority = next->priority,
				       .hart = (u32)next->hart->index,
				       .cpuMask = next->affinity,
				       .runTime = sched_run_time(next) },
		    sizeof(TaskThreadInfo));
}

/* Of the thread whose index is in a1; false: there is none. */
static bool read_thread(const struct call *c, KnThreadState *state)
{
	const TaskFaultRecord *r = &c->task->fault;
	u32 index = (u32)c->a[1];

	list_for_each(const struct thread, t, &c->task->threads, task_link) {
		if (index--)
			continue;
		memset(state, 0, sizeof(*state));
		state->tid = t->tid;
		state->policy = t->policy;
		state->priority = t->priority;
		state->runTime = sched_run_time(t);
		state->fcsr = t->vcpu.fcsr;
		memcpy(state->f, t->vcpu.f, sizeof(state->f));
		vcpu_frame(&t->vcpu, 0, 0, &state->frame);
		vcpu_csrs(&t->vcpu, &state->csrs);
		/* Of the one that faulted the record says more: the cause. */
		if (t->tid == r->tid) {
			state->frame = r->frame;
			state->csrs = r->csrs;
		}
		return true;
	}
	return false;
}

/* (task, index, KnThreadState *) */
Retcode api_task_get_thread_state(struct call *c)
{
	KnThreadState state;

	if (!read_thread(c, &state))
		return rcResourceNotFound;
	return give(c, 2, &state, sizeof(state));
}

/* (task, index, KnThreadContext *) */
Retcode api_task_get_thread_context(struct call *c)
{
	KnThreadState state;
	KnThreadContext context;

	if (!read_thread(c, &state))
		return rcResourceNotFound;
	memset(&context, 0, sizeof(context));
	context.tid = state.tid;
	context.frame = state.frame;
	return give(c, 2, &context, sizeof(context));
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
		.committed = vm_committed(vm, r) << PAGE_SHIFT,
		.flags = guest_flags(r),
		.kind = region_kind(c->task, r),
	};
	return give(c, 2, &info, sizeof(info));
}

/* (task, addr, rtl_size_t *) */
Retcode api_task_get_untouched(struct call *c)
{
	u64 bytes = vm_untouched(&c->task->vm, c->a[1]);

	return give(c, 2, &bytes, sizeof(bytes));
}

/* (mode) */
Retcode api_console_set_mode(struct call *c)
{
	Retcode rc = c->a[0] > ConsoleModeExclusive ? rcInvalidArgument : api_inspector_check(c);

	if (rc == rcOk && !line_set_mode(c->self, (ConsoleMode)c->a[0]))
		rc = rcBusy;
	return rc;
}

/* (cpu, Handle *) */
Retcode api_trace_open(struct call *c)
{
	struct memobj *mem = (u32)c->a[0] < nharts ? harts[(u32)c->a[0]]->trace_mem : NULL;
	Retcode rc = mem ? handle_reserve(&c->self->handles) : rcResourceNotFound;
	struct mdl *mdl;

	if (rc != rcOk)
		return rc;
	mdl = mdl_create(mem, 0, mem->npages, VMM_FLAG_READ);
	return mdl ? give_handle(c, 1, &mdl->object, OCAP_MDL_FULL) : rcOutOfMemory;
}
