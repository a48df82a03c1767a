/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What handles refer to: reference-counted objects of four types. Two more, to which no handle
 * refers, end in the same way: memory objects, and address spaces of processes that have ended.
 *
 * The last reference never destroys at once: the object goes on a list, and
 * object_reap() at the end of the trap destroys what is there. So no caller
 * sees an object vanish under its hands, and a chain of objects that hold one
 * another goes without recursion.
 *
 * Nor does it take long. What has much memory gives back a portion of it and is put on the
 * list again, and object_reap() leaves the rest for another trap, which comes at once, or,
 * where a real-time thread or one with budget left runs, after some milliseconds: the others pay
 * for it where they can.
 */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "core/list.h"

enum object_type {
	OBJECT_TASK,
	OBJECT_MDL,
	OBJECT_NOTICE,
	OBJECT_THREAD,
	OBJECT_MEMORY,
	OBJECT_SPACE,
	OBJECT_TYPES,
	OBJECT_ANY = OBJECT_TYPES,
};

struct object {
	enum object_type type;
	u32 refs;
	u64 id;           /* of this one alone, for ever; not 0 */
	struct list dead; /* waits for object_reap() */
};

/* What is in use in the whole system (KnSysGetCounters): each object counts itself. */
extern SysCounters counters; /* but freePages and allPages */

void object_init(struct object *object, enum object_type type);

static inline void object_get(struct object *object)
{
	object->refs++;
}

void object_put(struct object *object);

/* Its destructor has destroyed a portion, and is called again. */
void object_again(struct object *object);

/*
 * Destroys objects whose last reference is gone, all or as many as can be in some 50 us:
 * sched_work() calls it.
 */
void object_reap(void);

/* Gives a portion of such memory back now, as there is no other; false: there is none. */
bool object_reap_memory(void);

#endif
