// SPDX-License-Identifier: Apache-2.0
/* The gdb server: threads and their registers. */
#include "unit.h"

#include "support/gdb_session.h"

#include <stdio.h>
#include <string.h>

static void test_threads(void **state)
{
	(void)state;
	assert_string_equal(ask("qfThreadInfo"), "m9,a,7fffffff");
	assert_string_equal(ask_multiprocess("qfThreadInfo"), "mp7.9,p7.a,p7.7fffffff");
	assert_string_equal(ask("qC"), "QC9");
	assert_string_equal(ask_multiprocess("qC"), "QCp7.9");
	script_begin(&script);
	gdb_ask(&script, "qfThreadInfo");
	gdb_ask(&script, "qsThreadInfo");
	gdb_ask(&script, "qfThreadInfo");
	serve();
	assert_string_equal(replies.text[1], "l");
	assert_string_equal(replies.text[2], "m9,a,7fffffff");
	assert_string_equal(ask("qsThreadInfo"), "m9,a,7fffffff");
}

/* "halted by the freeze" and the fault's text, in hexadecimal. */
static void test_thread_info(void **state)
{
	const char *xml = ask("qXfer:threads:read::0,1000");

	(void)state;
	assert_string_equal(ask("qThreadExtraInfo,a"), "68616c7465642062792074686520667265657a65");
	assert_int_equal(strncmp(ask("qThreadExtraInfo,9"), "6c6f6164", 8), 0);
	assert_int_equal(strncmp(ask("qThreadExtraInfo,p7.9"), "6c6f6164", 8), 0);
	assert_string_equal(ask("qThreadExtraInfo,p8.9"), "E03");
	assert_string_equal(ask("qThreadExtraInfo,b"), "E03");
	assert_string_equal(ask("qThreadExtraInfo,"), "E16");
	xml = ask("qXfer:threads:read::0,1000");
	assert_non_null(strstr(xml, "<thread id=\"9\" name=\"sensor &#60;1&#62;\">"
				    "load guest-page fault on 0x0</thread>"));
	assert_non_null(strstr(xml, "<thread id=\"7fffffff\""));
	assert_non_null(strstr(ask_multiprocess("qXfer:threads:read::0,1000"), "id=\"p7.a\""));
}

static void test_thread_ids(void **state)
{
	static const struct {
		const char *request, *reply;
	} rows[] = {
		{ "T9", "OK" },
		{ "Ta", "OK" },
		{ "T7fffffff", "OK" },
		{ "Tp7.a", "OK" },
		{ "Tb", "E03" },
		{ "Tp8.a", "E03" },
		{ "T0", "E03" },
		{ "T-1", "E03" },
		{ "T", "E16" },
		{ "T80000000", "E16" },
		{ "T9x", "E16" },
		{ "Tp7.", "E16" },
		{ "T10000000000000009", "E16" },
		{ "Hg0", "OK" },
		{ "Hg-1", "OK" },
		{ "Hc-1", "OK" },
		{ "Hc0", "OK" },
		{ "Hga", "OK" },
		{ "Hgp7.a", "OK" },
		{ "Hgp7.-1", "OK" },
		{ "Hgp0.0", "OK" },
		{ "Hgp7", "OK" },
		{ "Hgp8", "E03" },
		{ "Hg8", "E03" },
		{ "H", "E16" },
		{ "Hx9", "E16" },
		{ "Hg", "E16" },
		{ "Hgp", "E16" },
		{ "Hgp7.9.9", "E16" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(ask(rows[i].request), rows[i].reply);
}

/* More threads than one packet has room for; gdb asks on. */
static void test_many_threads(void **state)
{
	char all[16384] = "";

	(void)state;
	while (frozen.target.thread_count < FROZEN_THREADS)
		frozen_thread(&frozen, 0x10000000 + frozen.target.thread_count);
	frozen.target.pid = 0x7fffffff;
	script_begin(&script);
	gdb_ask(&script, "qSupported:multiprocess+");
	gdb_ask(&script, "qfThreadInfo");
	for (int i = 0; i < 4; i++)
		gdb_ask(&script, "qsThreadInfo");
	serve();
	for (size_t i = 1; i < replies.count && replies.text[i][0] == 'm'; i++) {
		strcat(all, ",");
		strcat(all, replies.text[i] + 1);
	}
	assert_string_equal(replies.text[replies.count - 1], "l");
	for (uint32_t i = 0; i < FROZEN_THREADS; i++) {
		char id[32];

		snprintf(id, sizeof(id), ",p7fffffff.%x", frozen.threads[i].tid);
		assert_non_null(strstr(all, id));
	}
}

static void expect_registers(const struct inspect_thread *t, const char *reply)
{
	assert_int_equal(strlen(reply), 2 * REGISTER_SIZE * REGISTER_COUNT);
	for (uint32_t i = 0; i < REGISTER_COUNT; i++) {
		uint8_t bytes[8];

		for (int k = 0; k < 8; k++)
			bytes[k] = (uint8_t)(hex_digit(reply[16 * i + 2 * k]) << 4 |
					     hex_digit(reply[16 * i + 2 * k + 1]));
		assert_int_equal(load_le(bytes, 8), register_value(t, i));
	}
}

static void test_registers(void **state)
{
	const struct inspect_thread *t = &frozen.threads[1];

	(void)state;
	expect_registers(&frozen.threads[0], ask("g"));
	script_begin(&script);
	gdb_ask(&script, "Hga");
	gdb_ask(&script, "g");
	gdb_ask(&script, "Hcb"); /* no such thread: changes nothing */
	gdb_ask(&script, "p20");
	gdb_ask(&script, "Hc9"); /* not for reading */
	gdb_ask(&script, "p2");
	serve();
	expect_registers(t, replies.text[1]);
	assert_string_equal(replies.text[3], "2000000a00000000");
	assert_string_equal(replies.text[5], "0200000a00000000");
	assert_string_equal(ask("p0"), "0000000000000000");
	assert_string_equal(ask("p41"), "0100000000000000"); /* fflags of 0x61 */
	assert_string_equal(ask("p42"), "0300000000000000");
	assert_string_equal(ask("p43"), "6100000000000000");
	assert_string_equal(ask("p4f"), "0b01000900000000"); /* stval, the last */
	assert_string_equal(ask("p50"), "E16");
	assert_string_equal(ask("pffffffff"), "E16");
	assert_string_equal(ask("p100000000"), "E16");
	assert_string_equal(ask("p"), "E16");
	assert_string_equal(ask("p1;"), "E16");
}

/* x0 is zero whatever the record says, and fcsr has 8 bits. */
static void test_register_values(void **state)
{
	struct inspect_thread t = frozen.threads[0];

	(void)state;
	t.x[0] = 5;
	t.fcsr = 0xffffffff;
	assert_int_equal(register_value(&t, 0), 0);
	assert_int_equal(register_value(&t, REGISTER_FFLAGS), 0x1f);
	assert_int_equal(register_value(&t, REGISTER_FRM), 7);
	assert_int_equal(register_value(&t, REGISTER_FCSR), 0xff);
	assert_int_equal(register_value(&t, REGISTER_COUNT), 0);
	assert_int_equal(register_value(&t, UINT32_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GDB_TEST(test_threads),    GDB_TEST(test_thread_info),
		GDB_TEST(test_thread_ids), GDB_TEST(test_many_threads),
		GDB_TEST(test_registers),  GDB_TEST(test_register_values),
	};

	return cmocka_run_group_tests_name("gdb_threads", tests, NULL, NULL);
}
