/* SPDX-License-Identifier: Apache-2.0 */
/* gdb's side of the remote protocol: packets into a script, replies out of one. */
#ifndef SUPPORT_GDB_H
#define SUPPORT_GDB_H

#include "support/script.h"

#define GDB_REPLIES 64

struct gdb_replies {
	size_t count, naks, acks;
	size_t size[GDB_REPLIES];
	char text[GDB_REPLIES][20000]; /* runs expanded, escapes undone, NUL behind */
};

/* A packet with its checksum. */
void gdb_packet(struct script *s, const char *data);
/* The same, and + for its reply. */
void gdb_ask(struct script *s, const char *data);
/* Takes apart what was sent; fails the test where that is not well-formed. */
void gdb_replies(const struct script *s, struct gdb_replies *r);

#endif
