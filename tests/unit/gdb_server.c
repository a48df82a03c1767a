// SPDX-License-Identifier: Apache-2.0
/* The gdb server, over a process with several threads: what it answers, and to whom not. */
#include "unit.h"

#include "inspect/signals.h"
#include "support/gdb_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_supported(void **state)
{
	const char *reply = ask("qSupported:multiprocess+");

	(void)state;
	assert_non_null(strstr(reply, "PacketSize=1000;"));
	assert_non_null(strstr(reply, "qXfer:features:read+"));
	assert_non_null(strstr(reply, ";multiprocess+"));
	assert_null(strstr(ask("qSupported"), "multiprocess"));
	assert_string_equal(ask("vMustReplyEmpty"), "");
	assert_string_equal(ask("qAttached"), "1");
	assert_string_equal(ask("qAttached:7"), "1");
	assert_string_equal(ask("qTStatus"), "");
	assert_string_equal(ask("!"), "");
	assert_string_equal(ask(""), "");
}

static void test_stop(void **state)
{
	(void)state;
	assert_string_equal(ask("?"), "T0b02:0200000900000000;08:0800000900000000;"
				      "20:2000000900000000;thread:9;");
	assert_non_null(strstr(ask_multiprocess("?"), "thread:p7.9;"));
	frozen.target.thread_count = 0;
	assert_int_equal(strncmp(ask("?"), "E.", 2), 0);
}

static void test_signals(void **state)
{
	static const struct {
		struct inspect_exception exception;
		uint8_t gdb, host;
	} rows[] = {
		{ { .cause = 0 }, 10, 7 },
		{ { .cause = 1 }, 11, 11 },
		{ { .cause = 2 }, 4, 4 },
		{ { .cause = 3 }, 5, 5 },
		{ { .cause = 4 }, 10, 7 },
		{ { .cause = 5 }, 11, 11 },
		{ { .cause = 6 }, 10, 7 },
		{ { .cause = 7 }, 11, 11 },
		{ { .cause = 8 }, 6, 6 },
		{ { .cause = 9 }, 6, 6 },
		{ { .cause = 10 }, 6, 6 },
		{ { .cause = 12 }, 11, 11 },
		{ { .cause = 13 }, 11, 11 },
		{ { .cause = 14 }, 6, 6 },
		{ { .cause = 15 }, 11, 11 },
		{ { .cause = 20 }, 11, 11 },
		{ { .cause = 21 }, 11, 11 },
		{ { .cause = 22 }, 4, 4 },
		{ { .cause = 23 }, 11, 11 },
		{ { .cause = 24 }, 6, 6 },
		{ { .cause = (u64)1 << 63 | 5 }, 6, 6 },
		{ { .cause = UINT64_MAX }, 6, 6 },
		{ { .kind = INSPECT_FAULT_PANIC, .cause = 3 }, 6, 6 },
		{ { .kind = INSPECT_FAULT_OUT_OF_MEMORY, .cause = 23 }, 10, 7 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[8];

		assert_int_equal(inspect_signal(&rows[i].exception)->gdb, rows[i].gdb);
		assert_int_equal(inspect_signal(&rows[i].exception)->host, rows[i].host);
		frozen.target.fault.exception = rows[i].exception;
		snprintf(expected, sizeof(expected), "T%02x02:", rows[i].gdb);
		assert_int_equal(strncmp(ask("?"), expected, 6), 0);
	}
}

static void test_memory(void **state)
{
	(void)state;
	memcpy(frozen_stack, "\1\2\xfe\xff", 4);
	memcpy(frozen_stack + 4094, "yz", 2);
	assert_string_equal(ask("m4000000000,4"), "0102feff");
	assert_string_equal(ask("m4000000fFe,2"), "797a");
	assert_string_equal(ask("m4000000ffe,40"), "797a"); /* what there is */
	assert_string_equal(ask("m4000001000,1"), "E0e");
	assert_string_equal(ask("m3fffffffff,2"), "E0e");
	assert_string_equal(ask("m0,8"), "E0e");
	assert_string_equal(ask("mffffffffffffffff,8"), "E0e");
	assert_string_equal(ask("m4000000000,0"), "");
	assert_string_equal(ask("m0,0"), "");
	assert_int_equal(strlen(ask("m5000000000,ffffffffffffffff")), GDB_PACKET - 2);
	assert_string_equal(ask("m10000000000000000,1"), "E16");
	assert_string_equal(ask("m4000000000"), "E16");
	assert_string_equal(ask("m4000000000,"), "E16");
	assert_string_equal(ask("m,4"), "E16");
	assert_string_equal(ask("m4000000000,4,"), "E16");
	assert_string_equal(ask("m-1,4"), "E16");
}

/* The last byte of all, behind which addresses would begin anew. */
static void test_last_memory(void **state)
{
	(void)state;
	memset(frozen_region(&frozen, 0xfffffffffffff000, 4096, INSPECT_READ, "last"), 'z', 4096);
	assert_string_equal(ask("mffffffffffffffff,8"), "7a");
	assert_string_equal(ask("mfffffffffffffffe,2"), "7a7a");
}

static void test_binary_memory(void **state)
{
	(void)state;
	for (int i = 0; i < 8192; i++)
		frozen_heap[i] = (uint8_t)i;
	ask("x5000000000,100");
	assert_int_equal(replies.size[0], 257);
	assert_int_equal(replies.text[0][0], 'b');
	assert_memory_equal(replies.text[0] + 1, frozen_heap, 256);
	/* Bytes that all need an escape still fit. */
	memset(frozen_heap, '}', 8192);
	ask("x5000000000,2000");
	assert_in_range(replies.size[0], GDB_PACKET / 2 - 2, GDB_PACKET / 2);
	assert_string_equal(ask("x5000000000,0"), "b");
	assert_string_equal(ask("x0,1"), "E0e");
	assert_string_equal(ask("x0"), "E16");
}

/* Refused with a sentence, and without a trace. */
static void test_refused(void **state)
{
	static const char *const requests[] = {
		"G00",
		"P2=0000000000000000",
		"M4000000000,1:00",
		"X4000000000,1:a",
		"X4000000000,0:",
		"c",
		"c4000000000",
		"C05",
		"s",
		"S05",
		"vCont;c",
		"vCont;s:p7.9;c",
		"vCont;",
		"Z0,4000000000,2",
		"Z1,4000000000,4",
		"Z2,4000000000,8",
		"z0,4000000000,2",
	};

	(void)state;
	memset(frozen_stack, 'a', 4096);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		const char *reply = ask(requests[i]);

		assert_non_null(strstr(reply, "E.a frozen process stays frozen: "));
		assert_null(strpbrk(reply, "#$}*"));
	}
	for (int i = 0; i < 4096; i++)
		assert_int_equal(frozen_stack[i], 'a');
	assert_false(frozen.killed);
	assert_string_equal(ask("vCont?"), "vCont;c;C;s;S");
}

/* However it is cut, the parts make the whole. */
static void test_parts(void **state)
{
	static char whole[20000], parts[20000];

	(void)state;
	strcpy(whole, "");
	for (unsigned int size = 0x7f0; size > 100; size /= 3) {
		unsigned int at = 0;

		do {
			char request[64];

			snprintf(request, sizeof(request), "qXfer:features:read:target.xml:%x,%x",
				 at, size);
			ask(request);
			strcpy(parts + at, replies.text[0] + 1);
			at += size;
		} while (replies.text[0][0] == 'm');
		assert_int_equal(replies.text[0][0], 'l');
		assert_string_equal(parts + strlen(parts) - 10, "</target>\n");
		if (*whole)
			assert_string_equal(parts, whole);
		strcpy(whole, parts);
	}
	assert_non_null(strstr(whole, "<osabi>none</osabi>"));
	assert_non_null(strstr(whole, "name=\"vsatp\" bitsize=\"64\" type=\"int\" regnum=\"75\""));
}

/* A part that ends just where the whole does is the last. */
static void test_last_part(void **state)
{
	size_t size = strlen(ask("qXfer:threads:read::0,700")) - 1;
	char request[64];

	(void)state;
	snprintf(request, sizeof(request), "qXfer:threads:read::0,%zx", size);
	assert_int_equal(ask(request)[0], 'l');
	snprintf(request, sizeof(request), "qXfer:threads:read::0,%zx", size - 1);
	assert_int_equal(ask(request)[0], 'm');
	snprintf(request, sizeof(request), "qXfer:threads:read::%zx,10", size - 1);
	assert_string_equal(ask(request), "l\n");
	snprintf(request, sizeof(request), "qXfer:threads:read::%zx,10", size);
	assert_string_equal(ask(request), "l");
}

static void test_part_errors(void **state)
{
	(void)state;
	assert_string_equal(ask("qXfer:features:read:target.xml:ffffffffffffffff,10"), "l");
	assert_string_equal(ask("qXfer:features:read:target.xml:0,0"), "m");
	assert_string_equal(ask("qXfer:features:read:other.xml:0,10"), "E00");
	assert_string_equal(ask("qXfer:features:read:target.xml:0"), "E00");
	assert_string_equal(ask("qXfer:features:read:target.xml:,"), "E00");
	assert_string_equal(ask("qXfer:features:read:target.xml:0,10x"), "E00");
	assert_string_equal(ask("qXfer:features:write:target.xml:0:x"), "");
	assert_string_equal(ask("qXfer:spu:read::0,10"), "");
	assert_string_equal(ask("qXfer:"), "");
	/* What is not known of the image is not said: the page size and the end. */
	ask("qXfer:auxv:read::0,1000");
	assert_int_equal(replies.size[0], 1 + 2 * 16);
}

static void test_offsets(void **state)
{
	(void)state;
	assert_string_equal(ask("qOffsets"), "");
	frozen.target.load_offset = 0x3ded1ca000;
	assert_string_equal(ask("qOffsets"), "TextSeg=3ded1ca000");
}

/* Bytes at random, and good requests with bytes changed: all ends well, nothing changes. */
static void test_fuzz(void **state)
{
	static const char *const requests[] = {
		"qSupported:multiprocess+",
		"qXfer:features:read:target.xml:0,ffb",
		"Hgp7.9",
		"g",
		"qXfer:threads:read::0,ffb",
		"m4000000000,40",
		"x4000000000,40",
		"p20",
		"Tp7.a",
		"qThreadExtraInfo,p7.a",
		"qfThreadInfo",
		"qsThreadInfo",
		"QStartNoAckMode",
		"?",
		"vCont;s:p7.9",
		"qOffsets",
		"D;8",
		"qXfer:auxv:read::0,1000",
		"P2=00",
		"Z0,0,2",
	};
	u64 random = TEST_SEED;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		script_begin(&script);
		for (int i = 0; i < 40; i++) {
			char request[64];
			size_t size;

			strcpy(request, requests[test_random(&random) % ARRAY_SIZE(requests)]);
			size = strlen(request);
			for (u64 n = test_random(&random) % 4; n > 0 && size; n--)
				request[test_random(&random) % size] =
					(char)(test_random(&random) % 255 + 1);
			/* Some end the session, which is not what is tested here. */
			if (request[0] == 'D' || request[0] == 'k' || request[0] == 'v')
				request[0] = 'm';
			if (test_random(&random) % 2)
				gdb_ask(&script, request);
			else
				script_bytes(&script, request, size);
			if (test_random(&random) % 8 == 0)
				script_pause(&script);
		}
		gdb_serve(&server, &frozen.target, &script.line);
		assert_false(frozen.killed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GDB_TEST(test_supported),   GDB_TEST(test_stop),
		GDB_TEST(test_signals),     GDB_TEST(test_memory),
		GDB_TEST(test_last_memory), GDB_TEST(test_binary_memory),
		GDB_TEST(test_refused),     GDB_TEST(test_parts),
		GDB_TEST(test_last_part),   GDB_TEST(test_part_errors),
		GDB_TEST(test_offsets),     GDB_TEST(test_fuzz),
	};

	return cmocka_run_group_tests_name("gdb_server", tests, NULL, NULL);
}
