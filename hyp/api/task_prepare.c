/* SPDX-License-Identifier: Apache-2.0 */
/* What may still be set before a process starts, and its start: api.md, section 2. */
#include "api/api.h"
#include "arch/hart.h"
#include "console/report.h"
#include "core/budget.h"
#include "core/slab.h"
#include "core/window.h"

/* (task, hdr, size) */
Retcode api_task_set_elf_hdr(struct call *c)
{
	void *hdr = mem_alloc(c->a[2]);

	if (!hdr)
		return rcOutOfMemory;
	guest_read(&c->self->vm, c->a[1], hdr, c->a[2]);
	mem_free(c->task->elf_hdr, c->task->elf_hdr_size);
	c->task->elf_hdr = hdr;
	c->task->elf_hdr_size = (u32)c->a[2];
	return rcOk;
}

/* (task, env, size) */
Retcode api_task_set_env(struct call *c)
{
	return task_set_env(c->task, c->a[1], c->a[2], &c->self->vm);
}

/* () */
Retcode api_task_free_env(struct call *c)
{
	return task_free_env(c->self);
}

/* (task): who starts processes faster than their ends can be shown waits like who prints. */
Retcode api_task_resume(struct call *c)
{
	if (report_behind()) {
		line_wait();
		return API_RETRY;
	}
	return task_start(c->task);
}

/* (task, path) */
Retcode api_task_set_path(struct call *c)
{
	char path[FLOE_NAME_MAX];
	Retcode rc = guest_read_string(&c->self->vm, c->a[1], path, sizeof(path));

	return rc == rcOk ? task_set_path(c->task, path) : rc;
}

/* (task, const TaskLimits *): nobody gives more than it has. */
Retcode api_task_set_limits(struct call *c)
{
	const TaskLimits *own = &c->self->limits;
	TaskLimits given = c->in.limits;

	if (given.permissions & ~(u32)(TaskMayRwx | TaskMayInspect))
		return rcInvalidArgument;
	given.memoryLimit = given.memoryLimit ? given.memoryLimit : own->memoryLimit;
	given.cpuMask = given.cpuMask ? given.cpuMask : own->cpuMask;
	given.windows = given.windows ? given.windows : own->windows;
	if (given.memoryLimit > own->memoryLimit || given.maxTasks > own->maxTasks ||
	    (given.permissions & ~own->permissions) || (given.cpuMask & ~own->cpuMask) ||
	    (given.windows & ~own->windows))
		return rcSecurityDisallow;
	/* What it has mapped may need the permission. */
	if (c->task->vm.allow_rwx && !(given.permissions & TaskMayRwx) && c->task->vm.nregions)
		return rcInvalidOperation;
	if (vm_used(&c->task->vm) > given.memoryLimit >> PAGE_SHIFT)
		return rcQuotaExceeded;
	task_set_limits(c->task, &given);
	return rcOk;
}

/* (task, budgetUs, periodUs, flags): rounded so that it is never more. */
Retcode api_task_set_cpu_budget_check(struct call *c)
{
	u64 budget = c->a[1], period = c->a[2];
	bool fits = period >= FLOE_CPU_PERIOD_MIN && period <= FLOE_CPU_PERIOD_MAX &&
		    budget >= FLOE_CPU_BUDGET_MIN && budget <= period * nharts &&
		    ticks_from_us(budget) && !(c->a[3] & ~(u64)TaskBudgetSoft);

	return fits ? rcOk : rcInvalidArgument;
}

Retcode api_task_set_cpu_budget(struct call *c)
{
	if (!(c->self->limits.permissions & TaskMaySchedule))
		return rcSecurityDisallow;
	if (!task_allows(c->task, CALL_CONFIGURE))
		return rcInvalidOperation;
	return budget_set(c->task, ticks_from_us(c->a[1]), ticks_from_ns(0, c->a[2] * 1000),
			  (c->a[3] & TaskBudgetSoft) != 0);
}

/* (majorFrameUs, cpu, startUs, durationUs) */
Retcode api_sched_add_window(struct call *c)
{
	if (!window_is_valid(c->a[0], c->a[1], c->a[2], c->a[3]))
		return rcInvalidArgument;
	if (!(c->self->limits.permissions & TaskMaySchedule))
		return rcSecurityDisallow;
	return window_add(c->a[0], c->a[1], c->a[2], c->a[3]);
}
