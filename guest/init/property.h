/* SPDX-License-Identifier: Apache-2.0 */
/* The properties of a manifest as a table: what each is called and what it holds. */
#ifndef FLOE_INIT_PROPERTY_H
#define FLOE_INIT_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

enum property_kind {
	PROPERTY_FLAG,    /* bool: it is there */
	PROPERTY_STRING,  /* const char *: 1 to 1023 bytes */
	PROPERTY_STRINGS, /* const char **, allocated, ends with a null pointer */
	PROPERTY_NUMBER,  /* uint32_t: one cell */
	PROPERTY_SIZE,    /* uint64_t: one or two cells, above 0 and below 2^39 */
	PROPERTY_CPUS,    /* uint64_t: a mask, from a list of indexes */
	PROPERTY_PAIR,    /* uint32_t[2]: two cells above 0 */
	PROPERTY_CHOICE,  /* uint32_t: index of a word in choices */
};

struct property {
	const char *name;
	enum property_kind kind;
	size_t offset; /* of the value in the structure that the table describes */
	const char *example;
	const char *const *choices; /* of PROPERTY_CHOICE; ends with a null pointer */
};

/* The ends of a table of properties. */
struct property_table {
	const struct property *properties;
	size_t count;
};

#define PROPERTY_TABLE(properties)                                                                 \
	{                                                                                          \
		properties, sizeof(properties) / sizeof(properties[0])                             \
	}

enum property_error {
	PROPERTY_OK,
	PROPERTY_WRONG_TYPE,
	PROPERTY_BAD_VALUE,
	PROPERTY_NO_MEMORY,
};

/* The row of that name, or NULL. */
const struct property *property_find(const struct property_table *table, const char *name);

/*
 * Takes a value of `size` bytes into the structure at `target`; after an error
 * the structure is as it was.
 */
enum property_error property_take(const struct property *property, const void *data, size_t size,
				  void *target);

/* What to write, as the end of a sentence: "one string, for example image = ..." */
const char *property_kind_text(enum property_kind kind);

#endif
