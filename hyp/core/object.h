/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What handles refer to: reference-counted objects of four types.
 *
 * The last reference never destroys at once: the object goes on a list, and
 * object_reap() at the end of the trap destroys what is there. So no caller
 * sees an object vanish under its hands, and a chain of objects that hold one
 * another goes without recursion.
 */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "core/list.h"
#include "core/types.h"

enum object_type {
	OBJECT_TASK,
	OBJECT_MDL,
	OBJECT_NOTICE,
	OBJECT_THREAD,
	OBJECT_TYPES,
	OBJECT_ANY = OBJECT_TYPES,
};

struct object {
	enum object_type type;
	u32 refs;
	struct list dead; /* waits for object_reap() */
};

/* What is in use in the whole system (KnSysGetCounters): each object counts itself. */
extern SysCounters counters; /* but freePages and allPages */

void object_init(struct object *object, enum object_type type);

void object_get(struct object *object);
void object_put(struct object *object);

/* Destroys all objects whose last reference is gone: sched_work() calls it. */
void object_reap(void);

#endif
