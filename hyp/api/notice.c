/* SPDX-License-Identifier: Apache-2.0 */
/* Notices and random numbers: api.md, sections 5 and 8. */
#include "core/notice.h"

#include "api/api.h"

#include <floe/abi.h>
#include <string.h>

#define EVENTS_PER_CALL 64u
#define RANDOM_MAX 65536u
#define RANDOM_PORTION 512u

#define EVENT_MASK ((u64)(EVENT_OBJECT_DESTROYED | EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN))

/* () -> version */
Retcode api_abi_version(struct call *c)
{
	c->value = FLOE_ABI_VERSION;
	return rcOk;
}

/* (Handle *) */
Retcode api_notice_create(struct call *c)
{
	struct notice *notice = notice_create();

	return notice ? give_handle(c, 0, &notice->object, OCAP_NOTICE_FULL) : rcOutOfMemory;
}

/* (notice, object, mask, id) */
Retcode api_notice_subscribe_check(struct call *c)
{
	return (u32)c->a[2] && !((u32)c->a[2] & ~EVENT_MASK) ? rcOk : rcInvalidArgument;
}

Retcode api_notice_subscribe(struct call *c)
{
	struct object *object;
	Retcode rc = handle_get(&c->self->handles, (Handle)c->a[1], OBJECT_TASK, OCAP_TASK_QUERY,
				&object);

	if (rc != rcOk)
		return rc;
	return notice_subscribe(c->notice, container_of(object, struct task, object), (u32)c->a[2],
				c->a[3]);
}

/* (notice, msDelay, countMax, EventDesc *, rtl_size_t *count) */
Retcode api_notice_get_event_check(struct call *c)
{
	return c->a[2] && c->a[3] && !(c->a[3] & 7) ? rcOk : rcInvalidArgument;
}

Retcode api_notice_get_event(struct call *c)
{
	u64 max = min_u64(c->a[2], EVENTS_PER_CALL), count = 0;
	EventDesc event;
	Retcode rc = guest_check_write(&c->self->vm, c->a[3], max * sizeof(event));

	if (rc != rcOk)
		return rc;
	memset(&event, 0, sizeof(event));
	for (; count < max && notice_take(c->notice, &event); count++)
		guest_write(&c->self->vm, c->a[3] + count * sizeof(event), &event, sizeof(event));
	if (!count)
		rc = api_wait(WAIT_NOTICE, &c->notice->waiters, c->a[1]);
	if (rc != API_RETRY)
		give(c, 4, &count, sizeof(count));
	return rc;
}

/* (size, output) -> bytes done */
Retcode api_random_generate(struct call *c)
{
	u64 size = min_u64(c->a[0], RANDOM_PORTION);
	Retcode rc;

	if (!size || !c->a[1])
		return rcInvalidArgument;
	if (c->a[0] > RANDOM_MAX)
		return rcBufferTooLarge;
	rc = guest_check_write(&c->self->vm, c->a[1], c->a[0]);
	for (u64 done = 0, n; rc == rcOk && done < size; done += n) {
		void *to = vm_resolve(&c->self->vm, c->a[1] + done, VMM_FLAG_WRITE, &n);

		n = min_u64(n, size - done);
		random_bytes(to, n);
	}
	c->value = rc == rcOk ? size : 0;
	return rc;
}
