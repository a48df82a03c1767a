/* SPDX-License-Identifier: Apache-2.0 */
/* Exception handlers: api.md, section 3. */
#include "core/exception.h"

#include "api/api.h"

#include <string.h>

static Retcode set_handler(struct call *c, gpa_t *handler)
{
	if (c->a[0] & 1)
		return rcInvalidArgument;
	c->value = *handler;
	*handler = c->a[0];
	return rcOk;
}

/* (handler) -> the one before; 0 removes it. */
Retcode api_task_set_exception_handler(struct call *c)
{
	return set_handler(c, &c->self->handler);
}

/* (handler) -> the one before */
Retcode api_thread_set_exception_handler(struct call *c)
{
	return set_handler(c, &thread_current()->handler);
}

/* Inside a handler only. */
Retcode api_in_handler_check(struct call *c)
{
	(void)c;
	return thread_current()->exception ? rcOk : rcInvalidOperation;
}

/* (HalTrapFrame *) */
Retcode api_get_last_trap_frame(struct call *c)
{
	return give(c, 0, &thread_current()->exception->frame, sizeof(HalTrapFrame));
}

/* (const HalTrapFrame *): x1 to x31 and pc. */
Retcode api_set_last_trap_frame(struct call *c)
{
	HalTrapFrame *frame = &thread_current()->exception->frame;

	if (c->in.frame.pc & 1)
		return rcInvalidArgument;
	memcpy(&frame->x[1], &c->in.frame.x[1], sizeof(frame->x) - sizeof(frame->x[0]));
	frame->pc = c->in.frame.pc;
	return rcOk;
}
