/* SPDX-License-Identifier: Apache-2.0 */
/* Threads: api.md, section 6. */
#include "api/api.h"

#define RR_INTERVAL_DEFAULT_MS 10
#define NS_PER_SECOND 1000000000u
#define NS_PER_US 1000u

#define CLASSES ((u64)(ThreadFlagSchedFifo | ThreadFlagSchedRR))
#define CREATE_FLAGS (CLASSES | ThreadFlagCreateSuspended | ThreadFlagCreateWaitable)

static ThreadSchedPolicy policy_of(u64 flags)
{
	if (flags & ThreadFlagSchedFifo)
		return ThreadSchedPolicyFifo;
	return flags & ThreadFlagSchedRR ? ThreadSchedPolicyRR : ThreadSchedPolicyOther;
}

/* (Handle *, Tid *, priority | flags << 32, stackSize, const FloeThreadStart *) */
Retcode api_thread_create_check(struct call *c)
{
	u64 flags = c->a[2] >> 32;

	if ((flags & ~CREATE_FLAGS) || (flags & CLASSES) == CLASSES ||
	    !priority_is_valid(policy_of(flags), (u32)c->a[2]) || c->a[3] > STACK_MAX)
		return rcInvalidArgument;
	return rcOk;
}

Retcode api_thread_create(struct call *c)
{
	u64 flags = c->a[2] >> 32;
	struct thread_request q = { .task = c->self,
				    .start = c->in.start,
				    .stack_bytes = c->a[3] ? page_round_up(c->a[3])
							   : c->self->stack_size,
				    .policy = policy_of(flags),
				    .priority = (ThreadPriority)c->a[2],
				    .rr_interval = ticks_from_ms(RR_INTERVAL_DEFAULT_MS),
				    .waitable = (flags & ThreadFlagCreateWaitable) != 0 };
	struct thread *t;
	Retcode rc = q.start.entry & 1 ? rcInvalidArgument : handle_reserve(&c->self->handles);

	if (rc == rcOk)
		rc = thread_create(&q, &t);
	if (rc != rcOk)
		return rc;
	object_get(&t->object);
	give_handle(c, 0, &t->object, OCAP_THREAD_FULL);
	give_u32(c, 1, t->tid);
	thread_start(t, (flags & ThreadFlagCreateSuspended) != 0);
	return rcOk;
}

/* (code) */
Retcode api_thread_exit(struct call *c)
{
	return thread_exit((i32)c->a[0]) ? rcOk : API_RETRY;
}

/* (thread, msDelay, rtl_int32_t *) */
Retcode api_thread_wait(struct call *c)
{
	struct thread *t = c->thread;

	if (t->exited)
		return give_u32(c, 2, (u32)t->exit_code);
	return api_wait(WAIT_THREAD, &t->joiners, c->a[1]);
}

/* (thread, ThreadSchedPolicy *, ThreadSchedParam *): the last one is for classes with a parameter.
 */
Retcode api_thread_get_sched_policy_check(struct call *c)
{
	return c->a[2] & 7 ? rcInvalidArgument : rcOk;
}

Retcode api_thread_get_sched_policy(struct call *c)
{
	const struct thread *t = c->thread;
	ThreadSchedParam param = { .rrInterval = timespec_from_ticks(t->rr_interval) };

	if (c->a[2] && t->policy != ThreadSchedPolicyRR)
		return rcInvalidArgument;
	if (c->a[2] && guest_check_write(&c->self->vm, c->a[2], sizeof(param)) != rcOk)
		return rcTargetFault;
	if (c->a[2])
		/* Without the padding, which may hold anything. */
		give(c, 2, &param, offsetof(RtlTimeSpec, nsec) + sizeof(param.rrInterval.nsec));
	return give_u32(c, 1, t->policy);
}

Retcode api_sched_policy_check(struct call *c)
{
	bool fits = priority_is_valid(c->a[1], c->a[2]) &&
		    (!c->a[3] || c->a[1] == ThreadSchedPolicyRR);

	return fits ? rcOk : rcInvalidArgument;
}

/* The round-robin interval in ticks: the parameter's, or the default; 0: that is not valid. */
static u64 rr_interval(const struct call *c)
{
	const RtlTimeSpec *t = &c->in.param.rrInterval;
	u64 nsec = t->nsec;

	if (!c->a[3])
		return ticks_from_ms(RR_INTERVAL_DEFAULT_MS);
	if (nsec && !t->sec)
		nsec = max_u64(nsec, FLOE_RR_INTERVAL_MIN * NS_PER_US);
	return nsec < NS_PER_SECOND ? ticks_from_ns(t->sec, nsec) : 0;
}

/* Of a thread, or of a task's initial one, before it runs and while it does. */
static Retcode set_policy(struct call *c, u64 policy, u64 priority, u64 interval)
{
	bool of_thread = c->rules->type == OBJECT_THREAD;
	struct thread *t = of_thread ? c->thread : c->task->initial_thread;

	if (t) {
		thread_set_policy(t, (ThreadSchedPolicy)policy, (ThreadPriority)priority, interval);
		return rcOk;
	}
	if (c->task->state == TaskStateRunning)
		return rcInvalidOperation;
	c->task->policy = (ThreadSchedPolicy)policy;
	c->task->priority = (ThreadPriority)priority;
	c->task->rr_interval = interval;
	return rcOk;
}

/* (task or thread, policy, priority, const ThreadSchedParam *) */
Retcode api_set_policy(struct call *c)
{
	u64 interval = rr_interval(c);

	return interval ? set_policy(c, c->a[1], c->a[2], interval) : rcInvalidArgument;
}

/* The class decides on the range; beyond the widest it is wrong for all. */
Retcode api_priority_check(struct call *c)
{
	return priority_is_valid(ThreadSchedPolicyFifo, c->a[1]) ? rcOk : rcInvalidArgument;
}

/* (task or thread, priority) */
Retcode api_set_priority(struct call *c)
{
	bool of_thread = c->rules->type == OBJECT_THREAD;
	ThreadSchedPolicy policy = of_thread ? c->thread->policy : c->task->policy;
	u64 interval = of_thread ? c->thread->rr_interval : c->task->rr_interval;

	if (!priority_is_valid(policy, c->a[1]))
		return rcInvalidArgument;
	return set_policy(c, policy, c->a[1], interval);
}

/* (thread, const RtlCpuSet *) */
Retcode api_thread_set_affinity(struct call *c)
{
	if (!c->in.cpus)
		return rcInvalidArgument;
	if (c->in.cpus & ~c->thread->task->limits.cpuMask)
		return rcSecurityDisallow;
	sched_set_affinity(c->thread, c->in.cpus);
	return rcOk;
}

/* () */
Retcode api_thread_suspend_current(struct call *c)
{
	(void)c;
	thread_block(WAIT_RESUME, NULL, TIME_NEVER);
	return rcOk;
}

/* (thread) */
Retcode api_thread_resume(struct call *c)
{
	if (c->thread->wait != WAIT_RESUME)
		return rcInvalidOperation;
	thread_wake(c->thread);
	return rcOk;
}

/* (Handle *) */
Retcode api_thread_open_current(struct call *c)
{
	struct thread *t = thread_current();

	object_get(&t->object);
	return give_handle(c, 0, &t->object, OCAP_THREAD_FULL);
}

/* () -> Tid */
Retcode api_thread_current(struct call *c)
{
	c->value = thread_current()->tid;
	return rcOk;
}

/* (ms) */
Retcode api_sleep(struct call *c)
{
	if ((u32)c->a[0])
		thread_block(WAIT_SLEEP, NULL, deadline(c->a[0]));
	else
		sched_yield();
	return rcOk;
}
