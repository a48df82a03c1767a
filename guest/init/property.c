/* SPDX-License-Identifier: Apache-2.0 */
#include "property.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELL = 4,
	CPU_COUNT = 64,
	STRING_MAX = 1023,
};

#define SIZE_END (UINT64_C(1) << 39)

static uint32_t cell_at(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static bool is_strings(const char *data, size_t size)
{
	return size && data[size - 1] == '\0';
}

static enum property_error take_string(const char *data, size_t size, const char **value)
{
	if (!is_strings(data, size) || strlen(data) + 1 != size)
		return PROPERTY_WRONG_TYPE;
	if (size - 1 < 1 || size - 1 > STRING_MAX)
		return PROPERTY_BAD_VALUE;
	*value = data;
	return PROPERTY_OK;
}

static enum property_error take_strings(const char *data, size_t size, const char ***value)
{
	const char **strings;
	size_t count = 0;

	if (!is_strings(data, size))
		return PROPERTY_WRONG_TYPE;
	for (size_t i = 0; i < size; i++)
		count += data[i] == '\0';
	strings = malloc((count + 1) * sizeof(*strings));
	if (!strings)
		return PROPERTY_NO_MEMORY;
	for (size_t i = 0; i < count; i++, data += strlen(data) + 1)
		strings[i] = data;
	strings[count] = NULL;
	free(*value); /* of a property that stands twice in a damaged tree */
	*value = strings;
	return PROPERTY_OK;
}

static enum property_error take_number(const uint8_t *data, size_t size, uint32_t *value)
{
	if (size != CELL)
		return PROPERTY_WRONG_TYPE;
	*value = cell_at(data);
	return PROPERTY_OK;
}

static enum property_error take_size(const uint8_t *data, size_t size, uint64_t *value)
{
	uint64_t number;

	if (size != CELL && size != 2 * CELL)
		return PROPERTY_WRONG_TYPE;
	number = cell_at(data);
	if (size == 2 * CELL)
		number = number << 32 | cell_at(data + CELL);
	if (number == 0 || number >= SIZE_END)
		return PROPERTY_BAD_VALUE;
	*value = number;
	return PROPERTY_OK;
}

static enum property_error take_cpus(const uint8_t *data, size_t size, uint64_t *value)
{
	uint64_t mask = 0;

	if (!size || size % CELL)
		return PROPERTY_WRONG_TYPE;
	for (size_t i = 0; i < size; i += CELL) {
		if (cell_at(data + i) >= CPU_COUNT)
			return PROPERTY_BAD_VALUE;
		mask |= UINT64_C(1) << cell_at(data + i);
	}
	*value = mask;
	return PROPERTY_OK;
}

static enum property_error take_pair(const uint8_t *data, size_t size, uint32_t *value)
{
	if (size != 2 * CELL)
		return PROPERTY_WRONG_TYPE;
	if (!cell_at(data) || !cell_at(data + CELL))
		return PROPERTY_BAD_VALUE;
	value[0] = cell_at(data);
	value[1] = cell_at(data + CELL);
	return PROPERTY_OK;
}

static enum property_error take_choice(const char *const *choices, const char *data, size_t size,
				       uint32_t *value)
{
	if (!is_strings(data, size) || strlen(data) + 1 != size)
		return PROPERTY_WRONG_TYPE;
	for (uint32_t i = 0; choices[i]; i++)
		if (strcmp(choices[i], data) == 0) {
			*value = i;
			return PROPERTY_OK;
		}
	return PROPERTY_BAD_VALUE;
}

enum property_error property_take(const struct property *property, const void *data, size_t size,
				  void *target)
{
	void *value = (char *)target + property->offset;

	switch (property->kind) {
	case PROPERTY_FLAG:
		if (size)
			return PROPERTY_WRONG_TYPE;
		*(bool *)value = true;
		return PROPERTY_OK;
	case PROPERTY_STRING:
		return take_string(data, size, value);
	case PROPERTY_STRINGS:
		return take_strings(data, size, value);
	case PROPERTY_NUMBER:
		return take_number(data, size, value);
	case PROPERTY_SIZE:
		return take_size(data, size, value);
	case PROPERTY_CPUS:
		return take_cpus(data, size, value);
	case PROPERTY_PAIR:
		return take_pair(data, size, value);
	case PROPERTY_CHOICE:
		return take_choice(property->choices, data, size, value);
	}
	return PROPERTY_WRONG_TYPE;
}

const struct property *property_find(const struct property_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->properties[i].name, name) == 0)
			return &table->properties[i];
	return NULL;
}

const char *property_kind_text(enum property_kind kind)
{
	static const char *const texts[] = {
		[PROPERTY_FLAG] = "a property without a value",
		[PROPERTY_STRING] = "one string of 1 to 1023 bytes",
		[PROPERTY_STRINGS] = "a list of strings",
		[PROPERTY_NUMBER] = "one number (a cell)",
		[PROPERTY_SIZE] = "one number of bytes (one or two cells), above 0 and below 2^39",
		[PROPERTY_CPUS] = "a list of CPU indexes (cells), each 0 to 63",
		[PROPERTY_PAIR] = "two numbers (cells) above 0",
		[PROPERTY_CHOICE] = "one of its words",
	};

	return texts[kind];
}
