// SPDX-License-Identifier: Apache-2.0
#include "inspect/zmodem.h"

#include "inspect/bytes.h"
#include "inspect/zmodem_parts.h"

#include <string.h>

enum {
	CALLS = 6, /* for a receiver */
	FAREWELLS = 3,
	RETRIES = 20,
	LINGER = 500, /* ms that a receiver may take to end */
	XOFF = 0x13,
};

int zmodem_receive(struct zmodem *z, uint32_t timeout)
{
	for (int i = 0; i < ZMODEM_PATIENCE; i++) {
		int type, c = z->line->read(z->line->context, timeout);

		if (c == XOFF)
			c = z->line->read(z->line->context, ZMODEM_ANSWER);
		if (c < 0)
			return c == LINE_CLOSED ? ZMODEM_LINE_CLOSED : ZMODEM_NOTHING;
		type = zmodem_feed(&z->parser, c, &z->header);
		if (type != ZMODEM_NOTHING)
			return type;
	}
	return ZMODEM_NOTHING;
}

enum zmodem_result zmodem_is_over(int type)
{
	switch (type) {
	case ZMODEM_LINE_CLOSED:
		return ZMODEM_CLOSED;
	case ZCAN:
	case ZABORT:
	case ZFERR:
	case ZFIN:
		return ZMODEM_CANCELLED;
	case ZSKIP:
		return ZMODEM_SKIPPED;
	}
	return GO_ON;
}

static void take_receiver(struct zmodem *z)
{
	const uint8_t *b = z->header.bytes;

	z->window = (uint32_t)load_le(b, 2);
	z->crc32 = b[3] & CANFC32;
	z->escape_controls = b[3] & ESCCTL;
}

/* "rz" starts the receiver where a shell listens; terminal programs know the header. */
static enum zmodem_result call(struct zmodem *z)
{
	bool heard = false;
	enum zmodem_result over;

	zmodem_put_raw(z, "rz\r", 3);
	for (int i = 0; i < CALLS; i++) {
		int type;

		zmodem_put_hex(z, zmodem_header(ZRQINIT, 0));
		type = zmodem_receive(z, ZMODEM_ANSWER);
		if (type == ZRINIT) {
			take_receiver(z);
			return GO_ON;
		}
		if (type == ZCHALLENGE)
			zmodem_put_hex(z, zmodem_header(ZACK, zmodem_position(&z->header)));
		over = zmodem_is_over(type);
		if (over != GO_ON)
			return over;
		/* Our own call, which the line echoes, is nobody's answer. */
		heard |= type >= 0 && type != ZRQINIT;
	}
	return heard ? ZMODEM_LOST : ZMODEM_NO_RECEIVER;
}

static void put_offer(struct zmodem *z)
{
	enum {
		NAME_MAX = 255,
		BINARY = 1
	};
	struct zmodem_header header = { ZFILE, { 0, 0, 0, BINARY } };
	struct bytes text = bytes_into(z->data, sizeof(z->data));

	bytes_put(&text, z->file->name, strnlen(z->file->name, NAME_MAX));
	bytes_byte(&text, 0);
	if (z->file->size != ZMODEM_UNKNOWN) {
		bytes_decimal(&text, z->file->size);
		/* No time, a plain file's mode, no serial number, one file left and its bytes. */
		bytes_text(&text, " 0 100644 0 1 ");
		bytes_decimal(&text, z->file->size);
		bytes_byte(&text, 0);
	}
	zmodem_put_binary(z, header);
	zmodem_put_data(z, text.data, text.size, ZCRCW);
}

size_t zmodem_read_file(struct zmodem *z, uint64_t offset, size_t size)
{
	return z->file->read(z->file->context, offset, z->data, size);
}

/* Of the first `size` bytes, or of all where that is 0: the receiver has a part already. */
static uint32_t crc_of_file(struct zmodem *z, uint32_t size)
{
	uint64_t end = size ? size : UINT64_MAX, at = 0;
	uint32_t crc = 0;
	size_t n;

	do {
		n = zmodem_read_file(z, at,
				     end - at < ZMODEM_BLOCK ? (size_t)(end - at) : ZMODEM_BLOCK);
		crc = zmodem_crc32(crc, z->data, n);
		at += n;
	} while (n && at < end);
	return crc;
}

enum zmodem_result zmodem_complain(struct zmodem *z)
{
	return ++z->retries > RETRIES ? ZMODEM_LOST : GO_ON;
}

enum zmodem_result zmodem_seek(struct zmodem *z)
{
	z->offset = zmodem_position(&z->header);
	if (z->file->size != ZMODEM_UNKNOWN && z->offset > z->file->size)
		z->offset = z->file->size;
	if (z->offset > z->reached) {
		z->reached = z->offset;
		z->retries = 0;
	}
	return zmodem_complain(z);
}

static enum zmodem_result offer(struct zmodem *z)
{
	enum zmodem_result over;
	bool again = true;
	int type;

	for (int i = 0; i < RETRIES; i++) {
		if (again)
			put_offer(z);
		type = zmodem_receive(z, ZMODEM_ANSWER);
		over = zmodem_is_over(type);
		if (over != GO_ON)
			return over;
		if (type == ZRPOS)
			return zmodem_seek(z);
		if (type == ZCRC)
			zmodem_put_hex(
				z,
				zmodem_header(ZCRC, crc_of_file(z, zmodem_position(&z->header))));
		/* A second ZRINIT may have been on its way when the offer was made. */
		again = type != ZCRC && !(type == ZRINIT && i == 0);
	}
	return ZMODEM_LOST;
}

static void finish(struct zmodem *z)
{
	for (int i = 0; i < FAREWELLS; i++) {
		zmodem_put_hex(z, zmodem_header(ZFIN, 0));
		if (zmodem_receive(z, ZMODEM_ANSWER / 4) == ZFIN)
			break;
	}
	zmodem_put_raw(z, "OO", 2);
	zmodem_flush(z);
	/* The receiver takes what comes before it has ended, and it is not for it. */
	zmodem_receive(z, LINGER);
}

/* Enough CANs for every receiver, and their traces on a screen wiped out. */
static void cancel(struct zmodem *z)
{
	zmodem_put_raw(z, "\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b\b\b\b\b", 16);
	zmodem_flush(z);
}

enum zmodem_result zmodem_send(struct zmodem *z, const struct zmodem_file *file,
			       const struct inspect_line *line)
{
	enum zmodem_result result;

	if (file->size != ZMODEM_UNKNOWN && file->size > UINT32_MAX)
		return ZMODEM_TOO_LARGE;
	memset(z, 0, sizeof(*z));
	z->line = line;
	z->file = file;
	z->block = ZMODEM_BLOCK;
	result = call(z);
	if (result == GO_ON)
		result = offer(z);
	if (result == GO_ON)
		result = zmodem_transfer(z);
	if (result == ZMODEM_SENT || result == ZMODEM_SKIPPED)
		finish(z);
	else if (result != ZMODEM_CLOSED)
		cancel(z);
	return result;
}
