/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a process and what can be learned of it: api.md, section 3. */
#include "api/api.h"

#include <string.h>

/* (status) */
Retcode api_task_exit(struct call *c)
{
	task_end(c->self, TaskExitNormal, (i32)c->a[0]);
	return rcOk;
}

/* (task) */
Retcode api_task_terminate(struct call *c)
{
	task_end(c->task, TaskExitTerminated, 0);
	return rcOk;
}

/*
 * (task): not before it was shown why the process froze, for which its memory
 * is needed; but while the console is one inspector's, that cannot be awaited.
 */
Retcode api_task_terminate_after_freezing(struct call *c)
{
	if (!list_empty(&c->task->report_link) && !line_is_exclusive()) {
		line_wait();
		return API_RETRY;
	}
	task_end(c->task, TaskExitUnexpected, 0);
	return rcOk;
}

/* (task, HalExceptionCode *, HalArchException *, HalTrapFrame *) */
Retcode api_task_get_exception_info(struct call *c)
{
	const TaskFaultRecord *r = &c->task->fault;

	give_u32(c, 1, fault_code(&r->fault));
	give(c, 2, &r->fault.cause, sizeof(r->fault.cause));
	return give(c, 3, &r->frame, sizeof(r->frame));
}

Retcode give_string(const struct call *c, unsigned int arg, const char *s)
{
	u64 bytes = strlen(s) + 1, size = c->a[arg + 1];
	Retcode rc;

	if (!c->a[arg] || !size)
		return rcInvalidArgument;
	rc = guest_check_write(&c->self->vm, c->a[arg], min_u64(size, bytes));
	if (rc != rcOk)
		return rc;
	if (size < bytes)
		return rcBufferTooSmall;
	return give(c, arg, s, bytes);
}

/* (buffer, size) */
Retcode api_task_get_name(struct call *c)
{
	return give_string(c, 0, c->self->name);
}

/* (buffer, size) */
Retcode api_task_get_path(struct call *c)
{
	return give_string(c, 0, c->self->path ? c->self->path : "");
}

/* () -> the PCB's address */
Retcode api_task_get_pcb(struct call *c)
{
	c->value = c->self->pcb->base;
	return rcOk;
}
