/* SPDX-License-Identifier: Apache-2.0 */
/* Text and little-endian numbers into and out of buffers with an end. */
#ifndef INSPECT_BYTES_H
#define INSPECT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Collects bytes. Only those from number `begin` on are kept, so that a part of
 * something long can be made without the whole; what does not fit is left out.
 */
struct bytes {
	uint8_t *data;
	size_t room, size; /* of data, and used of it */
	uint64_t begin;
	uint64_t position; /* bytes put so far */
};

static inline struct bytes bytes_into(void *data, size_t room)
{
	return (struct bytes){ .data = data, .room = room };
}

static inline struct bytes bytes_part(void *data, size_t room, uint64_t begin)
{
	return (struct bytes){ .data = data, .room = room, .begin = begin };
}

/* Whether something did not fit. */
static inline bool bytes_full(const struct bytes *b)
{
	return b->position > b->begin && b->position - b->begin > b->room;
}

void bytes_put(struct bytes *b, const void *from, size_t size);
void bytes_byte(struct bytes *b, uint8_t value);
void bytes_zero(struct bytes *b, size_t size);
void bytes_u16(struct bytes *b, uint16_t value);
void bytes_u32(struct bytes *b, uint32_t value);
void bytes_u64(struct bytes *b, uint64_t value);
/* A NUL-terminated text without its NUL. */
void bytes_text(struct bytes *b, const char *text);
/* The lowest digits of a number: 2 for each of `size` bytes, lowest byte first. */
void bytes_hex_le(struct bytes *b, uint64_t value, size_t size);
void bytes_hex(struct bytes *b, const void *from, size_t size);
/* Numbers as people write them. */
void bytes_hex_number(struct bytes *b, uint64_t value);
void bytes_decimal(struct bytes *b, uint64_t value);

/* The value of a hexadecimal digit; -1: it is none. */
int hex_digit(int c);

/* Numbers out of bytes of any alignment. */
uint64_t load_le(const uint8_t *from, size_t size);

#endif
