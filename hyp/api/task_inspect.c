/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a process and what can be learned of it: api.md, section 3. */
#include "api/api.h"
#include "core/guest_copy.h"

#include <string.h>

/* (status) */
Retcode api_task_exit(struct task *self, const u64 *a, u64 *value)
{
	(void)value;
	task_end(self, TaskExitNormal, (i32)a[0]);
	return rcOk;
}

/* (task) */
Retcode api_task_terminate(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = get_task(self, a[0], OCAP_TASK_CONTROL, CALL_TERMINATE, &task);

	(void)value;
	if (rc == rcOk)
		task_end(task, TaskExitTerminated, 0);
	return rc;
}

/* (task) */
Retcode api_task_terminate_after_freezing(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = get_task(self, a[0], OCAP_TASK_CONTROL, CALL_EXAMINE, &task);

	(void)value;
	if (rc == rcOk)
		task_end(task, TaskExitUnexpected, 0);
	return rc;
}

/* Finds a task for a getter and checks where its 32-bit result goes. */
static Retcode getter(struct task *self, const u64 *a, enum task_call call, struct task **task)
{
	Retcode rc;

	if (bad_pointer(a[1], sizeof(u32)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_QUERY, call, task);
	return rc == rcOk ? guest_check_write(&self->vm, a[1], sizeof(u32)) : rc;
}

static Retcode give_u32(struct task *self, gpa_t to, u32 result)
{
	guest_write(&self->vm, to, &result, sizeof(result));
	return rcOk;
}

/* (task, TaskExitStatus *) */
Retcode api_task_get_exit_status(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = getter(self, a, CALL_EXIT_STATUS, &task);

	(void)value;
	return rc == rcOk ? give_u32(self, a[1], task->exit_status) : rc;
}

/* (task, rtl_int32_t *) */
Retcode api_task_get_exit_code(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = getter(self, a, CALL_EXIT_CODE, &task);

	(void)value;
	return rc == rcOk ? give_u32(self, a[1], (u32)task->exit_code) : rc;
}

/* (task, Pid *) */
Retcode api_task_get_id_by_handle(struct task *self, const u64 *a, u64 *value)
{
	struct task *task;
	Retcode rc = getter(self, a, CALL_ANY, &task);

	(void)value;
	return rc == rcOk ? give_u32(self, a[1], task->pid) : rc;
}

/* (task, HalExceptionCode *, HalArchException *, HalTrapFrame *) */
Retcode api_task_get_exception_info(struct task *self, const u64 *a, u64 *value)
{
	HalExceptionCode code;
	struct task *task;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(code)) || bad_pointer(a[2], sizeof(u64)) ||
	    bad_pointer(a[3], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_INSPECT, CALL_EXCEPTION_INFO, &task);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[1], sizeof(code));
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[2], sizeof(HalArchException));
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[3], sizeof(HalTrapFrame));
	if (rc != rcOk)
		return rc;
	code = fault_code(&task->fault.fault);
	guest_write(&self->vm, a[1], &code, sizeof(code));
	guest_write(&self->vm, a[2], &task->fault.fault.cause, sizeof(HalArchException));
	guest_write(&self->vm, a[3], &task->fault.frame, sizeof(HalTrapFrame));
	return rcOk;
}

static struct thread *thread_at(const struct task *task, u64 index)
{
	list_for_each(it, &task->threads)
		if (!index--)
			return list_entry(it, struct thread, task_link);
	return NULL;
}

/* (task, index, KnThreadContext *) */
Retcode api_task_get_thread_context(struct task *self, const u64 *a, u64 *value)
{
	KnThreadContext context;
	const struct thread *t;
	struct task *task;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[2], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_INSPECT, CALL_EXAMINE, &task);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[2], sizeof(context));
	if (rc != rcOk)
		return rc;
	t = thread_at(task, (u32)a[1]);
	if (!t)
		return rcResourceNotFound;
	memset(&context, 0, sizeof(context));
	context.tid = t->tid;
	if (t->tid == task->fault.tid)
		context.frame = task->fault.frame;
	else
		vcpu_frame(&t->vcpu, 0, 0, &context.frame);
	guest_write(&self->vm, a[2], &context, sizeof(context));
	return rcOk;
}

static Retcode give_string(struct task *self, gpa_t to, u64 size, const char *s)
{
	u64 bytes = strlen(s) + 1;
	Retcode rc;

	if (!to || !size)
		return rcInvalidArgument;
	rc = guest_check_write(&self->vm, to, min_u64(size, bytes));
	if (rc != rcOk)
		return rc;
	if (size < bytes)
		return rcBufferTooSmall;
	guest_write(&self->vm, to, s, bytes);
	return rcOk;
}

/* (name, size) */
Retcode api_task_get_name(struct task *self, const u64 *a, u64 *value)
{
	(void)value;
	return give_string(self, a[0], a[1], self->name);
}

/* (path, size) */
Retcode api_task_get_path(struct task *self, const u64 *a, u64 *value)
{
	(void)value;
	return give_string(self, a[0], a[1], self->path ? self->path : "");
}

/* () -> the PCB's address */
Retcode api_task_get_pcb(struct task *self, const u64 *a, u64 *value)
{
	(void)a;
	*value = self->pcb->base;
	return rcOk;
}
