/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handle.h"

#include "core/sched.h"
#include "core/slab.h"
#include "core/vm.h"

#define INDEX_BITS 16
#define INDEX_MASK ((1u << INDEX_BITS) - 1)
#define GENERATIONS 0xfffeu
#define AT_ONCE 2048u

static struct handle_entry *entry_at(const struct handle_table *t, u32 index)
{
	return &t->chunk[index / HANDLES_PER_CHUNK][index % HANDLES_PER_CHUNK];
}

/* Index 0 is id 1 in the low bits, so that no id is 0. */
static struct handle_entry *find(const struct handle_table *t, Handle handle)
{
	u32 index = (handle & INDEX_MASK) - 1;
	struct handle_entry *e;

	if (index >= t->used)
		return NULL;
	e = entry_at(t, index);
	return (e->object || e->revoked) && e->generation == handle >> INDEX_BITS ? e : NULL;
}

Retcode handle_reserve(struct handle_table *t)
{
	struct handle_entry **chunk = &t->chunk[t->used / HANDLES_PER_CHUNK];
	u64 charge = t->used ? HANDLE_CHUNK_PAGES : 0;

	if (t->free)
		return rcOk;
	if (t->used == HANDLES_MAX)
		return rcQuotaExceeded;
	if (*chunk)
		return rcOk;
	if (charge && vm_charge(t->vm, charge) != rcOk)
		return rcQuotaExceeded;
	*chunk = mem_alloc(HANDLES_PER_CHUNK * sizeof(**chunk));
	if (*chunk)
		return rcOk;
	vm_uncharge(t->vm, charge);
	return rcOutOfMemory;
}

Handle handle_open(struct handle_table *t, struct object *object, u32 rights)
{
	u32 index = t->free ? t->free - 1 : t->used++;
	struct handle_entry *e = entry_at(t, index);

	if (t->free)
		t->free = e->rights;
	*e = (struct handle_entry){ .object = object,
				    .rights = rights,
				    .generation = (u16)(e->generation % GENERATIONS + 1) };
	list_init(&e->children);
	list_init(&e->sibling);
	counters.handles++;
	t->count++;
	return (u32)e->generation << INDEX_BITS | (index + 1);
}

Handle handle_derive(struct handle_table *t, const struct handle_table *from, Handle source,
		     u32 rights, u64 badge)
{
	struct handle_entry *parent = find(from, source), *e;
	Handle handle = handle_open(t, parent->object, rights);

	object_get(parent->object);
	e = find(t, handle);
	e->badge = badge;
	e->parent = parent;
	list_add_tail(&parent->children, &e->sibling);
	return handle;
}

Retcode handle_get(const struct handle_table *t, Handle handle, enum object_type type, u32 rights,
		   struct object **object)
{
	const struct handle_entry *e = find(t, handle);

	if (!e || (type != OBJECT_ANY && e->object && e->object->type != type))
		return rcInvalidArgument;
	if (e->revoked)
		return rcHandleRevoked;
	if (rights & ~e->rights)
		return rcNoCapability;
	*object = e->object;
	return rcOk;
}

static void drop_object(struct handle_entry *e)
{
	if (e->object)
		object_put(e->object);
	e->object = NULL;
}

/* There is more to do than to answer. */
static Retcode again(void)
{
	sched_request(WORK_TIMER);
	return VM_AGAIN;
}

/* So many children at most go to the parent; false: more are left. */
static bool pass_on(struct handle_entry *e, u32 most)
{
	while (!list_empty(&e->children)) {
		struct handle_entry *child = list_first(&e->children, struct handle_entry, sibling);

		if (!most--)
			return false;
		list_del(&child->sibling);
		child->parent = e->parent;
		if (e->parent)
			list_add_tail(&e->parent->children, &child->sibling);
	}
	return true;
}

/* Takes an entry out of its tree. */
static void close_entry(struct handle_table *t, struct handle_entry *e)
{
	pass_on(e, ~0u);
	list_del(&e->sibling);
	drop_object(e);
	e->revoked = false;
	counters.handles--;
	t->count--;
}

Retcode handle_close(struct handle_table *t, Handle handle)
{
	struct handle_entry *e = find(t, handle);

	if (!e)
		return rcInvalidArgument;
	if (!pass_on(e, AT_ONCE))
		return again();
	close_entry(t, e);
	e->rights = t->free;
	t->free = handle & INDEX_MASK;
	return rcOk;
}

Retcode handle_revoke_descendants(struct handle_table *t, Handle handle, u64 badge)
{
	struct handle_entry *root = find(t, handle);
	u32 left = AT_ONCE;

	list_for_each_safe(struct handle_entry, child, next, &root->children, sibling) {
		struct handle_entry *e = child, *parent;

		if (badge && child->badge != badge)
			continue;
		/* Those below first: what is left is a tree at any time. */
		for (; e != root; e = parent) {
			if (!left--)
				return again();
			while (!list_empty(&e->children))
				e = list_first(&e->children, struct handle_entry, sibling);
			parent = e->parent;
			list_del(&e->sibling);
			drop_object(e);
			e->parent = NULL;
			e->revoked = true;
		}
	}
	return rcOk;
}

void handle_close_all(struct handle_table *t)
{
	for (u32 i = 0; i < t->used; i++) {
		struct handle_entry *e = entry_at(t, i);

		if (e->object || e->revoked)
			close_entry(t, e);
	}
	for (u32 c = 0; c < HANDLE_CHUNKS; c++) {
		mem_free(t->chunk[c], HANDLES_PER_CHUNK * sizeof(**t->chunk));
		t->chunk[c] = NULL;
	}
	t->used = 0;
	t->free = 0;
}
