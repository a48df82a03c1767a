// SPDX-License-Identifier: Apache-2.0
/* Packets of the gdb protocol on lines that lose, damage and invent bytes. */
#include "unit.h"

#include "inspect/gdb_packet.h"
#include "support/gdb.h"

#include <string.h>

static struct script script;
static struct gdb_link gdb_link;
static struct gdb_replies replies;

static int setup(void **state)
{
	(void)state;
	script_begin(&script);
	gdb_link_begin(&gdb_link, &script.line);
	return 0;
}

static void expect_packet(const char *data)
{
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_PACKET);
	assert_string_equal(gdb_link.request, data);
	assert_int_equal(gdb_link.size, strlen(data));
}

static void expect_sent(const char *bytes)
{
	assert_int_equal(script.out_size, strlen(bytes));
	assert_memory_equal(script.out, bytes, script.out_size);
	script.out_size = 0;
}

static void send(const char *data)
{
	char copy[64];
	struct bytes b = bytes_into(copy, sizeof(copy));

	bytes_text(&b, data);
	gdb_send(&gdb_link, &b);
}

static void test_good(void **state)
{
	(void)state;
	gdb_packet(&script, "qC");
	gdb_packet(&script, "");
	script_text(&script, "$m0,4#FD"); /* capitals will do */
	expect_packet("qC");
	expect_packet("");
	expect_packet("m0,4");
	expect_sent("+++");
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_CLOSED);
}

static void test_damaged(void **state)
{
	(void)state;
	script_text(&script, "$qC#b5"); /* b4 is right */
	script_text(&script, "$qD#b4");
	script_text(&script, "$qC#x4$qC#bx");
	gdb_packet(&script, "qC");
	expect_packet("qC");
	expect_sent("----+");
}

/* What is cut off is given up where the next one begins. */
static void test_half(void **state)
{
	(void)state;
	script_text(&script, "$qXfer:feat");
	script_pause(&script);
	script_text(&script, "$$");
	gdb_packet(&script, "g");
	script_text(&script, "$g#");
	gdb_packet(&script, "?");
	script_text(&script, "$g#6");
	gdb_packet(&script, "k");
	expect_packet("g");
	expect_sent("+");
	expect_packet("?");
	expect_packet("k");
	expect_sent("-+-+");
	script_text(&script, "$abc");
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_CLOSED);
}

static void test_noise(void **state)
{
	(void)state;
	script_bytes(&script, "\0\xff#00+-+}*\r\n[floe] ended\n", 26);
	script_pause(&script);
	gdb_packet(&script, "g");
	script_bytes(&script, "noise\3", 6);
	expect_packet("g");
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_BREAK);
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_CLOSED);
}

static void test_length(void **state)
{
	static char data[GDB_PACKET + 2];

	(void)state;
	memset(data, 'a', GDB_PACKET);
	gdb_packet(&script, data);
	data[GDB_PACKET] = 'a'; /* one more */
	gdb_packet(&script, data);
	gdb_packet(&script, "g");
	data[GDB_PACKET] = 0;
	expect_packet(data);
	expect_packet("g");
	expect_sent("+-+");
}

static void test_reply_again(void **state)
{
	(void)state;
	script_text(&script, "-");
	script_pause(&script);
	script_text(&script, "?\r\3+");
	send("OK");
	expect_sent("$OK#9a$OK#9a$OK#9a");
	assert_int_equal(gdb_receive(&gdb_link), GDB_EVENT_CLOSED);
}

static void test_nobody_listens(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		script_pause(&script);
	send("OK");
	expect_sent("$OK#9a$OK#9a$OK#9a$OK#9a$OK#9a");
}

/* A lost + must not cost the request behind it. */
static void test_lost_acknowledgement(void **state)
{
	(void)state;
	gdb_packet(&script, "g");
	send("OK");
	expect_sent("$OK#9a");
	expect_packet("g");
}

static void test_no_acks(void **state)
{
	(void)state;
	gdb_link.acks = false;
	script_text(&script, "$g#00");
	gdb_packet(&script, "?");
	expect_packet("?");
	send("OK");
	expect_sent("$OK#9a");
}

static void test_runs(void **state)
{
	uint8_t data[300];

	(void)state;
	for (size_t n = 0; n <= sizeof(data); n++) {
		struct bytes b = { .data = data, .room = sizeof(data), .size = n };

		setup(NULL);
		memset(data, '0', sizeof(data));
		gdb_link.acks = false;
		gdb_send(&gdb_link, &b);
		gdb_replies(&script, &replies);
		assert_int_equal(replies.count, 1);
		assert_int_equal(replies.size[0], n);
		assert_memory_equal(replies.text[0], data, n);
		assert_in_range(script.out_size, 0, n <= 3 ? n + 4 : 4 + 3 * (n / 98 + 2));
	}
	setup(NULL);
	gdb_link.acks = false;
	send("E0001111222");
	expect_sent("$E0001* 222#e6");
}

static void test_escapes(void **state)
{
	uint8_t all[256], out[512];
	struct bytes b = bytes_into(out, sizeof(out));

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	gdb_link.acks = false;
	gdb_escape(&b, all, sizeof(all));
	assert_int_equal(b.size, 256 + 4);
	gdb_send(&gdb_link, &b);
	gdb_replies(&script, &replies);
	assert_int_equal(replies.size[0], 256);
	assert_memory_equal(replies.text[0], all, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_damaged, setup),
		cmocka_unit_test_setup(test_half, setup),
		cmocka_unit_test_setup(test_noise, setup),
		cmocka_unit_test_setup(test_length, setup),
		cmocka_unit_test_setup(test_reply_again, setup),
		cmocka_unit_test_setup(test_nobody_listens, setup),
		cmocka_unit_test_setup(test_lost_acknowledgement, setup),
		cmocka_unit_test_setup(test_no_acks, setup),
		cmocka_unit_test_setup(test_runs, setup),
		cmocka_unit_test_setup(test_escapes, setup),
	};

	return cmocka_run_group_tests_name("gdb_packet", tests, NULL, NULL);
}
