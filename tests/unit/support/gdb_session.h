/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of gdb with the server, over a frozen process with three threads. */
#ifndef SUPPORT_GDB_SESSION_H
#define SUPPORT_GDB_SESSION_H

#include "inspect/gdb_server.h"
#include "support/frozen.h"
#include "support/gdb.h"

/*
 * `frozen` is process 7, "sensor <1>", with the threads 9, 10 and 0x7fffffff, a page
 * of stack at 0x4000000000 and two of heap at 0x5000000000.
 */
extern uint8_t *frozen_stack, *frozen_heap;

extern struct script script;
extern struct gdb_server server;
extern struct gdb_replies replies;

int gdb_session_setup(void **state);
int gdb_session_teardown(void **state);
#define GDB_TEST(f) cmocka_unit_test_setup_teardown(f, gdb_session_setup, gdb_session_teardown)

/* Serves what the script asks; its replies. */
enum gdb_end serve(void);
/* Asks in a session of its own; the reply. */
const char *ask(const char *request);
/* The same where thread ids go with process ids. */
const char *ask_multiprocess(const char *request);

#endif
