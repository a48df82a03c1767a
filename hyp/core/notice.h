/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices: a process subscribes to events of objects and waits for them.
 *
 * All memory is taken at subscription: an event only sets bits and cannot be
 * lost. A subscription does not keep its object alive. An event of an object
 * is delivered once per notice, several of one object or-ed.
 */
#ifndef CORE_NOTICE_H
#define CORE_NOTICE_H

#include "core/object.h"

struct task;

#define NOTICE_SUBSCRIPTIONS_MAX 4096

struct notice {
	struct object object;
	struct list subscriptions; /* all of them */
	struct list pending;       /* those with events */
	struct list waiters;       /* threads in KnNoticeGetEvent */
	u32 count;
};

struct subscription {
	struct notice *notice;
	struct list notice_link;  /* in notice->subscriptions */
	struct list pending_link; /* in notice->pending while there are events */
	struct list object_link;  /* in the task's subscriptions; alone once it is gone */
	u32 mask, events, taken;  /* wanted; happened; given away already */
	u64 id;
};

/* A notice with one reference, or NULL. */
struct notice *notice_create(void);

/* The object type's destructor. */
void notice_destroy(struct object *object);

/*
 * Subscribes to events of a task; those that already happened are delivered. A
 * second subscription of a notice adds to the first and changes its id: each
 * event comes once.
 * rcQuotaExceeded, rcOutOfMemory.
 */
Retcode notice_subscribe(struct notice *notice, struct task *task, u32 mask, u64 id);

/* An event happened to the owner of that list of subscriptions. */
void notice_raise(struct list *subscriptions, u32 event);

/* The owner of that list goes: its subscriptions stay with their notices. */
void notice_detach(struct list *subscriptions);

/* Takes the next event off; false: none. A subscription to what is gone goes with its last event.
 */
bool notice_take(struct notice *notice, EventDesc *event);

#endif
