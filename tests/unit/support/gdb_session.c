// SPDX-License-Identifier: Apache-2.0
#include "support/gdb_session.h"

#include "unit.h"

#define STACK 0x4000000000u
#define HEAP 0x5000000000u

struct script script;
struct gdb_server server;
struct gdb_replies replies;
uint8_t *frozen_stack, *frozen_heap;

int gdb_session_setup(void **state)
{
	(void)state;
	script_begin(&script);
	frozen_begin(&frozen, "sensor <1>", 7);
	frozen.target.fault = (struct inspect_fault){ .exception = { .cause = 21 },
						      .text = "load guest-page fault on 0x0" };
	frozen_stack = frozen_region(&frozen, STACK, 4096, INSPECT_READ | INSPECT_WRITE, "stack");
	frozen_heap = frozen_region(&frozen, HEAP, 8192, INSPECT_READ, "heap");
	frozen_thread(&frozen, 9);
	frozen_thread(&frozen, 10);
	frozen_thread(&frozen, 0x7fffffff);
	return 0;
}

int gdb_session_teardown(void **state)
{
	(void)state;
	frozen_end(&frozen);
	return 0;
}

enum gdb_end serve(void)
{
	enum gdb_end end = gdb_serve(&server, &frozen.target, &script.line);

	gdb_replies(&script, &replies);
	return end;
}

const char *ask(const char *request)
{
	script_begin(&script);
	gdb_ask(&script, request);
	assert_int_equal(serve(), GDB_CLOSED);
	assert_int_equal(replies.count, 1);
	return replies.text[0];
}

const char *ask_multiprocess(const char *request)
{
	script_begin(&script);
	gdb_ask(&script, "qSupported:multiprocess+;swbreak+");
	gdb_ask(&script, request);
	assert_int_equal(serve(), GDB_CLOSED);
	assert_int_equal(replies.count, 2);
	return replies.text[1];
}
