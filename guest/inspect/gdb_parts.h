/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the gdb server have in common; nobody else includes it. */
#ifndef INSPECT_GDB_PARTS_H
#define INSPECT_GDB_PARTS_H

#include "inspect/gdb_server.h"

/* errno values of the protocol. */
enum {
	GDB_ESRCH = 3,
	GDB_EFAULT = 14,
	GDB_EINVAL = 22,
};

/* Replies: OK, Enn, and an error with a text, which gdb shows. */
void gdb_ok(struct gdb_server *server);
void gdb_error(struct gdb_server *server, int number);
void gdb_refuse(struct gdb_server *server, const char *text);

/* Readers of a request: each takes what it knows from *at and moves it on. */
bool gdb_skip(const char **at, const char *text);
bool gdb_number(const char **at, uint64_t *value); /* hexadecimal, at most 64 bits */

/* A thread id: a number, GDB_ANY or GDB_ALL. */
#define GDB_ANY 0
#define GDB_ALL (-1)
struct gdb_id {
	int64_t pid, tid;
};
bool gdb_parse_id(const char **at, struct gdb_id *id);
void gdb_put_id(struct gdb_server *server, struct bytes *to, uint32_t tid);

/* Finds the thread that an id means; GDB_ANY and GDB_ALL mean the first. */
bool gdb_find_thread(struct gdb_server *server, struct gdb_id id, struct inspect_thread *thread);

/* Appends what is to be said of thread number `index`. */
void gdb_describe_thread(struct gdb_server *server, struct bytes *to, uint32_t index);

/* The requests that begin with q or Q. */
void gdb_query(struct gdb_server *server, const char *request);
void gdb_transfer(struct gdb_server *server, const char *request); /* behind qXfer: */

/* Handlers of ?, g, p, H, T, m and x; `at`: behind the letter. */
void gdb_stop_reply(struct gdb_server *server);
void gdb_read_registers(struct gdb_server *server);
void gdb_read_register(struct gdb_server *server, const char *at);
void gdb_choose_thread(struct gdb_server *server, const char *at);
void gdb_thread_alive(struct gdb_server *server, const char *at);
void gdb_read_memory(struct gdb_server *server, const char *at, bool binary);

#endif
