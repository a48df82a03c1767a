// SPDX-License-Identifier: Apache-2.0
#include "inspect/bytes.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void bytes_put(struct bytes *b, const void *from, size_t size)
{
	const uint8_t *bytes = from;
	uint64_t skip = b->position < b->begin ? b->begin - b->position : 0;

	b->position += size;
	if (skip >= size)
		return;
	bytes += skip;
	size -= (size_t)skip;
	if (size > b->room - b->size)
		size = b->room - b->size;
	if (size)
		memcpy(b->data + b->size, bytes, size);
	b->size += size;
}

void bytes_byte(struct bytes *b, uint8_t value)
{
	bytes_put(b, &value, 1);
}

void bytes_zero(struct bytes *b, size_t size)
{
	while (size--)
		bytes_byte(b, 0);
}

static void put_le(struct bytes *b, uint64_t value, size_t size)
{
	for (; size--; value >>= 8)
		bytes_byte(b, (uint8_t)value);
}

void bytes_u16(struct bytes *b, uint16_t value)
{
	put_le(b, value, 2);
}

void bytes_u32(struct bytes *b, uint32_t value)
{
	put_le(b, value, 4);
}

void bytes_u64(struct bytes *b, uint64_t value)
{
	put_le(b, value, 8);
}

void bytes_text(struct bytes *b, const char *text)
{
	bytes_put(b, text, strlen(text));
}

void bytes_hex(struct bytes *b, const void *from, size_t size)
{
	const uint8_t *bytes = from;

	for (size_t i = 0; i < size; i++) {
		bytes_byte(b, (uint8_t)digits[bytes[i] >> 4]);
		bytes_byte(b, (uint8_t)digits[bytes[i] & 15]);
	}
}

void bytes_hex_le(struct bytes *b, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> (8 * i));

		bytes_hex(b, &byte, 1);
	}
}

static void put_number(struct bytes *b, uint64_t value, uint64_t base)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value);
	bytes_put(b, text + at, sizeof(text) - at);
}

void bytes_hex_number(struct bytes *b, uint64_t value)
{
	put_number(b, value, 16);
}

void bytes_decimal(struct bytes *b, uint64_t value)
{
	put_number(b, value, 10);
}

int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

uint64_t load_le(const uint8_t *from, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | from[size];
	return value;
}
