/* SPDX-License-Identifier: Apache-2.0 */
/* What may still be set before a process starts, and its start: api.md, section 2. */
#include "api/api.h"
#include "core/guest_copy.h"
#include "core/slab.h"

#include <string.h>

#define RR_INTERVAL_DEFAULT_MS 10

/* (task, hdr, size) */
Retcode api_task_set_elf_hdr(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	void *hdr;
	Retcode rc;

	(void)value;
	if (!a[1] || !a[2])
		return rcInvalidArgument;
	if (a[2] > FLOE_ELF_HDR_MAX)
		return rcBufferTooLarge;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_PREPARE, &task);
	if (rc == rcOk)
		rc = guest_check_read(&self->vm, a[1], a[2]);
	if (rc != rcOk)
		return rc;
	hdr = mem_alloc(a[2]);
	if (!hdr)
		return rcOutOfMemory;
	guest_read(&self->vm, a[1], hdr, a[2]);
	mem_free(task->elf_hdr, task->elf_hdr_size);
	task->elf_hdr = hdr;
	task->elf_hdr_size = (u32)a[2];
	return rcOk;
}

/* (task, env, size) */
Retcode api_task_set_env(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc;

	(void)value;
	if (!a[1] || !a[2])
		return rcInvalidArgument;
	if (a[2] > FLOE_ENV_MAX)
		return rcBufferTooLarge;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_PREPARE, &task);
	if (rc == rcOk)
		rc = guest_check_read(&self->vm, a[1], a[2]);
	return rc == rcOk ? task_set_env(task, a[1], a[2], &self->vm) : rc;
}

/* () */
Retcode api_task_free_env(struct task *self, const u64 *a, u64 *value)
{
	(void)a;
	(void)value;
	return task_free_env(self);
}

/* The round-robin interval in ticks; rcInvalidArgument. */
static Retcode read_interval(struct task *self, gpa_t from, u64 *interval)
{
	ThreadSchedParam param;
	Retcode rc = guest_read(&self->vm, from, &param, sizeof(param));

	if (rc != rcOk)
		return rc;
	if (param.rrInterval.nsec >= 1000000000 ||
	    (!param.rrInterval.sec && !param.rrInterval.nsec))
		return rcInvalidArgument;
	*interval = ticks_from_ns(param.rrInterval.sec, param.rrInterval.nsec);
	return rcOk;
}

static void set_policy(struct task *task, ThreadSchedPolicy policy, ThreadPriority priority,
		       u64 interval)
{
	task->policy = policy;
	task->priority = priority;
	task->rr_interval = interval;
	if (task->state == TASK_RUNNING)
		sched_set_policy(list_first(&task->threads, struct thread, task_link), policy,
				 priority, interval);
}

/* (task, policy, priority, const ThreadSchedParam *) */
Retcode api_task_set_initial_policy(struct task *self, const u64 *a, u64 *value)
{
	u64 interval = ticks_from_ms(RR_INTERVAL_DEFAULT_MS);
	struct task *task;
	Retcode rc;

	(void)value;
	if (!priority_is_valid(a[1], a[2]) || (a[3] && a[1] != ThreadSchedPolicyRR) ||
	    (a[3] & (sizeof(u64) - 1)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_CONTROL, CALL_SCHEDULE, &task);
	if (rc == rcOk && a[3])
		rc = read_interval(self, a[3], &interval);
	if (rc == rcOk)
		set_policy(task, (ThreadSchedPolicy)a[1], (ThreadPriority)a[2], interval);
	return rc;
}

/* (task, priority) */
Retcode api_task_set_initial_priority(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc;

	(void)value;
	/* The class decides on the range; beyond the widest it is wrong for all. */
	if (!priority_is_valid(ThreadSchedPolicyFifo, a[1]))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_CONTROL, CALL_SCHEDULE, &task);
	if (rc == rcOk && !priority_is_valid(task->policy, a[1]))
		rc = rcInvalidArgument;
	if (rc == rcOk)
		set_policy(task, task->policy, (ThreadPriority)a[1], task->rr_interval);
	return rc;
}

/* (task, ThreadPriority *) */
Retcode api_task_get_initial_priority(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(ThreadPriority)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_QUERY, CALL_ANY, &task);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[1], sizeof(ThreadPriority));
	if (rc == rcOk)
		guest_write(&self->vm, a[1], &task->priority, sizeof(ThreadPriority));
	return rc;
}

/* (task) */
Retcode api_task_resume(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = get_task(self, a[0], OCAP_TASK_CONTROL, CALL_RESUME, &task);

	(void)value;
	return rc == rcOk ? task_start(task) : rc;
}

/* (task, path) */
Retcode api_task_set_path(struct task *self, const u64 *a, u64 *value)
{
	char path[FLOE_NAME_MAX];
	struct task *task;
	Retcode rc;

	(void)value;
	if (!a[1])
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_CONFIGURE, &task);
	if (rc == rcOk)
		rc = guest_read_string(&self->vm, a[1], path, sizeof(path));
	return rc == rcOk ? task_set_path(task, path) : rc;
}

/* Nobody gives more than it has. */
static bool exceeds(const TaskLimits *given, const TaskLimits *own)
{
	return given->memoryLimit > own->memoryLimit || given->maxTasks > own->maxTasks ||
	       (given->permissions & ~own->permissions) || (given->cpuMask & ~own->cpuMask);
}

/* (task, const TaskLimits *) */
Retcode api_task_set_limits(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	TaskLimits limits;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_CONFIGURE, &task);
	if (rc == rcOk)
		rc = guest_read(&self->vm, a[1], &limits, sizeof(limits));
	if (rc != rcOk)
		return rc;
	if (limits.permissions & ~(u32)(TaskMayRwx | TaskMayInspect))
		return rcInvalidArgument;
	limits.memoryLimit = limits.memoryLimit ? limits.memoryLimit : self->limits.memoryLimit;
	limits.cpuMask = limits.cpuMask ? limits.cpuMask : self->limits.cpuMask;
	if (exceeds(&limits, &self->limits))
		return rcSecurityDisallow;
	if (vm_used(&task->vm) > limits.memoryLimit >> PAGE_SHIFT)
		return rcQuotaExceeded;
	task_set_limits(task, &limits);
	return rcOk;
}
