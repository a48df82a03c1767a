/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting, handles and random numbers: api.md, sections 5 to 8. */
#include "api/api.h"
#include "arch/cpu.h"
#include "core/guest_copy.h"
#include "core/notice.h"
#include "core/thread.h"

#include <string.h>

#define EVENTS_PER_CALL 64u
#define RANDOM_MAX 65536u

#define EVENT_MASK (EVENT_OBJECT_DESTROYED | EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN)

static u64 deadline(u64 ms)
{
	return (u32)ms == INFINITE_TIMEOUT ? TIME_NEVER : cpu_time() + ticks_from_ms((u32)ms);
}

/* (handle) */
Retcode api_handle_close(struct task *self, const u64 *a, u64 *value)
{
	(void)value;
	return handle_close(&self->handles, (Handle)a[0]);
}

/* (Handle *) */
Retcode api_notice_create(struct task *self, const u64 *a, u64 *value)
{
	struct notice *notice;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[0], sizeof(Handle)))
		return rcInvalidArgument;
	rc = guest_check_write(&self->vm, a[0], sizeof(Handle));
	if (rc == rcOk)
		rc = reserve_handle(self);
	if (rc != rcOk)
		return rc;
	notice = notice_create();
	if (!notice)
		return rcOutOfMemory;
	store_handle(self, a[0], &notice->object, OCAP_NOTICE_FULL);
	return rcOk;
}

static Retcode get_notice(const struct task *self, u64 handle, struct notice **notice)
{
	struct object *object;
	Retcode rc = handle_get(&self->handles, (Handle)handle, OBJECT_NOTICE, OCAP_NOTICE_WAIT,
				&object);

	if (rc == rcOk)
		*notice = container_of(object, struct notice, object);
	return rc;
}

/* (notice, object, mask, id) */
Retcode api_notice_subscribe(struct task *self, const u64 *a, u64 *value)
{
	struct notice *notice;
	struct task *task;
	Retcode rc;

	(void)value;
	if (!(u32)a[2] || ((u32)a[2] & ~(u32)EVENT_MASK))
		return rcInvalidArgument;
	rc = get_notice(self, a[0], &notice);
	if (rc == rcOk)
		rc = get_task(self, a[1], OCAP_TASK_QUERY, CALL_ANY, &task);
	return rc == rcOk ? notice_subscribe(notice, task, (u32)a[2], a[3]) : rc;
}

/* Nothing to deliver yet: waits, or gives up if the time is over. */
static Retcode wait_for_event(struct notice *notice, u64 ms)
{
	struct thread *t = thread_current();

	if (!t->retrying)
		t->wait_until = deadline(ms);
	if ((t->retrying && t->timed_out) || !(u32)ms)
		return rcTimeout;
	thread_block(WAIT_NOTICE, &notice->waiters, t->wait_until);
	return API_RETRY;
}

/* (notice, msDelay, countMax, EventDesc *, rtl_size_t *count) */
Retcode api_notice_get_event(struct task *self, const u64 *a, u64 *value)
{
	u64 max = min_u64(a[2], EVENTS_PER_CALL), count = 0;
	struct notice *notice;
	EventDesc event;
	Retcode rc;

	(void)value;
	memset(&event, 0, sizeof(event));
	if (!a[2] || bad_pointer(a[3], sizeof(u64)) || bad_pointer(a[4], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_notice(self, a[0], &notice);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[3], max * sizeof(event));
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[4], sizeof(count));
	if (rc != rcOk)
		return rc;
	while (count < max && notice_take(notice, &event)) {
		guest_write(&self->vm, a[3] + count * sizeof(event), &event, sizeof(event));
		count++;
	}
	if (!count)
		rc = wait_for_event(notice, a[1]);
	if (rc != API_RETRY)
		guest_write(&self->vm, a[4], &count, sizeof(count));
	return rc;
}

/* (ms) */
Retcode api_sleep(struct task *self, const u64 *a, u64 *value)
{
	(void)self;
	(void)value;
	if ((u32)a[0])
		thread_block(WAIT_SLEEP, NULL, deadline(a[0]));
	else
		sched_yield();
	return rcOk;
}

/* (size, output) */
Retcode api_random_generate(struct task *self, const u64 *a, u64 *value)
{
	Retcode rc;

	(void)value;
	if (!a[1] || !a[0])
		return rcInvalidArgument;
	if (a[0] > RANDOM_MAX)
		return rcBufferTooLarge;
	rc = guest_check_write(&self->vm, a[1], a[0]);
	for (u64 done = 0; rc == rcOk && done < a[0];) {
		u64 left;
		void *to = vm_resolve(&self->vm, a[1] + done, VMM_FLAG_WRITE, &left);

		left = min_u64(left, a[0] - done);
		random_bytes(to, left);
		done += left;
	}
	return rc;
}
