/* SPDX-License-Identifier: Apache-2.0 */
#include "core/object.h"

#include "arch/cpu.h"
#include "core/notice.h"
#include "core/task.h"

SysCounters counters;

/* Without references; and what takes a while. */
static struct list dead = { &dead, &dead }, garbage = { &garbage, &garbage };

static void (*const destroy[OBJECT_TYPES])(struct object *) = {
	[OBJECT_TASK] = task_destroy,     [OBJECT_MDL] = mdl_destroy,
	[OBJECT_NOTICE] = notice_destroy, [OBJECT_THREAD] = thread_destroy,
	[OBJECT_MEMORY] = memobj_destroy, [OBJECT_SPACE] = task_destroy_space,
};

void object_init(struct object *object, enum object_type type)
{
	static u64 last_id;

	object->type = type;
	object->refs = 1;
	object->id = ++last_id;
	list_init(&object->dead);
}

static void add_to(struct list *list, struct object *object)
{
	list_add_tail(list, &object->dead);
	sched_request(WORK_REAP);
}

void object_again(struct object *object)
{
	add_to(&garbage, object);
}

void object_put(struct object *object)
{
	if (!--object->refs)
		add_to(object->type < OBJECT_MEMORY ? &dead : &garbage, object);
}

static void reap_first(struct list *list)
{
	struct object *object = list_first(list, struct object, dead);

	list_del(&object->dead);
	destroy[object->type](object);
}

bool object_reap_memory(void)
{
	if (list_empty(&garbage))
		return false;
	reap_first(&garbage);
	return true;
}

/* One at least. */
static void reap(struct list *list, u64 until)
{
	while (!list_empty(list)) {
		reap_first(list);
		if (cpu_time() >= until)
			return;
	}
}

/* But not before who woke at the same time. */
static void go_on(struct timer *timer)
{
	struct run_queue *rq = &this_hart()->rq;

	if (rq->work & WORK_RESCHEDULE)
		timer_arm(&rq->timers, timer, cpu_time() + 1);
	else
		sched_request(WORK_REAP);
}

void object_reap(void)
{
	static struct timer later = { .expired = go_on };
	static u64 patience; /* until when garbage is left alone beside important threads */
	struct run_queue *rq = &this_hart()->rq;
	const struct thread *t = rq->running;
	bool important = t && (is_realtime(t) || t->reserved);
	u64 now = cpu_time(), until = now + (machine.timebase >> 14);

	reap(&dead, until);
	if (!important || now >= patience) {
		reap(&garbage, until);
		patience = now + (machine.timebase >> 8);
	} else if (list_empty(&dead)) {
		now = patience;
	}
	rq->work &= ~(u32)WORK_REAP;
	if (list_empty(&dead) && list_empty(&garbage))
		return;
	timer_cancel(&later);
	timer_arm(&rq->timers, &later, now);
	sched_request(WORK_TIMER);
}
