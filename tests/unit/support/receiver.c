// SPDX-License-Identifier: Apache-2.0
#include "support/receiver.h"

#include "unit.h"

#include "inspect/bytes.h"
#include "inspect/zmodem_frame.h"

#include <stdio.h>
#include <string.h>

#define ZDLE 0x18

/* Bit by bit as polynomial division is written down, unlike the sender's. */
static u32 crc_bits(const uint8_t *data, size_t size, bool wide)
{
	u64 crc = wide ? 0xffffffff : 0;

	for (size_t i = 0; i < size * 8; i++) {
		u64 bit = wide ? data[i / 8] >> (i % 8) & 1 : data[i / 8] >> (7 - i % 8) & 1;

		if (wide)
			crc = crc >> 1 ^ ((crc ^ bit) & 1 ? 0xedb88320 : 0);
		else
			crc = (crc << 1 & 0xffff) ^ ((crc >> 15 ^ bit) & 1 ? 0x1021 : 0);
	}
	return (u32)(wide ? ~crc & 0xffffffff : crc);
}

static void out(struct receiver *r, const void *bytes, size_t size)
{
	assert_true(size <= sizeof(r->out) - r->out_size);
	memcpy(r->out + r->out_size, bytes, size);
	r->out_size += size;
}

void receiver_say(struct receiver *r, uint8_t type, uint32_t position)
{
	uint8_t b[5] = { type, (uint8_t)position, (uint8_t)(position >> 8),
			 (uint8_t)(position >> 16), (uint8_t)(position >> 24) };
	char text[32];
	int n = snprintf(text, sizeof(text),
			 "**\x18"
			 "B%02x%02x%02x%02x%02x%04x\r\n\x11",
			 b[0], b[1], b[2], b[3], b[4], crc_bits(b, 5, false));

	out(r, text, (size_t)n);
}

static int next(struct receiver *r)
{
	return r->in_used < r->in_size ? r->in[r->in_used++] : -1;
}

/* A byte with its escape undone; -1: not all there; 0x100 + c: ZDLE and one of ZCRC*. */
static int next_escaped(struct receiver *r)
{
	int c = next(r);

	if (c != ZDLE) {
		r->raw_control |= c >= 0 && !(c & 0x60);
		assert_true(c < 0 || ((c & 0x7f) != 0x11 && (c & 0x7f) != 0x13));
		return c;
	}
	c = next(r);
	if (c < 0)
		return -1;
	if (c >= 'h' && c <= 'k')
		return 0x100 + c;
	assert_true((c & 0x60) == 0x40);
	return c ^ 0x40;
}

static bool take_escaped(struct receiver *r, uint8_t *to, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		int c = next_escaped(r);

		if (c < 0)
			return false;
		assert_in_range(c, 0, 255);
		to[i] = (uint8_t)c;
	}
	return true;
}

/* A checksum as it stands behind `size` bytes of `data`. */
static void expect_crc(const uint8_t *data, size_t size, const uint8_t *crc, bool wide)
{
	u32 is = wide ? (u32)load_le(crc, 4) : (u32)(crc[0] << 8 | crc[1]);

	assert_int_equal(is, crc_bits(data, size, wide));
}

static bool take_hex(struct receiver *r, uint8_t header[5])
{
	uint8_t b[7];

	for (int i = 0; i < 14; i++) {
		int c = next(r);

		if (c < 0)
			return false;
		assert_true(hex_digit(c) >= 0 && !(c >= 'A' && c <= 'F'));
		b[i / 2] = (uint8_t)(b[i / 2] << 4 | hex_digit(c));
	}
	expect_crc(b, 5, b + 5, false);
	memcpy(header, b, 5);
	return true;
}

static void ask_for_data(struct receiver *r)
{
	receiver_say(r, ZRPOS, r->size);
}

static void take_header(struct receiver *r, const uint8_t *h)
{
	u32 position = (u32)load_le(h + 1, 4);

	switch (h[0]) {
	case ZRQINIT:
		if (r->echoes)
			receiver_say(r, ZRQINIT, 0);
		if (r->silent || r->calls++)
			return;
		if (r->challenges)
			receiver_say(r, ZCHALLENGE, 0x12345678);
		else
			receiver_say(r, ZRINIT, (u32)r->flags << 24 | r->window);
		break;
	case ZACK:
		assert_int_equal(position, 0x12345678);
		receiver_say(r, ZRINIT, (u32)r->flags << 24 | r->window);
		break;
	case ZCRC:
		r->crc_answer = position;
		ask_for_data(r);
		break;
	case ZFILE:
		assert_int_equal(h[4], 1);
		r->frame = ZFILE;
		break;
	case ZDATA:
		assert_false(r->owes_ack);
		r->data_headers++;
		r->in_window = 0;
		r->restarts += position != r->size;
		if (position == r->size)
			r->frame = ZDATA;
		break;
	case ZEOF:
		r->ends++;
		if (r->deaf_at_end)
			return;
		if (position == r->size)
			receiver_say(r, ZRINIT, (u32)r->flags << 24 | r->window);
		break;
	case ZFIN:
		r->over = true;
		receiver_say(r, ZFIN, 0);
		break;
	default:
		fail_msg("header %d", h[0]);
	}
}

static void take_block(struct receiver *r, const uint8_t *data, size_t size, int end)
{
	r->blocks++;
	r->longest_block = max_u64(r->longest_block, size);
	r->in_window += size;
	r->most_in_window = max_u64(r->most_in_window, r->in_window);
	for (size_t i = 0; i < ARRAY_SIZE(r->bad); i++) {
		if (r->bad[i] && r->bad[i] - r->size < size) {
			r->bad[i] = 0;
			r->frame = 0;
			ask_for_data(r);
			return;
		}
	}
	assert_true(size <= RECEIVER_MAX - r->size);
	memcpy(r->file + r->size, data, size);
	r->size += (u32)size;
	if (end == ZCRCE || end == ZCRCW)
		r->frame = 0;
	if (end == ZCRCW)
		receiver_say(r, ZACK, r->late_acks ? 0 : r->size);
	r->owes_ack = end == ZCRCW && r->late_acks;
	if (r->cancels_at >= 0 && r->size >= (u32)r->cancels_at)
		out(r, "\x18\x18\x18\x18\x18", 5);
}

static void take_offer(struct receiver *r, const uint8_t *data, size_t size, int end)
{
	assert_int_equal(end, ZCRCW);
	assert_true(size <= sizeof(r->offer));
	memcpy(r->offer, data, size);
	r->offer_size = size;
	r->frame = 0;
	r->size = r->start;
	if (r->skips)
		receiver_say(r, ZSKIP, 0);
	else if (r->asks_crc)
		receiver_say(r, ZCRC, r->start);
	else
		ask_for_data(r);
}

static bool take_data(struct receiver *r)
{
	uint8_t data[ZMODEM_BLOCK + 1], crc[4];
	size_t n = 0;
	int c;

	for (;;) {
		c = next_escaped(r);
		if (c < 0)
			return false;
		if (c >= 0x100)
			break;
		assert_true(n < ZMODEM_BLOCK);
		data[n++] = (uint8_t)c;
	}
	data[n] = (uint8_t)c; /* the checksum includes it */
	if (!take_escaped(r, crc, r->crc32 ? 4 : 2))
		return false;
	expect_crc(data, n + 1, crc, r->crc32);
	if (r->frame == ZFILE)
		take_offer(r, data, n, data[n]);
	else
		take_block(r, data, n, data[n]);
	return true;
}

/* What stands before a header is data of a frame that was given up. */
static bool find_header(struct receiver *r)
{
	uint8_t b[9];
	int c = next(r);

	if (c < 0)
		return false;
	if (c != '*')
		return true;
	c = next(r);
	if (c == '*')
		c = next(r);
	if (c < 0)
		return false;
	if (c != ZDLE)
		return true;
	c = next(r);
	if (c == 'B') {
		if (!take_hex(r, b))
			return false;
	} else if (c == 'A' || c == 'C') {
		r->crc32 = c == 'C';
		assert_int_equal(r->crc32, (r->flags & CANFC32) != 0);
		if (!take_escaped(r, b, r->crc32 ? 9 : 7))
			return false;
		expect_crc(b, 5, b + 5, r->crc32);
	} else {
		return c >= 0;
	}
	take_header(r, b);
	return true;
}

static void work(struct receiver *r)
{
	for (;;) {
		size_t mark = r->in_used;

		if (!(r->frame ? take_data(r) : find_header(r))) {
			r->in_used = mark; /* the rest comes later */
			return;
		}
	}
}

static int read_byte(void *context, uint32_t timeout)
{
	struct receiver *r = context;

	(void)timeout;
	work(r);
	if (r->out_used < r->out_size)
		return r->out[r->out_used++];
	if (timeout && r->owes_ack) {
		r->owes_ack = false;
		receiver_say(r, ZACK, r->size);
		return r->out[r->out_used++];
	}
	if (timeout)
		assert_true(r->timeouts++ < 1000);
	return LINE_TIMEOUT;
}

static void write_bytes(void *context, const void *bytes, size_t size)
{
	struct receiver *r = context;

	assert_true(size <= sizeof(r->in) - r->in_size);
	memcpy(r->in + r->in_size, bytes, size);
	r->in_size += size;
	r->cancelled |= size >= 8 && memcmp(bytes, "\x18\x18\x18\x18\x18\x18\x18\x18", 8) == 0;
}

void receiver_begin(struct receiver *r)
{
	memset(r, 0, sizeof(*r));
	r->line = (struct inspect_line){ r, read_byte, write_bytes };
	r->cancels_at = -1;
}
