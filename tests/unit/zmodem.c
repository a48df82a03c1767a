// SPDX-License-Identifier: Apache-2.0
/* The ZMODEM sender against a strict receiver, and against anything at all. */
#include "unit.h"

#include "inspect/zmodem_frame.h"
#include "support/receiver.h"
#include "support/script.h"

#include <string.h>

#define SIZE 20000u

static struct receiver receiver;
static struct script script;
static struct zmodem z;
static struct zmodem_file file;
static uint8_t contents[SIZE];

static size_t read_contents(void *context, uint64_t offset, void *to, size_t size)
{
	(void)context;
	if (offset >= SIZE)
		return 0;
	size = min_u64(size, SIZE - offset);
	memcpy(to, contents + offset, size);
	return size;
}

static int setup(void **state)
{
	u64 random = TEST_SEED;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		contents[i] = (uint8_t)(i < 600 ? i : test_random(&random));
	file = (struct zmodem_file){ "sensor.7.core", SIZE, NULL, read_contents };
	receiver_begin(&receiver);
	script_begin(&script);
	return 0;
}

static void expect_sent(void)
{
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_SENT);
	assert_true(receiver.over);
	assert_false(receiver.cancelled);
	assert_int_equal(receiver.size, SIZE);
	assert_memory_equal(receiver.file + receiver.start, contents + receiver.start,
			    SIZE - receiver.start);
	assert_memory_equal(receiver.in + receiver.in_size - 2, "OO", 2);
}

static void test_crc16(void **state)
{
	static const char offer[] = "sensor.7.core\0"
				    "20000 0 100644 0 1 20000";

	(void)state;
	expect_sent();
	assert_int_equal(receiver.offer_size, sizeof(offer));
	assert_memory_equal(receiver.offer, offer, sizeof(offer));
	assert_int_equal(receiver.calls, 1);
	assert_int_equal(receiver.data_headers, 3); /* an answer after eight blocks */
	assert_int_equal(receiver.longest_block, ZMODEM_BLOCK);
	assert_int_equal(receiver.timeouts, 1); /* after the last word */
	assert_true(receiver.raw_control);
	assert_memory_equal(receiver.in,
			    "rz\r**\x18"
			    "B00000000000000\r\x8a\x11",
			    24);
}

static void test_crc32(void **state)
{
	(void)state;
	receiver.flags = CANFC32;
	expect_sent();
	assert_int_equal(zmodem_crc32(0, "123456789", 9), 0xcbf43926);
}

static void test_escape_all(void **state)
{
	(void)state;
	receiver.flags = CANFC32 | ESCCTL;
	expect_sent();
	assert_false(receiver.raw_control);
}

static void test_unknown_size(void **state)
{
	(void)state;
	file.size = ZMODEM_UNKNOWN;
	expect_sent();
	assert_int_equal(receiver.offer_size, 14);
}

static void test_window(void **state)
{
	(void)state;
	receiver.window = 4096;
	expect_sent();
	assert_in_range(receiver.most_in_window, 3072, 4096);
	assert_int_equal(receiver.data_headers, 5);
	setup(NULL);
	receiver.window = 100; /* less than a block: an answer to each */
	expect_sent();
}

static void test_late_acks(void **state)
{
	(void)state;
	receiver.late_acks = true;
	expect_sent();
	assert_int_equal(receiver.timeouts, 1); /* after the last word */
}

/* Each is asked for again, and what follows comes in smaller blocks. */
static void test_bad_blocks(void **state)
{
	static const u32 bad[] = { 1, 1500, 1501, 1502, 9000, 19999 };

	(void)state;
	receiver.flags = CANFC32;
	memcpy(receiver.bad, bad, sizeof(bad));
	expect_sent();
	assert_in_range(receiver.data_headers, 8, 20);
	assert_int_equal(receiver.restarts, 0);
	assert_true(receiver.blocks > 2 * SIZE / ZMODEM_BLOCK);
}

static void test_resume(void **state)
{
	(void)state;
	receiver.start = 12345;
	expect_sent();
	setup(NULL);
	receiver.start = 12345;
	receiver.asks_crc = true;
	expect_sent();
	assert_int_equal(receiver.crc_answer, zmodem_crc32(0, contents, 12345));
	setup(NULL);
	receiver.start = SIZE; /* all of it */
	expect_sent();
}

static void test_challenge(void **state)
{
	(void)state;
	receiver.challenges = true;
	expect_sent();
}

static void test_skip(void **state)
{
	(void)state;
	receiver.skips = true;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_SKIPPED);
	assert_true(receiver.over);
	assert_int_equal(receiver.size, 0);
}

static void test_cancel(void **state)
{
	(void)state;
	receiver.cancels_at = 5000;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_CANCELLED);
	assert_in_range(receiver.size, 5000, 5000 + 2 * ZMODEM_BLOCK);
	assert_true(receiver.cancelled);
}

/* A silent line, also one that gives back what is sent. */
static void test_no_receiver(void **state)
{
	(void)state;
	receiver.silent = true;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_NO_RECEIVER);
	assert_int_equal(receiver.timeouts, 6); /* of ten seconds */
	assert_true(receiver.cancelled);
	setup(NULL);
	receiver.silent = receiver.echoes = true;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_NO_RECEIVER);
}

static void test_falls_silent(void **state)
{
	(void)state;
	receiver.deaf_at_end = true;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_LOST);
	assert_int_equal(receiver.ends, 3);
	assert_true(receiver.cancelled);
}

/* A receiver that says the same for ever. */
static void test_no_progress(void **state)
{
	static const uint8_t types[] = { ZRPOS, ZACK, ZNAK, ZRINIT, ZCRC, ZCHALLENGE, 99 };

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		setup(NULL);
		receiver_say(&receiver, ZRINIT, 0);
		receiver_say(&receiver, ZRPOS, 0);
		for (int i = 0; i < 6000; i++)
			receiver_say(&receiver, types[t], 0);
		script_bytes(&script, receiver.out, receiver.out_size);
		assert_int_equal(zmodem_send(&z, &file, &script.line), ZMODEM_LOST);
		assert_true(script.in_used < script.in_size);
	}
}

static void test_closed(void **state)
{
	(void)state;
	assert_int_equal(zmodem_send(&z, &file, &script.line), ZMODEM_CLOSED);
}

static void test_too_large(void **state)
{
	(void)state;
	file.size = (u64)UINT32_MAX + 1;
	assert_int_equal(zmodem_send(&z, &file, &receiver.line), ZMODEM_TOO_LARGE);
	assert_int_equal(receiver.in_size, 0);
}

static int feed(struct zmodem_parser *p, const char *text, struct zmodem_header *h)
{
	int type = ZMODEM_NOTHING;

	for (; *text && type == ZMODEM_NOTHING; text++)
		type = zmodem_feed(p, (uint8_t)*text, h);
	return type;
}

static void test_headers(void **state)
{
	struct zmodem_parser p = { 0 };
	struct zmodem_header h;

	(void)state;
	assert_int_equal(feed(&p,
			      "noise **\x18"
			      "B0100000023be50\r\n",
			      &h),
			 ZRINIT);
	assert_int_equal(h.bytes[3], 0x23);
	assert_int_equal(feed(&p,
			      "**\x18"
			      "B0100000023be51\r\n",
			      &h),
			 ZMODEM_NOTHING);
	assert_int_equal(feed(&p,
			      "**\x18"
			      "B01000000**\x18"
			      "B0900000000a87c",
			      &h),
			 ZRPOS);
	assert_int_equal(feed(&p,
			      "****\x18"
			      "B0900000000A87C",
			      &h),
			 ZRPOS);
	assert_int_equal(feed(&p, "\x18\x18\x18\x18*\x18", &h), ZMODEM_NOTHING);
	assert_int_equal(feed(&p, "x\x18\x18\x18\x18\x18", &h), ZCAN);
	assert_int_equal(feed(&p,
			      "**\x18"
			      "C0900000000a87c",
			      &h),
			 ZMODEM_NOTHING);
}

/* Whatever comes, the sender comes to an end and sends no more than it must. */
static void test_fuzz(void **state)
{
	static const uint8_t types[] = { ZRINIT, ZRPOS,   ZACK,       ZNAK, ZRPOS, ZCRC,
					 ZSKIP,  ZRQINIT, ZCHALLENGE, ZFIN, 18,    255 };
	u64 random = TEST_SEED;

	(void)state;
	for (int round = 0; round < 300; round++) {
		setup(NULL);
		file.size = 3000;
		for (u64 n = test_random(&random) % 60; n > 0; n--) {
			u64 what = test_random(&random);

			receiver.out_size = 0;
			receiver_say(&receiver,
				     round % 3 && n > 50 ? ZRINIT : types[what % ARRAY_SIZE(types)],
				     what >> 8 & 1 ? (u32)(what >> 32) : (u32)(what >> 32) % 4000);
			if (what >> 9 & 3)
				script_bytes(&script, receiver.out, receiver.out_size);
			else
				script_bytes(&script, &what, 8);
			if (what >> 11 & 1)
				script_pause(&script);
		}
		zmodem_send(&z, &file, &script.line);
		assert_true(script.out_size < SCRIPT_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_crc16, setup),
		cmocka_unit_test_setup(test_crc32, setup),
		cmocka_unit_test_setup(test_escape_all, setup),
		cmocka_unit_test_setup(test_unknown_size, setup),
		cmocka_unit_test_setup(test_window, setup),
		cmocka_unit_test_setup(test_late_acks, setup),
		cmocka_unit_test_setup(test_bad_blocks, setup),
		cmocka_unit_test_setup(test_resume, setup),
		cmocka_unit_test_setup(test_challenge, setup),
		cmocka_unit_test_setup(test_skip, setup),
		cmocka_unit_test_setup(test_cancel, setup),
		cmocka_unit_test_setup(test_no_receiver, setup),
		cmocka_unit_test_setup(test_falls_silent, setup),
		cmocka_unit_test_setup(test_no_progress, setup),
		cmocka_unit_test_setup(test_closed, setup),
		cmocka_unit_test_setup(test_too_large, setup),
		cmocka_unit_test_setup(test_headers, setup),
		cmocka_unit_test_setup(test_fuzz, setup),
	};

	return cmocka_run_group_tests_name("zmodem", tests, NULL, NULL);
}
