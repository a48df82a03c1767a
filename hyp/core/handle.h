/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handle space of a process. An id is an index with a generation above it, so
 * that a closed id stays wrong for as long as generations last.
 *
 * Handles of all processes form trees: a transfer makes a descendant. Closing a
 * handle hands its descendants to its parent; revoking takes the object away
 * from them, while their ids stay until they are closed.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include "core/object.h"

#define HANDLES_PER_CHUNK 64u
#define HANDLE_CHUNKS 64u
#define HANDLES_MAX (HANDLES_PER_CHUNK * HANDLE_CHUNKS)

/* What each chunk but the first counts for: itself, and what nothing but its handles may keep. */
#define HANDLE_CHUNK_PAGES ((u64)3)

struct handle_entry {
	struct object *object; /* NULL: free, or revoked */
	u32 rights;            /* OCAP_*; while free: the next free index */
	u16 generation;
	bool revoked;
	u64 badge; /* object.id: it was derived with that one's, which it does not keep; 0: none */
	struct handle_entry *parent;
	struct list children; /* handles derived from it, in any process */
	struct list sibling;
};

struct vm;

struct handle_table {
	struct vm *vm; /* the process's, that chunks count for */
	struct handle_entry *chunk[HANDLE_CHUNKS];
	u32 used;  /* entries that were ever in use */
	u32 free;  /* first of those that are free again, + 1; 0: none */
	u32 count; /* open ones, revoked ones included */
};

/*
 * A new handle, taking over the caller's reference on the object. An id is
 * reserved first, so that the rest of a call cannot fail: rcQuotaExceeded (too
 * many, or the process's memory limit), rcOutOfMemory.
 */
Retcode handle_reserve(struct handle_table *t);
Handle handle_open(struct handle_table *t, struct object *object, u32 rights);

/* A reserved descendant of a valid handle of `from`; the badge is an object's id, or 0. */
Handle handle_derive(struct handle_table *t, const struct handle_table *from, Handle source,
		     u32 rights, u64 badge);

/*
 * The object behind a handle with those rights. rcInvalidArgument: unknown,
 * closed, or of another type than that (OBJECT_ANY: all will do); rcHandleRevoked; rcNoCapability.
 */
Retcode handle_get(const struct handle_table *t, Handle handle, enum object_type type, u32 rights,
		   struct object **object);

/*
 * Closes it and drops its reference; what was derived from it descends from its parent then.
 * rcInvalidArgument: unknown or closed; VM_AGAIN: only some of that, for there is much.
 */
Retcode handle_close(struct handle_table *t, Handle handle);

/*
 * Takes the object away from all descendants of a valid handle, or, with a
 * badge that is not 0, from those children that were derived with it and their descendants.
 * VM_AGAIN: from some of them, for there are many in all processes.
 */
Retcode handle_revoke_descendants(struct handle_table *t, Handle handle, u64 badge);

/* Closes all and frees the table. */
void handle_close_all(struct handle_table *t);

#endif
