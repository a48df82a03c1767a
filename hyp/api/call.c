/* SPDX-License-Identifier: Apache-2.0 */
/* A hypercall: its row's checks, then its function, then its result. */
#include "api/api.h"
#include "arch/exit.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "core/thread.h"

#include <floe/abi.h>

bool access_is_valid(u64 flags)
{
	return (flags & VMM_FLAG_READ) != 0;
}

bool priority_is_valid(u64 policy, u64 priority)
{
	if (policy == ThreadSchedPolicyOther)
		return priority < STD_PRIORITIES;
	return policy <= ThreadSchedPolicyRR && priority < RT_PRIORITIES;
}

Retcode get_task(const struct task *self, u64 handle, u32 rights, enum task_call call,
		 struct task **task)
{
	struct object *object;
	Retcode rc = handle_get(&self->handles, (Handle)handle, OBJECT_TASK, rights, &object);

	if (rc != rcOk)
		return rc;
	*task = container_of(object, struct task, object);
	return task_allows(*task, call) ? rcOk : rcInvalidOperation;
}

void give(const struct call *c, unsigned int arg, const void *result, u64 bytes)
{
	guest_write(&c->self->vm, c->a[arg], result, bytes);
}

Retcode give_u32(const struct call *c, unsigned int arg, u32 result)
{
	give(c, arg, &result, sizeof(result));
	return rcOk;
}

Retcode give_handle(const struct call *c, unsigned int arg, struct object *object, u32 rights)
{
	return give_u32(c, arg, handle_open(&c->self->handles, object, rights));
}

static bool pointer_is_bad(const struct call *c, const struct pointer_rule *rule)
{
	u64 align = min_u64(rule->size, sizeof(u64));

	return !c->a[rule->arg] || (c->a[rule->arg] & (align - 1));
}

/* Null, alignment, flags and ranges. */
static Retcode check_arguments(struct call *c, const struct api_row *row)
{
	if (row->in.size && pointer_is_bad(c, &row->in))
		return rcInvalidArgument;
	for (const struct pointer_rule *out = row->out; out->size; out++)
		if (pointer_is_bad(c, out))
			return rcInvalidArgument;
	if (row->buffer.max && (!c->a[row->buffer.pointer] || !c->a[row->buffer.size]))
		return rcInvalidArgument;
	if (row->buffer.max && c->a[row->buffer.size] > row->buffer.max)
		return rcBufferTooLarge;
	return row->check ? row->check(c) : rcOk;
}

/* What pointers point to. */
static Retcode check_memory(struct call *c, const struct api_row *row)
{
	struct vm *vm = &c->self->vm;
	Retcode rc = rcOk;

	if (row->in.size)
		rc = guest_read(vm, c->a[row->in.arg], &c->in, row->in.size);
	if (rc == rcOk && row->buffer.max)
		rc = guest_check_read(vm, c->a[row->buffer.pointer], c->a[row->buffer.size]);
	for (const struct pointer_rule *out = row->out; rc == rcOk && out->size; out++)
		rc = guest_check_write(vm, c->a[out->arg], out->size);
	return rc;
}

static Retcode make_call(struct call *c, const struct api_row *row)
{
	Retcode rc = check_arguments(c, row);

	if (rc == rcOk && row->rights)
		rc = get_task(c->self, c->a[0], row->rights, row->call, &c->task);
	if (rc == rcOk)
		rc = check_memory(c, row);
	return rc == rcOk ? row->act(c) : rc;
}

static void call_function(struct thread *t, u64 number)
{
	u64 *a = &t->vcpu.x[10];
	struct call c; /* not zeroed: its input is large, and the row says what is valid */
	Retcode rc = rcUnimplemented;

	c.self = t->task;
	c.a = a;
	c.value = 0;
	if (number < FloeFnCount && api_table[number].act)
		rc = make_call(&c, &api_table[number]);
	/* A call can end its caller. */
	if (thread_current() != t)
		return;
	t->retrying = rc == API_RETRY;
	if (t->retrying) {
		vcpu_retry_call();
		return;
	}
	a[0] = (u64)(i64)rc;
	a[1] = c.value;
}

struct thread *hypercall(struct thread *t)
{
	u64 extension = t->vcpu.x[17], number = t->vcpu.x[16];

	if (extension == FLOE_SBI_EXTENSION) {
		if (number == FloeFnTaskPanic)
			return NULL;
		call_function(t, number);
	} else {
		api_sbi(t);
	}
	return this_hart()->rq.work ? sched_work() : t;
}
