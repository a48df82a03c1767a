/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handle.h"

#include "core/slab.h"

#define INDEX_BITS 16
#define GENERATIONS 0xfffeu

static struct handle_entry *entry_at(const struct handle_table *t, u32 index)
{
	return &t->chunk[index / HANDLES_PER_CHUNK][index % HANDLES_PER_CHUNK];
}

/* Index 0 is id 1 in the low bits, so that no id is 0. */
static struct handle_entry *find(const struct handle_table *t, Handle handle)
{
	u32 index = (handle & ((1u << INDEX_BITS) - 1)) - 1;
	struct handle_entry *e;

	if (index >= t->used)
		return NULL;
	e = entry_at(t, index);
	return e->object && e->generation == handle >> INDEX_BITS ? e : NULL;
}

Retcode handle_reserve(struct handle_table *t)
{
	struct handle_entry **chunk = &t->chunk[t->used / HANDLES_PER_CHUNK];

	if (t->free)
		return rcOk;
	if (t->used == HANDLES_MAX)
		return rcQuotaExceeded;
	if (t->used % HANDLES_PER_CHUNK == 0 && !*chunk) {
		*chunk = mem_alloc(HANDLES_PER_CHUNK * sizeof(**chunk));
		if (!*chunk)
			return rcOutOfMemory;
	}
	return rcOk;
}

Handle handle_open(struct handle_table *t, struct object *object, u32 rights)
{
	u32 index = t->free ? t->free - 1 : t->used++;
	struct handle_entry *e = entry_at(t, index);

	if (t->free)
		t->free = e->rights;
	e->object = object;
	e->rights = rights;
	e->generation = e->generation % GENERATIONS + 1;
	t->count++;
	return e->generation << INDEX_BITS | (index + 1);
}

Retcode handle_get(const struct handle_table *t, Handle handle, enum object_type type, u32 rights,
		   struct object **object)
{
	const struct handle_entry *e = find(t, handle);

	if (!e || e->object->type != type)
		return rcInvalidArgument;
	if (rights & ~e->rights)
		return rcNoCapability;
	*object = e->object;
	return rcOk;
}

Retcode handle_close(struct handle_table *t, Handle handle)
{
	struct handle_entry *e = find(t, handle);
	struct object *object;

	if (!e)
		return rcInvalidArgument;
	object = e->object;
	e->object = NULL;
	e->rights = t->free;
	t->free = handle & ((1u << INDEX_BITS) - 1);
	t->count--;
	object_put(object);
	return rcOk;
}

void handle_close_all(struct handle_table *t)
{
	for (u32 i = 0; i < t->used; i++)
		if (entry_at(t, i)->object)
			object_put(entry_at(t, i)->object);
	for (u32 c = 0; c < HANDLE_CHUNKS; c++) {
		mem_free(t->chunk[c], HANDLES_PER_CHUNK * sizeof(**t->chunk));
		t->chunk[c] = NULL;
	}
	t->used = 0;
	t->free = 0;
	t->count = 0;
}
