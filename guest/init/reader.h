/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the manifest's parts share: reporting mistakes, and properties by a table. */
#ifndef FLOE_INIT_READER_H
#define FLOE_INIT_READER_H

#include "manifest.h"
#include "property.h"

enum {
	WHERE_SIZE = 256, /* longer paths are cut in messages */
	SENTENCE_SIZE = 512,
};

struct reader {
	const void *tree;
	struct manifest *manifest;
	const struct manifest_reporter *reporter;
	size_t mistakes; /* reported so far */
};

/*
 * Reports a mistake at the node `folder` and `name`, a child or property of
 * it, or "" for the node itself.
 */
__attribute__((format(printf, 5, 6))) void reader_mistake(struct reader *r, const char *error,
							  const char *folder, const char *name,
							  const char *format, ...);

/* Takes the node's properties into the structure at `target`; reports unknown and wrong ones. */
void reader_properties(struct reader *r, int node, const char *path,
		       const struct property_table *table, void *target);

/* `what`, "a partition", has properties only: reports each child. */
void reader_no_children(struct reader *r, int node, const char *path, const char *what);

#endif
