/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of the gdb remote serial protocol (gdb manual, appendix "Remote
 * Protocol", "Overview"): $data#checksum, acknowledged by + or -.
 */
#ifndef INSPECT_GDB_PACKET_H
#define INSPECT_GDB_PACKET_H

#include "inspect/bytes.h"
#include "inspect/line.h"

/* Bytes of a packet's data at most, in both directions, without escapes undone. */
#define GDB_PACKET 4096u

enum gdb_event {
	GDB_EVENT_PACKET, /* in request */
	GDB_EVENT_BREAK,  /* Ctrl-C outside of packets */
	GDB_EVENT_CLOSED,
};

struct gdb_link {
	const struct inspect_line *line;
	bool acks;                    /* packets are acknowledged, as they are at first */
	int pushed;                   /* a byte that was read too early, or below 0 */
	size_t size;                  /* of request */
	char request[GDB_PACKET + 1]; /* with a NUL behind; may hold NULs */
	uint8_t out[128];             /* on its way to the line */
	size_t out_size;
};

void gdb_link_begin(struct gdb_link *link, const struct inspect_line *line);

/* Waits for the next whole packet; asks again for one that was damaged. */
enum gdb_event gdb_receive(struct gdb_link *link);

/*
 * Sends a packet, again until it is acknowledged, but not for ever. Escapes are
 * the caller's; runs of equal bytes are shortened here.
 */
void gdb_send(struct gdb_link *link, const struct bytes *data);

/* Appends data with the four bytes escaped that mean something in packets. */
void gdb_escape(struct bytes *to, const void *data, size_t size);

#endif
