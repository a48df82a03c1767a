/* SPDX-License-Identifier: Apache-2.0 */
#include "core/notice.h"

#include "core/slab.h"
#include "core/task.h"

struct notice *notice_create(void)
{
	struct notice *n = mem_alloc(sizeof(*n));

	if (!n)
		return NULL;
	object_init(&n->object, OBJECT_NOTICE);
	list_init(&n->subscriptions);
	list_init(&n->pending);
	list_init(&n->waiters);
	return n;
}

static void unsubscribe(struct subscription *s)
{
	s->notice->count--;
	list_del(&s->notice_link);
	list_del(&s->pending_link);
	list_del(&s->object_link);
	slab_free(s);
}

void notice_destroy(struct object *object)
{
	struct notice *n = container_of(object, struct notice, object);

	while (!list_empty(&n->subscriptions))
		unsubscribe(list_first(&n->subscriptions, struct subscription, notice_link));
	/* Who waits finds its handle closed. */
	thread_wake_all(&n->waiters);
	slab_free(n);
}

static void raise(struct subscription *s, u32 event)
{
	event &= s->mask & ~s->taken;
	if (!event)
		return;
	s->events |= event;
	if (list_empty(&s->pending_link))
		list_add_tail(&s->notice->pending, &s->pending_link);
	/* Not the first alone: it may have lost its handle, and would leave the event there. */
	thread_wake_all(&s->notice->waiters);
}

static struct subscription *find(const struct notice *notice, const struct task *task)
{
	list_for_each(struct subscription, s, &task->subscriptions, object_link)
		if (s->notice == notice)
			return s;
	return NULL;
}

Retcode notice_subscribe(struct notice *notice, struct task *task, u32 mask, u64 id)
{
	struct subscription *s = find(notice, task);

	if (!s) {
		if (notice->count >= NOTICE_SUBSCRIPTIONS_MAX)
			return rcQuotaExceeded;
		s = mem_alloc(sizeof(*s));
		if (!s)
			return rcOutOfMemory;
		s->notice = notice;
		list_init(&s->pending_link);
		list_add_tail(&notice->subscriptions, &s->notice_link);
		list_add_tail(&task->subscriptions, &s->object_link);
		notice->count++;
	}
	s->mask |= mask;
	s->id = id;
	raise(s, task->events);
	return rcOk;
}

void notice_raise(struct list *subscriptions, u32 event)
{
	list_for_each(struct subscription, s, subscriptions, object_link)
		raise(s, event);
}

void notice_detach(struct list *subscriptions)
{
	list_for_each_safe(struct subscription, s, next, subscriptions, object_link) {
		list_del(&s->object_link);
		if (!s->events)
			unsubscribe(s);
	}
}

bool notice_take(struct notice *notice, EventDesc *event)
{
	struct subscription *s;

	if (list_empty(&notice->pending))
		return false;
	s = list_first(&notice->pending, struct subscription, pending_link);
	*event = (EventDesc){ .eventId = s->id, .eventMask = s->events };
	s->taken |= s->events;
	s->events = 0;
	list_del(&s->pending_link);
	/* Nothing can follow once the object is gone. */
	if (list_empty(&s->object_link))
		unsubscribe(s);
	return true;
}
