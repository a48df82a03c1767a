// SPDX-License-Identifier: Apache-2.0
/* A file's contents, and what the receiver says meanwhile. */
#include "inspect/zmodem_parts.h"

enum {
	FAREWELLS = 3,
	COMPLAINTS = 200, /* that may come in a row */
	BLOCK_MIN = 64,
	UNDER_WAY = 8, /* blocks at most */
	QUIET = 200,   /* ms after which the receiver has said all that it had to */
};

/* Smaller blocks on a bad line, so that less is lost with each; larger ones again later. */
static void adapt_block(struct zmodem *z, bool bad)
{
	size_t block = bad ? z->block / 4 : z->block + z->block / 16;

	z->block = block < BLOCK_MIN ? BLOCK_MIN : block > ZMODEM_BLOCK ? ZMODEM_BLOCK : block;
}

/* After a whole window: ZMODEM_NOTHING if all is well, else what the receiver says. */
static int await_ack(struct zmodem *z)
{
	for (int i = 0; i < COMPLAINTS; i++) {
		int type = zmodem_receive(z, ZMODEM_ANSWER);

		if (type == ZACK && zmodem_position(&z->header) >= (uint32_t)z->offset)
			return ZMODEM_NOTHING;
		if (type != ZACK) /* else it is a late one */
			return type == ZMODEM_NOTHING ? ZNAK : type;
	}
	return ZNAK;
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
		size_t n = zmodem_read_file(z, z->offset, z->block);

		*at_end = n < z->block || z->offset + n == z->file->size;
		z->offset += n;
		end = ZCRCG;
		if (*at_end)
			end = ZCRCE;
		else if (window_full(z, ++blocks, z->offset - begin))
			end = ZCRCW;
		zmodem_put_data(z, z->data, n, end);
		adapt_block(z, false);
		type = end == ZCRCW ? await_ack(z) : zmodem_receive(z, 0);
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
		type = zmodem_receive(z, ZMODEM_ANSWER);
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
		int type = zmodem_receive(z, QUIET);

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

enum zmodem_result zmodem_transfer(struct zmodem *z)
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
		over = zmodem_is_over(type);
		if (type == ZRPOS) {
			adapt_block(z, true);
			over = zmodem_seek(z);
		} else if (over == GO_ON && type != ZMODEM_NOTHING) {
			over = zmodem_complain(z);
		}
		if (over == GO_ON && z->offset > UINT32_MAX)
			over = ZMODEM_TOO_LARGE;
	}
	return over;
}
