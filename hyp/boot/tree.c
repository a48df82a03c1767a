/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/tree.h"

#include "lib/text.h"

#include <libfdt.h>

/* One behind the other, and where each begins. No pointers: they would need relocations. */
static const struct names {
#define PROPERTY(id, name) char id[sizeof(name)];
#include "boot/properties.h"
} names = {
#define PROPERTY(id, name) name,
#include "boot/properties.h"
};
static const u16 name_at[PROPERTIES] = {
#define PROPERTY(id, name) offsetof(struct names, id),
#include "boot/properties.h"
};

const struct property *tree_property(const struct node *n, enum property_id id)
{
	static const struct property none;

	return n->present >> id & 1 ? &n->p[id] : &none;
}

u64 tree_cells(const u32 *cell, int count)
{
	u64 value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | fdt32_to_cpu(cell[i]);
	return value;
}

u64 tree_u64(const struct node *n, enum property_id id, u64 otherwise)
{
	const struct property *p = tree_property(n, id);
	bool fits = p->value && (p->bytes == 4 || p->bytes == 8);

	return fits ? tree_cells(p->value, p->bytes / 4) : otherwise;
}

const char *tree_string(const struct node *n, enum property_id id)
{
	const struct property *p = tree_property(n, id);
	const char *string = p->value;

	return string && p->bytes > 0 && !string[p->bytes - 1] ? string : "";
}

bool tree_is_enabled(const struct node *n)
{
	const char *status = tree_string(n, STATUS);

	return !*status || text_is(status, "okay") || text_is(status, "ok");
}

bool tree_is_compatible(const struct node *n, const char *name)
{
	const struct property *p = tree_property(n, COMPATIBLE);

	return p->value && fdt_stringlist_contains(p->value, p->bytes, name);
}

static enum property_id find_property(const char *wanted)
{
	enum property_id id = 0;

	for (; id < PROPERTIES; id++) {
		const char *name = (const char *)&names + name_at[id];

		/* Mostly the first letter tells. */
		if (*name == *wanted && text_is(wanted, name))
			break;
	}
	return id;
}

/* Each name stands in the tree once and is used by many nodes: it is compared once. */
static enum property_id property_at(const void *tree, struct walk *w, u32 offset)
{
	struct known_name *known = &w->known[offset % TREE_NAMES];

	if (!known->name || known->offset != offset) {
		known->offset = offset;
		known->name = fdt_get_string(tree, (int)offset, NULL);
		known->id = known->name ? find_property(known->name) : PROPERTIES;
	}
	return known->id;
}

static void read_property(const void *tree, const struct fdt_property *p, struct walk *w)
{
	enum property_id id = property_at(tree, w, fdt32_to_cpu(p->nameoff));
	struct node *n = &w->node[w->depth];

	if (id == PROPERTIES)
		return;
	n->p[id] = (struct property){ p->data, (int)fdt32_to_cpu(p->len) };
	n->present |= 1u << id;
}

static void enter_node(struct walk *w, int offset, const struct fdt_node_header *header)
{
	struct node *n;

	if (++w->depth >= TREE_DEPTH)
		return;
	n = &w->node[w->depth];
	n->name = header->name;
	n->present = 0;
	n->done = false;
	if (w->depth == 1 && text_is(n->name, "aliases"))
		w->aliases = offset;
}

void tree_walk(const void *tree, struct walk *w)
{
	const char *structure = (const char *)tree + fdt_off_dt_struct(tree);
	int offset, next = 0;
	u32 tag;

	w->depth = -1;
	do {
		/* libfdt checks a tag to its end: all of it is there. */
		offset = next;
		tag = fdt_next_tag(tree, offset, &next);
		/* With the first child, or at its end, a node is complete. */
		if ((tag == FDT_BEGIN_NODE || tag == FDT_END_NODE) && w->depth > 0 &&
		    w->depth < TREE_DEPTH && !w->node[w->depth].done) {
			w->node[w->depth].done = true;
			w->take(w);
		}
		if (tag == FDT_BEGIN_NODE)
			enter_node(w, offset, (const void *)(structure + offset));
		else if (tag == FDT_END_NODE)
			w->depth--;
		else if (tag == FDT_PROP && w->depth >= 0 && w->depth < TREE_DEPTH)
			read_property(tree, (const void *)(structure + offset), w);
	} while (tag != FDT_END && next >= 0 && w->depth >= -1);
}
