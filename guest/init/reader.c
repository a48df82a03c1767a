/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reader_mistake(struct reader *r, const char *error, const char *folder, const char *name,
		    const char *format, ...)
{
	char where[WHERE_SIZE], sentence[SENTENCE_SIZE];
	const char *slash = *name && strcmp(folder, "/") != 0 ? "/" : "";
	va_list args;

	snprintf(where, sizeof(where), "%s%s%s", folder, slash, name);
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	r->reporter->report(r->reporter->context, error, where, sentence);
	r->mistakes++;
}

/* dtc's own, where a label is referred to. */
static bool is_ignored(const char *property)
{
	return strcmp(property, "phandle") == 0 || strcmp(property, "linux,phandle") == 0;
}

static void report_value(struct reader *r, const char *path, const struct property *property,
			 enum property_error error)
{
	char words[64] = "";

	for (size_t i = 0; property->kind == PROPERTY_CHOICE && property->choices[i]; i++) {
		strcat(words, i ? ", " : ": ");
		strcat(words, property->choices[i]);
	}
	if (error == PROPERTY_NO_MEMORY)
		reader_mistake(r, "not-enough-memory", path, property->name,
			       "init has no memory for it; give the machine more");
	else
		reader_mistake(r, error == PROPERTY_WRONG_TYPE ? "wrong-type" : "bad-value", path,
			       property->name, "write %s%s, for example %s;",
			       property_kind_text(property->kind), words, property->example);
}

void reader_properties(struct reader *r, int node, const char *path,
		       const struct property_table *table, void *target)
{
	int at, size;

	fdt_for_each_property_offset(at, r->tree, node)
	{
		const char *name;
		const void *data = fdt_getprop_by_offset(r->tree, at, &name, &size);
		const struct property *property;
		enum property_error error;

		if (!data || is_ignored(name))
			continue;
		property = property_find(table, name);
		if (!property) {
			reader_mistake(
				r, "unknown-property", path, name,
				"there is no such property here; correct its name or remove it");
			continue;
		}
		error = property_take(property, data, (size_t)size, target);
		if (error != PROPERTY_OK)
			report_value(r, path, property, error);
	}
}

void reader_no_children(struct reader *r, int node, const char *path, const char *what)
{
	int child;

	fdt_for_each_subnode(child, r->tree, node)
	{
		reader_mistake(r, "unknown-node", path, fdt_get_name(r->tree, child, NULL),
			       "%s has properties only; move it out or remove it", what);
	}
}
