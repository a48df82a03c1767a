/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handle space of a process. An id is an index with a generation above it, so
 * that a closed id stays wrong for as long as generations last.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include "core/object.h"
#include "core/types.h"

#define HANDLES_PER_CHUNK 128u
#define HANDLE_CHUNKS 32u
#define HANDLES_MAX (HANDLES_PER_CHUNK * HANDLE_CHUNKS)

struct handle_entry {
	struct object *object; /* NULL: free */
	u32 rights;            /* OCAP_*; while free: the next free index */
	u32 generation;
};

struct handle_table {
	struct handle_entry *chunk[HANDLE_CHUNKS];
	u32 used;  /* entries that were ever in use */
	u32 free;  /* first of those that are free again, + 1; 0: none */
	u32 count; /* open handles */
};

/*
 * A new handle, taking over the caller's reference on the object. A reserved
 * id is found first, so that the rest of a call cannot fail: rcQuotaExceeded
 * (too many), rcOutOfMemory.
 */
Retcode handle_reserve(struct handle_table *t);
Handle handle_open(struct handle_table *t, struct object *object, u32 rights);

/*
 * The object behind a handle of that type with those rights.
 * rcInvalidArgument: unknown, closed or of another type; rcNoCapability.
 */
Retcode handle_get(const struct handle_table *t, Handle handle, enum object_type type, u32 rights,
		   struct object **object);

/* Closes it and drops its reference; rcInvalidArgument: unknown or closed. */
Retcode handle_close(struct handle_table *t, Handle handle);

/* Closes all and frees the table. */
void handle_close_all(struct handle_table *t);

#endif
