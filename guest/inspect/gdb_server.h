/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gdb server for a frozen process: its threads, registers and memory can be
 * read; what would change it or let it run is refused with a sentence. See the
 * gdb manual, appendix "Remote Protocol".
 */
#ifndef INSPECT_GDB_SERVER_H
#define INSPECT_GDB_SERVER_H

#include "inspect/gdb_packet.h"
#include "inspect/image.h"
#include "inspect/registers.h"
#include "inspect/target.h"

enum gdb_end {
	GDB_DETACHED,
	GDB_KILLED, /* the process is gone */
	GDB_LEFT,   /* somebody typed Ctrl-C three times in a row, outside of packets */
	GDB_CLOSED, /* the line is gone */
};

/* About 14 KiB: one for all sessions, in static memory. */
struct gdb_server {
	const struct inspect_target *target;
	struct gdb_link link;
	struct image image;
	struct inspect_thread thread; /* the one chosen by Hg */
	uint32_t thread_listed;       /* by qfThreadInfo and qsThreadInfo, so far */
	bool multiprocess;            /* thread ids have the form pPID.TID */
	bool over;
	enum gdb_end end;
	struct bytes reply;
	uint8_t reply_data[GDB_PACKET];
	uint8_t data[GDB_PACKET / 2]; /* to be encoded into the reply */
};

/* Serves until gdb goes. `server` needs no preparation. */
enum gdb_end gdb_serve(struct gdb_server *server, const struct inspect_target *target,
		       const struct inspect_line *line);

#endif
