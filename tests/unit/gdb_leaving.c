// SPDX-License-Identifier: Apache-2.0
/* How a session of gdb ends, or goes on: kill, detach, the break character. */
#include "unit.h"

#include "support/gdb_session.h"

#include <string.h>

/* What would be asked next must not be answered any more. */
static enum gdb_end serve_last(const char *request, bool multiprocess)
{
	script_begin(&script);
	gdb_ask(&script, multiprocess ? "qSupported:multiprocess+" : "qSupported");
	gdb_ask(&script, request);
	gdb_ask(&script, "g");
	return serve();
}

static void test_kill(void **state)
{
	(void)state;
	assert_int_equal(serve_last("k", false), GDB_KILLED);
	assert_true(frozen.killed);
	assert_int_equal(replies.count, 1);
	frozen.killed = false;
	assert_int_equal(serve_last("vKill;7", true), GDB_KILLED);
	assert_true(frozen.killed);
	assert_string_equal(replies.text[1], "OK");
	assert_int_equal(replies.count, 2);
	frozen.killed = false;
	assert_int_equal(serve_last("vKill;a410", false), GDB_KILLED);
	assert_true(frozen.killed);
}

static void test_kill_refused(void **state)
{
	(void)state;
	assert_int_equal(serve_last("vKill;8", true), GDB_CLOSED);
	assert_int_equal(serve_last("vKill;", false), GDB_CLOSED);
	assert_int_equal(serve_last("vKill;7x", true), GDB_CLOSED);
	assert_string_equal(replies.text[1], "E03");
	assert_false(frozen.killed);
	frozen.refuses_kill = true;
	assert_int_equal(serve_last("vKill;7", true), GDB_CLOSED);
	assert_string_equal(replies.text[1], "E.the process could not be killed");
	assert_int_equal(serve_last("k", true), GDB_CLOSED);
	assert_string_equal(replies.text[1], "E.the process could not be killed");
}

static void test_detach(void **state)
{
	(void)state;
	assert_int_equal(serve_last("D", false), GDB_DETACHED);
	assert_string_equal(replies.text[1], "OK");
	assert_int_equal(replies.count, 2);
	assert_int_equal(serve_last("D;7", true), GDB_DETACHED);
	assert_int_equal(serve_last("D;8", true), GDB_CLOSED);
	assert_string_equal(replies.text[1], "E03");
	assert_int_equal(serve_last("D;", true), GDB_CLOSED);
	assert_int_equal(serve_last("D7", true), GDB_CLOSED);
	assert_false(frozen.killed);
}

static void test_break(void **state)
{
	(void)state;
	script_text(&script, "\3\3");
	gdb_ask(&script, "qC");
	script_text(&script, "\3\3");
	assert_int_equal(serve(), GDB_CLOSED);
	assert_int_equal(replies.count, 1);
	script_begin(&script);
	script_text(&script, "\3\3\3");
	gdb_ask(&script, "qC");
	assert_int_equal(serve(), GDB_LEFT);
	assert_int_equal(replies.count, 0);
}

static void test_no_ack_mode(void **state)
{
	(void)state;
	gdb_ask(&script, "QStartNoAckMode");
	gdb_packet(&script, "qC");
	/* A gdb that comes afterwards expects them again. */
	gdb_packet(&script, "qSupported");
	gdb_ask(&script, "qSupported");
	gdb_ask(&script, "qC");
	assert_int_equal(serve(), GDB_CLOSED);
	assert_int_equal(replies.acks, 3);
	assert_string_equal(replies.text[0], "OK");
	assert_string_equal(replies.text[1], "QC9");
	assert_string_equal(replies.text[4], "QC9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GDB_TEST(test_kill),  GDB_TEST(test_kill_refused), GDB_TEST(test_detach),
		GDB_TEST(test_break), GDB_TEST(test_no_ack_mode),
	};

	return cmocka_run_group_tests_name("gdb_leaving", tests, NULL, NULL);
}
