/* SPDX-License-Identifier: Apache-2.0 */
/* A hypercall: the rules of its row, then its function, then its result. */
#include "api/api.h"
#include "arch/cpu.h"
#include "arch/exit.h"
#include "arch/layout.h"
#include "arch/this_hart.h"
#include "core/lock.h"
#include "core/notice.h"
#include "core/trace.h"

#include <floe/abi.h>

/*
 * Does the thread make the hypercall that it has waited in? What its interrupt
 * handlers call before it comes to that is another one.
 */
static bool is_retry(const struct thread *t)
{
	return t->retry_pc == vcpu_call_end() && t->retry_sp == t->vcpu.x[2];
}

__attribute__((cold)) Retcode api_wait(enum thread_wait wait, struct list *queue, u64 ms)
{
	struct thread *t = thread_current();

	if (!is_retry(t))
		t->wait_until = deadline(ms);
	if (!(u32)ms || cpu_time() >= t->wait_until)
		return rcTimeout;
	thread_block(wait, queue, t->wait_until);
	return API_RETRY;
}

static bool pointer_is_bad(const struct call *c, const struct pointer_rule *rule)
{
	u64 align = min_u64(rule->size, sizeof(u64));

	return (!c->a[rule->arg] && !rule->optional) || (c->a[rule->arg] & (align - 1));
}

/* Null, alignment, flags and ranges. */
static Retcode check_arguments(struct call *c, const struct api_rules *rules)
{
	if (rules->in.size && pointer_is_bad(c, &rules->in))
		return rcInvalidArgument;
	for (unsigned int i = 0; i < API_OUTS && rules->out[i].size; i++)
		if (pointer_is_bad(c, &rules->out[i]))
			return rcInvalidArgument;
	if (rules->buffered && (!c->a[rules->buffer.pointer] || !c->a[rules->buffer.size]))
		return rcInvalidArgument;
	if (rules->buffered && c->a[rules->buffer.size] > rules->buffer.max)
		return rcBufferTooLarge;
	return rules->check ? api_checks[rules->check](c) : rcOk;
}

/* What pointers point to, and room for a handle. */
static Retcode check_memory(struct call *c, const struct api_rules *rules)
{
	struct vm *vm = &c->self->vm;
	Retcode rc = rcOk;

	if (rules->in.size && c->a[rules->in.arg])
		rc = guest_read(vm, c->a[rules->in.arg], &c->in, rules->in.size);
	if (rc == rcOk && rules->buffered)
		rc = guest_check_read(vm, c->a[rules->buffer.pointer], c->a[rules->buffer.size]);
	for (unsigned int i = 0; rc == rcOk && i < API_OUTS && rules->out[i].size; i++)
		rc = guest_check_write(vm, c->a[rules->out[i].arg], rules->out[i].size);
	return rc == rcOk && rules->opens ? handle_reserve(&c->self->handles) : rc;
}

static bool thread_allows(const struct thread *t, enum thread_call call)
{
	if (call == THREAD_LIVING)
		return t->living && t->task->state == TaskStateRunning;
	return t->waitable && t != thread_current() && (t->living || t->exited);
}

/* Of the objects that a call may be about, only threads do not begin with it. */
_Static_assert(!offsetof(struct task, object) && !offsetof(struct mdl, object) &&
		       !offsetof(struct notice, object),
	       "check_handle() knows");

/* The object behind the handle in a0. */
static Retcode check_handle(struct call *c, const struct api_rules *rules)
{
	struct object *object;
	bool allowed = true;
	Retcode rc = handle_get(&c->self->handles, (Handle)c->a[0], (enum object_type)rules->type,
				(u32)rules->rights << API_RIGHTS_SHIFT, &object);

	if (rc != rcOk)
		return rc;
	c->object = object;
	if (rules->type == OBJECT_TASK)
		allowed = task_allows(c->task, (enum task_call)rules->call);
	if (rules->type == OBJECT_THREAD) {
		c->thread = container_of(object, struct thread, object);
		allowed = thread_allows(c->thread, (enum thread_call)rules->thread);
	}
	return allowed ? rcOk : rcInvalidOperation;
}

static void trace_call(const struct thread *t)
{
	trace(FloeTraceCall, t->vcpu.x[17], t->vcpu.x[16]);
}

/* Apart from its caller, which has few registers to save without it. */
__attribute__((noinline, cold)) static Retcode check_and_act(struct call *c,
							     const struct api_row *row)
{
	const struct api_rules *rules = &row->rules;
	Retcode rc;

	c->rules = rules;
	trace_call(thread_current());
	rc = check_arguments(c, rules);
	if (rc == rcOk && (rules->rights || rules->type))
		rc = check_handle(c, rules);
	if (rc == rcOk)
		rc = check_memory(c, rules);
	return rc == rcOk ? row->act(c) : rc;
}

/* NULL: there is no such function. */
static inline const struct api_row *row_of(u64 number)
{
	return number < FloeFnCount && api_table[number].act ? &api_table[number] : NULL;
}

static inline Retcode call_function(struct call *c, struct thread *t, const struct api_row *row)
{
	/* The rest is not zeroed: the input is large, and the rules say what is valid. */
	c->self = t->task;
	c->a = &t->vcpu.x[10];
	c->value = 0;
	return row->rules.any ? check_and_act(c, row) : row->act(c);
}

static inline void answer(struct thread *t, Retcode rc, u64 value)
{
	u64 *a = &t->vcpu.x[10];

	a[0] = (u64)(i64)rc;
	a[1] = value;
}

/* The call may have ended its caller, have to be made again, or be one that was made again. */
__attribute__((cold)) static void answer_late(struct thread *t, Retcode rc, u64 value)
{
	if (this_hart()->current != t)
		return;
	if (rc == API_RETRY) {
		t->retry_pc = vcpu_call_end();
		t->retry_sp = t->vcpu.x[2];
		vcpu_retry_call();
		return;
	}
	if (t->retry_pc && is_retry(t))
		t->retry_pc = 0;
	answer(t, rc, value);
}

/*
 * A call without rules that leaves no work only asks for something of the caller's
 * own: its event would push out of the trace what counts.
 */
__attribute__((cold)) static void finish(struct thread *t, Retcode rc, u64 value)
{
	if (!row_of(t->vcpu.x[16])->rules.any)
		trace_call(t);
	answer_late(t, rc, value);
}

__attribute__((cold)) bool call_make(struct thread *t)
{
	u64 extension = t->vcpu.x[17], number = t->vcpu.x[16];
	const struct api_row *row = row_of(number);
	struct call c;
	Retcode rc;

	if (extension != FLOE_SBI_EXTENSION) {
		trace_call(t);
		api_sbi(t);
		return true;
	}
	if (number == FloeFnTaskPanic)
		return false;
	if (!row) {
		answer_late(t, rcUnimplemented, 0);
		return true;
	}
	rc = call_function(&c, t, row);
	finish(t, rc, c.value);
	return true;
}

/* The lock is held. Who ends or blocks the caller leaves work: without it, he goes on. */
static u64 leave(void)
{
	if (this_hart()->rq.work)
		return WHY_WORK;
	lock_release();
	return 0;
}

/* The lock is held, or the call waits for it as an exit does. */
__attribute__((noinline, cold)) static u64 call_plain(struct thread *t, bool locked)
{
	if (locked && call_make(t))
		return leave();
	if (locked)
		lock_release();
	vcpu_retry_call();
	return WHY_TRAP;
}

/* What hypercall() does not do for a call that left work, or is one made again. */
__attribute__((noinline, cold)) static u64 finish_and_leave(struct thread *t, Retcode rc, u64 value)
{
	finish(t, rc, value);
	return leave();
}

u64 hypercall(struct thread *t)
{
	u64 number = t->vcpu.x[16];
	const struct api_row *row;
	struct call c;
	Retcode rc;

	if (!lock_try())
		return call_plain(t, false);
	row = row_of(number);
	if (t->vcpu.x[17] != FLOE_SBI_EXTENSION || !row)
		return call_plain(t, true);
	rc = call_function(&c, t, row);
	if (this_hart()->rq.work | t->retry_pc)
		return finish_and_leave(t, rc, c.value);
	answer(t, rc, c.value);
	lock_release();
	return 0;
}
