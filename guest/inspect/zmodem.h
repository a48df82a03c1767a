/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends a file by the ZMODEM protocol (Chuck Forsberg, "The ZMODEM Inter
 * Application File Transfer Protocol", 1988), as terminal programs receive it,
 * among them rz of lrzsz, minicom and picocom.
 */
#ifndef INSPECT_ZMODEM_H
#define INSPECT_ZMODEM_H

#include "inspect/line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZMODEM_UNKNOWN UINT64_MAX
#define ZMODEM_BLOCK 1024u /* bytes at most that share a checksum */

struct zmodem_file {
	const char *name; /* at most 255 bytes */
	uint64_t size;    /* bytes, below 2^32; or ZMODEM_UNKNOWN */
	void *context;    /* for the function */
	/* Gives `size` bytes from `offset` on, in any order and again; fewer only at the end. */
	size_t (*read)(void *context, uint64_t offset, void *to, size_t size);
};

enum zmodem_result {
	ZMODEM_SENT,
	ZMODEM_SKIPPED,     /* the receiver does not want it */
	ZMODEM_CANCELLED,   /* by the receiver, or by whoever typed Ctrl-X five times */
	ZMODEM_NO_RECEIVER, /* nobody answered for a minute */
	ZMODEM_LOST,        /* the receiver fell silent, or the line is too bad */
	ZMODEM_CLOSED,      /* the line is gone */
	ZMODEM_TOO_LARGE,   /* the protocol cannot count so far */
};

/* The header that is being received: zmodem_frame.h. */
struct zmodem_header {
	uint8_t type;
	uint8_t bytes[4]; /* a position, lowest byte first; or flags */
};

struct zmodem_parser {
	uint32_t cancels; /* CAN bytes in a row */
	uint32_t state;
	uint8_t bytes[7]; /* type, four bytes, checksum */
};

/* About 2.5 KiB: one for all transfers, in static memory. */
struct zmodem {
	const struct inspect_line *line;
	const struct zmodem_file *file;
	struct zmodem_parser parser;
	struct zmodem_header header; /* the last one received */
	bool crc32, escape_controls;
	uint32_t window;  /* bytes that the receiver can buffer; 0: as many as come */
	size_t block;     /* bytes of a block: fewer on a bad line */
	uint32_t retries; /* since the last progress */
	uint64_t offset;  /* of what is sent next */
	uint64_t reached; /* the furthest that the receiver has asked for */
	uint8_t data[ZMODEM_BLOCK];
	uint8_t out[256]; /* on its way to the line */
	size_t out_size;
};

/* `z` needs no preparation. Returns when all is over. */
enum zmodem_result zmodem_send(struct zmodem *z, const struct zmodem_file *file,
			       const struct inspect_line *line);

#endif
