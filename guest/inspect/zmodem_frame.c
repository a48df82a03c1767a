// SPDX-License-Identifier: Apache-2.0
#include "inspect/zmodem_frame.h"

#include "inspect/bytes.h"

#include <string.h>

enum {
	ZPAD = '*',
	ZDLE = 0x18, /* which is CAN too */
	ZBIN = 'A',
	ZHEX = 'B',
	ZBIN32 = 'C',
	XON = 0x11,
	CANCELS = 5,
	HEADER = 5, /* type and four bytes */
};

/* States of the parser; above them, the number of hexadecimal digits so far. */
enum {
	WANT_PAD,
	WANT_ZDLE,
	WANT_KIND,
	WANT_DIGITS,
	DIGITS = 14,
};

/* CRC-16 with polynomial x^16 + x^12 + x^5 + 1, highest bit first. */
static uint16_t crc16(const uint8_t *data, size_t size, uint16_t crc)
{
	while (size--) {
		crc = (uint16_t)(crc ^ *data++ << 8);
		for (int i = 0; i < 8; i++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	return crc;
}

/* CRC-32 of ISO 3309, lowest bit first. */
uint32_t zmodem_crc32(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	crc = ~crc;
	while (size--) {
		crc ^= *bytes++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

uint32_t zmodem_position(const struct zmodem_header *header)
{
	return (uint32_t)load_le(header->bytes, 4);
}

struct zmodem_header zmodem_header(uint8_t type, uint32_t position)
{
	return (struct zmodem_header){ type,
				       { (uint8_t)position, (uint8_t)(position >> 8),
					 (uint8_t)(position >> 16), (uint8_t)(position >> 24) } };
}

static int take_digit(struct zmodem_parser *p, int c, struct zmodem_header *header)
{
	uint32_t n = p->state - WANT_DIGITS;
	int value = hex_digit(c);

	p->state = WANT_PAD;
	if (value < 0)
		return ZMODEM_NOTHING;
	p->bytes[n / 2] = (uint8_t)(n % 2 ? p->bytes[n / 2] | value : value << 4);
	if (n + 1 < DIGITS) {
		p->state = WANT_DIGITS + n + 1;
		return ZMODEM_NOTHING;
	}
	/* The checksum of all with its checksum behind is 0. */
	if (crc16(p->bytes, sizeof(p->bytes), 0) != 0)
		return ZMODEM_NOTHING;
	header->type = p->bytes[0];
	memcpy(header->bytes, p->bytes + 1, sizeof(header->bytes));
	return header->type;
}

/* Receivers send hexadecimal headers only. */
int zmodem_feed(struct zmodem_parser *p, int c, struct zmodem_header *header)
{
	p->cancels = c == ZDLE ? p->cancels + 1 : 0;
	if (p->cancels == CANCELS) {
		*p = (struct zmodem_parser){ 0 };
		return ZCAN;
	}
	if (p->state >= WANT_DIGITS && c != ZPAD)
		return take_digit(p, c, header);
	if (c == ZPAD)
		p->state = WANT_ZDLE;
	else if (p->state == WANT_ZDLE && c == ZDLE)
		p->state = WANT_KIND;
	else if (p->state == WANT_KIND && c == ZHEX)
		p->state = WANT_DIGITS;
	else
		p->state = WANT_PAD;
	return ZMODEM_NOTHING;
}

void zmodem_flush(struct zmodem *z)
{
	if (z->out_size)
		z->line->write(z->line->context, z->out, z->out_size);
	z->out_size = 0;
}

void zmodem_put_raw(struct zmodem *z, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	while (size--) {
		if (z->out_size == sizeof(z->out))
			zmodem_flush(z);
		z->out[z->out_size++] = *from++;
	}
}

/* What lines and terminals take for themselves does not go out as it is. */
static bool must_escape(const struct zmodem *z, uint8_t c)
{
	switch (c & 0x7f) {
	case 0x10: /* DLE */
	case 0x11: /* XON */
	case 0x13: /* XOFF */
	case '\r': /* behind an @ some modems listen */
	case ZDLE:
		return true;
	}
	return z->escape_controls && !(c & 0x60);
}

static void put_escaped(struct zmodem *z, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	for (; size--; from++) {
		uint8_t pair[2] = { ZDLE, *from ^ 0x40 };

		if (must_escape(z, *from))
			zmodem_put_raw(z, pair, 2);
		else
			zmodem_put_raw(z, from, 1);
	}
}

void zmodem_put_hex(struct zmodem *z, struct zmodem_header header)
{
	static const uint8_t begin[] = { ZPAD, ZPAD, ZDLE, ZHEX }, end[] = { '\r', 0x8a, XON };
	uint8_t bytes[HEADER + 2] = { header.type };
	char text[2 * sizeof(bytes)];
	struct bytes hex = bytes_into(text, sizeof(text));
	uint16_t crc;

	memcpy(bytes + 1, header.bytes, 4);
	crc = crc16(bytes, HEADER, 0);
	bytes[HEADER] = (uint8_t)(crc >> 8);
	bytes[HEADER + 1] = (uint8_t)crc;
	bytes_hex(&hex, bytes, sizeof(bytes));
	zmodem_put_raw(z, begin, sizeof(begin));
	zmodem_put_raw(z, text, sizeof(text));
	/* The XON frees a line that a stray XOFF has stopped; not after the last words. */
	zmodem_put_raw(z, end, header.type == ZFIN || header.type == ZACK ? 2 : 3);
	zmodem_flush(z);
}

static void put_crc(struct zmodem *z, uint32_t crc)
{
	uint8_t crc32[4] = { (uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16),
			     (uint8_t)(crc >> 24) };
	uint8_t crc16[2] = { crc32[1], crc32[0] };

	if (z->crc32)
		put_escaped(z, crc32, sizeof(crc32));
	else
		put_escaped(z, crc16, sizeof(crc16));
}

void zmodem_put_binary(struct zmodem *z, struct zmodem_header header)
{
	uint8_t begin[] = { ZPAD, ZDLE, z->crc32 ? ZBIN32 : ZBIN };
	uint8_t bytes[HEADER] = { header.type };

	memcpy(bytes + 1, header.bytes, 4);
	zmodem_put_raw(z, begin, sizeof(begin));
	put_escaped(z, bytes, sizeof(bytes));
	put_crc(z,
		z->crc32 ? zmodem_crc32(0, bytes, sizeof(bytes)) : crc16(bytes, sizeof(bytes), 0));
}

void zmodem_put_data(struct zmodem *z, const void *data, size_t size, enum zmodem_end end)
{
	static const uint8_t xon = XON;
	uint8_t how = (uint8_t)end, pair[2] = { ZDLE, how };

	put_escaped(z, data, size);
	zmodem_put_raw(z, pair, sizeof(pair));
	put_crc(z, z->crc32 ? zmodem_crc32(zmodem_crc32(0, data, size), &how, 1)
			    : crc16(&how, 1, crc16(data, size, 0)));
	if (end == ZCRCW)
		zmodem_put_raw(z, &xon, 1);
	zmodem_flush(z);
}
