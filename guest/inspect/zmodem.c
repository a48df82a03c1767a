// SPDX-License-Identifier: Apache-2.0
#include "inspect/zmodem.h"

#include "inspect/bytes.h"
#include "inspect/zmodem_frame.h"

#include <string.h>

enum {
	ANSWER = 10000,  /* ms that the receiver may take */
	PATIENCE = 4096, /* bytes of noise that are as good as silence */
	CALLS = 6,       /* for a receiver */
	FAREWELLS = 3,
	RETRIES = 20,
	COMPLAINTS = 200,
	BLOCK_MIN = 64,
	UNDER_WAY = 8, /* blocks at most */
	QUIET = 200,   /* ms after which the receiver has said all that it had to */
	XOFF = 0x13,
};

/* How a step ended: a result, or on with the next. */
#define GO_ON ((enum zmodem_result) - 1)

static int receive(struct zmodem *z, uint32_t timeout)
{
	for (int i = 0; i < PATIENCE; i++) {
		int type, c = z->line->read(z->line->context, timeout);

		if (c < 0)
			return c == LINE_CLOSED ? ZMODEM_LINE_CLOSED : ZMODEM_NOTHING;
		type = zmodem_feed(&z->parser, c, &z->header);
		if (type != ZMODEM_NOTHING)
			return type;
	}
	return ZMODEM_NOTHING;
}

/* Looks, without waiting, whether the receiver has said something. */
static int peek(struct zmodem *z)
{
	for (int i = 0; i < PATIENCE; i++) {
		int type, c = z->line->read(z->line->context, 0);

		if (c == XOFF)
			c = z->line->read(z->line->context, ANSWER);
		if (c < 0)
			return c == LINE_CLOSED ? ZMODEM_LINE_CLOSED : ZMODEM_NOTHING;
		type = zmodem_feed(&z->parser, c, &z->header);
		if (type != ZMODEM_NOTHING)
			return type;
	}
	return ZMODEM_NOTHING;
}

/* Answers that mean the same at any time; GO_ON for the others. */
static enum zmodem_result is_over(int type)
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
		type = receive(z, ANSWER);
		if (type == ZRINIT) {
			take_receiver(z);
			return GO_ON;
		}
		if (type == ZCHALLENGE)
			zmodem_put_hex(z, zmodem_header(ZACK, zmodem_position(&z->header)));
		over = is_over(type);
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

static size_t read_file(struct zmodem *z, uint64_t offset, size_t size)
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
		n = read_file(z, at, end - at < ZMODEM_BLOCK ? (size_t)(end - at) : ZMODEM_BLOCK);
		crc = zmodem_crc32(crc, z->data, n);
		at += n;
	} while (n && at < end);
	return crc;
}

/* Whatever is said that does not get us further can be said so often. */
static enum zmodem_result complain(struct zmodem *z)
{
	return ++z->retries > RETRIES ? ZMODEM_LOST : GO_ON;
}

/* The receiver asks for a position: the first, or one behind which it lost something. */
static enum zmodem_result seek(struct zmodem *z)
{
	z->offset = zmodem_position(&z->header);
	if (z->file->size != ZMODEM_UNKNOWN && z->offset > z->file->size)
		z->offset = z->file->size;
	if (z->offset > z->reached) {
		z->reached = z->offset;
		z->retries = 0;
	}
	return complain(z);
}

static enum zmodem_result offer(struct zmodem *z)
{
	enum zmodem_result over;
	bool again = true;
	int type;

	for (int i = 0; i < RETRIES; i++) {
		if (again)
			put_offer(z);
		type = receive(z, ANSWER);
		over = is_over(type);
		if (over != GO_ON)
			return over;
		if (type == ZRPOS)
			return seek(z);
		if (type == ZCRC)
			zmodem_put_hex(
				z,
				zmodem_header(ZCRC, crc_of_file(z, zmodem_position(&z->header))));
		/* A second ZRINIT may have been on its way when the offer was made. */
		again = type != ZCRC && !(type == ZRINIT && i == 0);
	}
	return ZMODEM_LOST;
}

/* Smaller blocks on a bad line, so that less is lost with each; larger ones again later. */
static void adapt_block(struct zmodem *z, bool bad)
{
	size_t block = bad ? z->block / 4 : z->block + z->block / 16;

	z->block = block < BLOCK_MIN ? BLOCK_MIN : block > ZMODEM_BLOCK ? ZMODEM_BLOCK : block;
}

/* After a whole window: ZMODEM_NOTHING if all is well, else what the receiver says. */
static int await_ack(struct zmodem *z)
{
	int type = receive(z, ANSWER);

	while (type == ZACK && zmodem_position(&z->header) < (uint32_t)z->offset)
		type = receive(z, ANSWER);
	if (type == ZACK)
		return ZMODEM_NOTHING;
	return type == ZMODEM_NOTHING ? ZNAK : type;
}

/*
 * Whether an answer is due before another block goes out: what the receiver must
 * throw away after an error ought not to be much, and less on a bad line.
 */
static bool window_full(const struct zmodem *z, size_t blocks, uint64_t bytes)
{
	return blocks == UNDER_WAY || (z->window && bytes + ZMODEM_BLOCK > z->window);
}

/* Sends data until its end, or until the receiver says something, which is given. */
static int stream(struct zmodem *z, bool *at_end)
{
	const uint64_t begin = z->offset;
	size_t blocks = 0;
	int type = ZMODEM_NOTHING;
	enum zmodem_end end;

	zmodem_put_binary(z, zmodem_header(ZDATA, (uint32_t)z->offset));
	do {
		size_t n = read_file(z, z->offset, z->block);

		*at_end = n < z->block || z->offset + n == z->file->size;
		z->offset += n;
		end = ZCRCG;
		if (*at_end)
			end = ZCRCE;
		else if (window_full(z, ++blocks, z->offset - begin))
			end = ZCRCW;
		zmodem_put_data(z, z->data, n, end);
		adapt_block(z, false);
		type = end == ZCRCW ? await_ack(z) : peek(z);
	} while (end == ZCRCG && z->offset <= UINT32_MAX &&
		 (type == ZMODEM_NOTHING || type == ZACK));
	return type;
}

/* All data has gone out; gives what the receiver says to that. */
static int end_of_file(struct zmodem *z)
{
	int type = ZMODEM_NOTHING;

	for (int i = 0; i < FAREWELLS && (type == ZMODEM_NOTHING || type == ZACK); i++) {
		zmodem_put_hex(z, zmodem_header(ZEOF, (uint32_t)z->offset));
		type = receive(z, ANSWER);
	}
	return type;
}

/*
 * The receiver lost something. What was under way is noise to it, and may look
 * like headers, about which it complains as well. Answering each complaint would
 * give it new reasons: only the last one counts. Gives what the receiver wants.
 */
static int settle(struct zmodem *z)
{
	struct zmodem_header wanted = z->header;

	for (int i = 0; i < COMPLAINTS; i++) {
		int type = receive(z, QUIET);

		if (type == ZRPOS)
			wanted = z->header;
		else if (type != ZNAK && type != ZACK && type != ZMODEM_NOTHING)
			return type;
		else if (type == ZMODEM_NOTHING)
			break;
	}
	z->header = wanted;
	return ZRPOS;
}

static enum zmodem_result transfer(struct zmodem *z)
{
	enum zmodem_result over = GO_ON;

	while (over == GO_ON) {
		bool at_end = false;
		int type = stream(z, &at_end);

		if (at_end && (type == ZMODEM_NOTHING || type == ZACK)) {
			type = end_of_file(z);
			if (type == ZRINIT)
				return ZMODEM_SENT;
			if (type == ZMODEM_NOTHING || type == ZACK)
				return ZMODEM_LOST;
		}
		if (type == ZRPOS)
			type = settle(z);
		over = is_over(type);
		if (type == ZRPOS) {
			adapt_block(z, true);
			over = seek(z);
		} else if (over == GO_ON && type != ZMODEM_NOTHING) {
			over = complain(z);
		}
		if (over == GO_ON && z->offset > UINT32_MAX)
			over = ZMODEM_TOO_LARGE;
	}
	return over;
}

static void finish(struct zmodem *z)
{
	for (int i = 0; i < FAREWELLS; i++) {
		zmodem_put_hex(z, zmodem_header(ZFIN, 0));
		if (receive(z, ANSWER / 4) == ZFIN)
			break;
	}
	zmodem_put_raw(z, "OO", 2);
	zmodem_flush(z);
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
		result = transfer(z);
	if (result == ZMODEM_SENT || result == ZMODEM_SKIPPED)
		finish(z);
	else if (result != ZMODEM_CLOSED)
		cancel(z);
	return result;
}
