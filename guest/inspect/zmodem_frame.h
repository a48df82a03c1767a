/* SPDX-License-Identifier: Apache-2.0 */
/* Headers and data of the ZMODEM protocol as bytes on the line; sections 7 and 8 there. */
#ifndef INSPECT_ZMODEM_FRAME_H
#define INSPECT_ZMODEM_FRAME_H

#include "inspect/zmodem.h"

/* Types of header. */
enum {
	ZRQINIT = 0,
	ZRINIT = 1,
	ZACK = 3,
	ZFILE = 4,
	ZSKIP = 5,
	ZNAK = 6,
	ZABORT = 7,
	ZFIN = 8,
	ZRPOS = 9,
	ZDATA = 10,
	ZEOF = 11,
	ZFERR = 12,
	ZCRC = 13,
	ZCHALLENGE = 14,
	ZCAN = 16,
};

/* What ends a block. */
enum zmodem_end {
	ZCRCE = 'h', /* the last: a header follows */
	ZCRCG = 'i', /* more follows at once */
	ZCRCW = 'k', /* the last: an answer is awaited */
};

/* Flags of ZRINIT, in bytes[3]; bytes[0] and [1] are the receiver's buffer size. */
enum {
	CANFC32 = 0x20,
	ESCCTL = 0x40,
};

/* Outcomes of receiving, beside types of header. */
enum {
	ZMODEM_NOTHING = -1, /* within the time */
	ZMODEM_LINE_CLOSED = -2,
};

uint32_t zmodem_position(const struct zmodem_header *header);
struct zmodem_header zmodem_header(uint8_t type, uint32_t position);

/*
 * Takes a byte. Gives the type of the header that it completes, which is then
 * in `header`; ZCAN for the fifth CAN in a row; else ZMODEM_NOTHING.
 */
int zmodem_feed(struct zmodem_parser *parser, int c, struct zmodem_header *header);

/* These put into z->out, and send it on where it is full or they say so. */
void zmodem_flush(struct zmodem *z);
void zmodem_put_raw(struct zmodem *z, const void *bytes, size_t size);
void zmodem_put_hex(struct zmodem *z, struct zmodem_header header); /* and flush */
void zmodem_put_binary(struct zmodem *z, struct zmodem_header header);
void zmodem_put_data(struct zmodem *z, const void *data, size_t size, enum zmodem_end end);

/* A block's or a file's CRC-32, begun with 0 and continued with the last result. */
uint32_t zmodem_crc32(uint32_t crc, const void *data, size_t size);

#endif
