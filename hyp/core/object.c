/* SPDX-License-Identifier: Apache-2.0 */
#include "core/object.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "core/memobj.h"
#include "core/notice.h"
#include "core/sched.h"
#include "core/task.h"
#include "core/thread.h"

SysCounters counters;

static struct list dead = { &dead, &dead };

static void (*const destroy[OBJECT_TYPES])(struct object *) = {
	[OBJECT_TASK] = task_destroy,     [OBJECT_MDL] = mdl_destroy,
	[OBJECT_NOTICE] = notice_destroy, [OBJECT_THREAD] = thread_destroy,
	[OBJECT_MEMORY] = memobj_destroy, [OBJECT_SPACE] = task_destroy_space,
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

void object_again(struct object *object)
{
	list_add_tail(&dead, &object->dead);
	sched_request(WORK_REAP);
}

void object_put(struct object *object)
{
	if (!--object->refs)
		object_again(object);
}

static void reap(struct object *object)
{
	list_del(&object->dead);
	destroy[object->type](object);
}

bool object_reap_memory(void)
{
	list_for_each(struct object, object, &dead, dead) {
		if (object->type < OBJECT_MEMORY)
			continue;
		reap(object);
		return true;
	}
	return false;
}

static void go_on(struct timer *timer)
{
	(void)timer;
	sched_request(WORK_REAP);
}

void object_reap(void)
{
	static struct timer later = { .expired = go_on };
	static u64 patience; /* until when important threads are let alone */
	struct run_queue *rq = &this_hart()->rq;
	const struct thread *t = rq->running;
	bool important = t && (is_realtime(t) || t->reserved);
	u64 now = cpu_time();

	if (important && now < patience) {
		now = patience;
	} else {
		while (!list_empty(&dead) && cpu_time() - now <= machine.timebase >> 14)
			reap(list_first(&dead, struct object, dead));
		patience = now + (machine.timebase >> 8);
	}
	rq->work &= ~(u32)WORK_REAP;
	if (list_empty(&dead))
		return;
	timer_cancel(&later);
	timer_arm(&rq->timers, &later, now);
	sched_request(WORK_TIMER);
}
