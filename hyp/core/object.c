/* SPDX-License-Identifier: Apache-2.0 */
#include "core/object.h"

#include "core/memobj.h"
#include "core/notice.h"
#include "core/sched.h"
#include "core/task.h"
#include "core/thread.h"

SysCounters counters;

static struct list dead = { &dead, &dead };

static void (*const destroy[OBJECT_TYPES])(struct object *) = {
	[OBJECT_TASK] = task_destroy,
	[OBJECT_MDL] = mdl_destroy,
	[OBJECT_NOTICE] = notice_destroy,
	[OBJECT_THREAD] = thread_destroy,
};

void object_init(struct object *object, enum object_type type)
{
	object->type = type;
	object->refs = 1;
	list_init(&object->dead);
}

void object_get(struct object *object)
{
	object->refs++;
}

void object_put(struct object *object)
{
	if (--object->refs)
		return;
	list_add_tail(&dead, &object->dead);
	sched_request(WORK_REAP);
}

void object_reap(void)
{
	while (!list_empty(&dead)) {
		struct object *object = list_first(&dead, struct object, dead);

		list_del(&object->dead);
		destroy[object->type](object);
	}
}
