/* SPDX-License-Identifier: Apache-2.0 */
/* Handles, and what an inspector gets without having been given it: api.md, sections 3 and 7. */
#include "api/api.h"
#include "core/page.h"

/* (handle) */
Retcode api_handle_close(struct call *c)
{
	return handle_close(&c->self->handles, (Handle)c->a[0]);
}

/* (handle): what was derived from it is revoked, and it is closed. */
Retcode api_handle_revoke(struct call *c)
{
	struct handle_table *t = &c->self->handles;
	struct object *object;
	Retcode rc = handle_get(t, (Handle)c->a[0], OBJECT_ANY, 0, &object);

	if (rc == rcOk)
		rc = handle_revoke_descendants(t, (Handle)c->a[0], 0);
	return rc == rcOk ? handle_close(t, (Handle)c->a[0]) : rc;
}

/* (handle, badge) */
Retcode api_handle_revoke_subtree(struct call *c)
{
	struct handle_table *t = &c->self->handles;
	struct object *object, *badge;
	Retcode rc = handle_get(t, (Handle)c->a[0], OBJECT_ANY, 0, &object);

	if (rc == rcOk)
		rc = handle_get(t, (Handle)c->a[1], OBJECT_ANY, 0, &badge);
	return rc == rcOk ? handle_revoke_descendants(t, (Handle)c->a[0], badge->id) : rc;
}

/* (task, src, badge, rights, Handle *): the caller's own handles, before the task's state. */
Retcode api_task_transfer_resource_check(struct call *c)
{
	const struct handle_table *own = &c->self->handles;
	Handle source = (Handle)c->a[1], badge = (Handle)c->a[2];
	struct object **object = &c->in.resource.object;
	Retcode rc = handle_get(own, source, OBJECT_ANY, OCAP_HANDLE_TRANSFER, object);

	c->in.resource.badge = 0;
	if (rc == rcOk && badge != INVALID_HANDLE) {
		rc = handle_get(own, badge, OBJECT_ANY, 0, object);
		c->in.resource.badge = rc == rcOk ? (*object)->id : 0;
	}
	if (rc == rcOk)
		rc = handle_get(own, source, OBJECT_ANY, (u32)c->a[3], object);
	return rc;
}

Retcode api_task_transfer_resource(struct call *c)
{
	struct handle_table *to = &c->task->handles;
	/* A process that is not started and holds itself would never go. */
	bool is_itself = c->in.resource.object == &c->task->object;
	Retcode rc = is_itself ? rcInvalidArgument : handle_reserve(to);

	if (rc != rcOk)
		return rc;
	return give_u32(c, 4,
			handle_derive(to, &c->self->handles, (Handle)c->a[1], (u32)c->a[3],
				      c->in.resource.badge));
}

/* For inspectors only. */
Retcode api_inspector_check(struct call *c)
{
	return c->self->limits.permissions & TaskMayInspect ? rcOk : rcSecurityDisallow;
}

/* (after, Handle *) */
Retcode api_task_get_next(struct call *c)
{
	struct task *task = task_next((Pid)c->a[0]);
	Retcode rc = task ? handle_reserve(&c->self->handles) : rcResourceNotFound;

	if (rc != rcOk)
		return rc;
	object_get(&task->object);
	return give_handle(c, 1, &task->object,
			   OCAP_TASK_QUERY | OCAP_TASK_CONTROL | OCAP_TASK_INSPECT);
}

/* (SysCounters *): once all is free that is to be. */
Retcode api_sys_get_counters(struct call *c)
{
	if (object_reap_memory()) {
		sched_request(WORK_TIMER); /* as there is more to do than to answer */
		return API_RETRY;
	}
	counters.freePages = page_count_free();
	counters.allPages = page_count_all();
	return give(c, 0, &counters, sizeof(counters));
}
