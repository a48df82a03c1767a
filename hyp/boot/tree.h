/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree is gone over once, tag by tag: libfdt's look-ups by name each
 * go over much of it again, and would be most of the boot. For boot/machine.c.
 */
#ifndef BOOT_TREE_H
#define BOOT_TREE_H

#include "core/types.h"

#define TREE_DEPTH 8   /* nodes that lie deeper are not looked at */
#define TREE_NAMES 128 /* remembered at a time, by their offsets */

enum property_id {
#define PROPERTY(id, name) id,
#include "boot/properties.h"
	PROPERTIES,
};

struct property {
	const void *value; /* NULL: the node has none */
	int bytes;
};

/* A node with those of its properties that matter. */
struct node {
	const char *name;
	u32 present; /* bit n: it has p[n] */
	struct property p[PROPERTIES];
	bool done; /* evaluated: its properties stand before its children */
};

/* Where in the strings block a name is, and which property has it. */
struct known_name {
	const char *name; /* NULL: none yet */
	u32 offset;
	enum property_id id; /* PROPERTIES: none of ours */
};

struct walk {
	struct known_name known[TREE_NAMES];
	struct node node[TREE_DEPTH]; /* the path to where the walk is */
	int depth;                    /* of that: 0 is the root */
	int aliases;                  /* offset of that node; 0: there is none */
	/* Takes node[depth], below the root, when its properties are all read. */
	void (*take)(struct walk *walk);
};

/* Goes over a tree whose header was checked; `take` is set, the rest zero. */
void tree_walk(const void *tree, struct walk *walk);

/* A property; one without a value where the node has none. */
const struct property *tree_property(const struct node *n, enum property_id id);

/* The number in one or two big-endian cells. */
u64 tree_cells(const u32 *cell, int count);

/* A property of one or two cells, or `otherwise` where there is none. */
u64 tree_u64(const struct node *n, enum property_id id, u64 otherwise);

/* A string property, or "" where there is none or it has no end. */
const char *tree_string(const struct node *n, enum property_id id);

/* Does its status say that it is in use? Is its compatible that? */
bool tree_is_enabled(const struct node *n);
bool tree_is_compatible(const struct node *n, const char *name);

#endif
