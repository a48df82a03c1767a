// SPDX-License-Identifier: Apache-2.0
/* The console: format, escapes, lines of partitions, room. */
#include "unit.h"

#include "console/console.h"
#include "console/format.h"
#include "console/line.h"
#include "console/report.h"
#include "arch/sbi.h"
#include "fake/fake.h"
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void expect_format(const char *expected,
								const char *format, ...)
{
	char text[64];
	va_list args;
	u64 n;

	memset(text, '#', sizeof(text));
	va_start(args, format);
	n = format_text(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(text, expected, n);
	assert_int_equal(text[n], '#');
}

static void test_format(void **state)
{
	(void)state;
	expect_format("", "%s", "");
	expect_format("a string!", "a %s%s", "string", "!");
	expect_format("0 -1 2147483647 -2147483648", "%d %d %d %d", 0, -1, 2147483647,
		      -2147483647 - 1);
	expect_format("-9223372036854775808", "%ld", (long)((u64)1 << 63));
	expect_format("4294967295 ffffffff", "%u %x", 4294967295u, 4294967295u);
	expect_format("18446744073709551615", "%lu", ~0ul);
	expect_format("0x0000000000001234", "0x%016lx", 0x1234ul);
	expect_format("0007|0x007|12345", "%04u|0x%03x|%04u", 7u, 7u, 12345u);
	expect_format("100%", "100%%");
}

static void test_format_without_room(void **state)
{
	char text[8];

	(void)state;
	memset(text, '#', sizeof(text));
	assert_int_equal(format_string(text, 5, "%s", "abcdefgh"), 4);
	assert_string_equal(text, "abcd");
	assert_int_equal(text[5], '#');
	assert_int_equal(format_string(text, 1, "%u", 12345u), 0);
	assert_string_equal(text, "");
}

/* What the console shows for a partition's output. */
static void expect_output(const char *written, const char *shown)
{
	fake_output_clear();
	assert_int_equal(line_write(world_self, written, strlen(written)), strlen(written));
	console_flush();
	assert_string_equal(fake_output(), shown);
}

static void test_lines(void **state)
{
	(void)state;
	expect_output("hello\n", "[caller] hello\n");
	expect_output("one\ntwo\n\n", "[caller] one\n[caller] two\n[caller] \n");
	expect_output("part", "");
	expect_output("ial\nnext", "[caller] partial\n");
	fake_output_clear();
	line_flush(world_self);
	console_flush();
	assert_string_equal(fake_output(), "[caller] next\n");
	fake_output_clear();
	line_flush(world_self);
	console_flush();
	assert_string_equal(fake_output(), "");
}

static void test_carriage_returns(void **state)
{
	(void)state;
	expect_output("dos\r\n", "[caller] dos\n");
	expect_output("a\rb\n", "[caller] a\\x0db\n");
	expect_output("a\r\r\n", "[caller] a\\x0d\n");
	expect_output("split\r", "");
	expect_output("\nx\n", "[caller] split\n[caller] x\n");
}

static void test_escapes(void **state)
{
	(void)state;
	expect_output("\x01\x1b[31m\x7f\x80\x9f\n", "[caller] \\x01\\x1b[31m\\x7f\\x80\\x9f\n");
	expect_output("tab\there\n", "[caller] tab\there\n");
	expect_output("\xc3\xa4 \xa0\xff\n", "[caller] \xc3\xa4 \xa0\xff\n");
}

static void test_names_are_escaped(void **state)
{
	(void)state;
	console_line("a\nb\x1b", "x", 1);
	console_flush();
	assert_string_equal(fake_output(), "[a\\x0ab\\x1b] x\n");
	assert_int_equal(console_line_size("a\nb\x1b", "x", 1), strlen(fake_output()));
}

static void test_zero_bytes(void **state)
{
	(void)state;
	assert_int_equal(line_write(world_self, "a\0b\n", 4), 4);
	console_flush();
	assert_string_equal(fake_output(), "[caller] a\\x00b\n");
}

/* A line of n bytes; where is it broken? */
static void test_long_lines(void **state)
{
	static const unsigned int lengths[] = { 1023, 1024, 1025, 2048, 2049, 5000 };
	char *text = malloc(5001), *expected = malloc(5200);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		char *end = expected;

		for (unsigned int n = 0; n < lengths[i]; n++)
			text[n] = (char)('a' + n % 26);
		text[lengths[i]] = '\n';
		for (unsigned int n = 0; n < lengths[i]; n += 1024) {
			unsigned int piece = lengths[i] - n < 1024 ? lengths[i] - n : 1024;

			end += sprintf(end, "[caller] %.*s\n", (int)piece, text + n);
		}
		fake_output_clear();
		for (u64 done = 0; done < lengths[i] + 1; console_flush())
			done += line_write(world_self, text + done, lengths[i] + 1 - done);
		console_flush();
		assert_string_equal(fake_output(), expected);
	}
	free(text);
	free(expected);
}

static void test_two_partitions_never_mix(void **state)
{
	Handle h = world_task("other", TaskStateEmpty);
	struct task *other = world_task_of(h);

	(void)state;
	line_write(world_self, "one ", 4);
	line_write(other, "three ", 6);
	line_write(world_self, "two\n", 4);
	line_write(other, "four\n", 5);
	console_flush();
	assert_string_equal(fake_output(), "[caller] one two\n[other] three four\n");
}

/* Guests leave room for the hypervisor; what does not fit is not taken. */
static void test_no_room(void **state)
{
	char line[100];
	u64 taken = 0, n;

	(void)state;
	memset(line, 'x', 99);
	line[99] = '\n';
	fake_output_room(0);
	while ((n = line_write(world_self, line + taken % 100, 100 - taken % 100)))
		taken += n;
	assert_in_range(taken, 8000, CONSOLE_RING - CONSOLE_RESERVE);
	assert_true(console_has_room(CONSOLE_RESERVE - 1000, false));
	assert_false(console_has_room(200, true));
	console_printf("still %s", "heard");
	fake_output_room(~(u64)0);
	console_flush();
	assert_non_null(strstr(fake_output(), "[floe] still heard\n"));
	/* It goes on where it stopped: no byte is lost or doubled. */
	fake_output_clear();
	assert_int_equal(line_write(world_self, line + taken % 100, 100 - taken % 100),
			 100 - taken % 100);
	console_flush();
	assert_int_equal(strlen(fake_output()), strlen("[caller] ") + 100);
}

/* The device takes what it takes; order and content stay. */
static void test_slow_device(void **state)
{
	static char expected[40000], line[32];

	(void)state;
	expected[0] = 0;
	for (unsigned int i = 0; i < 600; i++) {
		int n = sprintf(line, "line %u\n", i);

		while (!line_write(world_self, line, (u64)n)) {
			fake_output_room(i % 37);
			console_pump();
		}
		sprintf(expected + strlen(expected), "[caller] %s", line);
		fake_output_room(i % 23);
		console_pump();
	}
	fake_output_room(~(u64)0);
	console_flush();
	assert_string_equal(fake_output(), expected);
}

/* The debug console of the SBI: what it takes, what it refuses. */
static void test_debug_console(void **state)
{
	const u64 write[6] = { 6, BUFFER_AT }, bad[6] = { 6, UNMAPPED },
		  high[6] = { 6, BUFFER_AT, 1 };
	const u64 byte[6] = { 'B' }, read[6] = { 10, BUFFER_AT };

	(void)state;
	store(BUFFER_AT, "text!\n", 6);
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 0, write), 0);
	assert_int_equal(world_value, 6);
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 0, bad), SBI_ERR_INVALID_PARAM);
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 0, high), SBI_ERR_INVALID_PARAM);
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 2, byte), 0);
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 3, byte), SBI_ERR_NOT_SUPPORTED);
	assert_int_equal(world_sbi(SBI_LEGACY_PUTCHAR, 0, byte), 0);
	line_flush(world_self);
	console_flush();
	assert_string_equal(fake_output(), "[caller] text!\n[caller] BB\n");
	/* Input is for who may inspect. */
	fake_input("typed");
	assert_int_equal(world_sbi(SBI_EXT_DBCN, 1, read), 0);
	assert_int_equal(world_value, 5);
	assert_memory_equal(at(BUFFER_AT), "typed", 5);
	world_self->limits.permissions = 0;
	assert_int_not_equal(world_sbi(SBI_EXT_DBCN, 1, read), 0);
}

static void test_other_sbi_calls(void **state)
{
	static const u64 none[6] = { 0 }, legacy[6] = { SBI_LEGACY_PUTCHAR },
			 hsm[6] = { SBI_EXT_HSM };

	(void)state;
	assert_int_equal(world_sbi(SBI_EXT_BASE, 0, none), 0);
	assert_int_equal(world_value, SBI_SPEC_VERSION_2_0);
	assert_int_equal(world_sbi(SBI_EXT_BASE, 3, legacy), 0);
	assert_int_equal(world_value, 1);
	assert_int_equal(world_sbi(SBI_EXT_BASE, 3, hsm), 0);
	assert_int_equal(world_value, 0);
	assert_int_equal(world_sbi(SBI_EXT_BASE, 7, none), SBI_ERR_NOT_SUPPORTED);
	assert_int_equal(world_sbi(SBI_EXT_HSM, 0, none), SBI_ERR_NOT_SUPPORTED);
	assert_int_equal(world_sbi(0x12345, 0, none), SBI_ERR_NOT_SUPPORTED);
	assert_int_equal(world_sbi(SBI_EXT_SRST, 1, none), SBI_ERR_NOT_SUPPORTED);
	assert_string_equal(fake_output(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_format),
		WORLD_TEST(test_format_without_room),
		WORLD_TEST(test_lines),
		WORLD_TEST(test_carriage_returns),
		WORLD_TEST(test_escapes),
		WORLD_TEST(test_names_are_escaped),
		WORLD_TEST(test_zero_bytes),
		WORLD_TEST(test_long_lines),
		WORLD_TEST(test_two_partitions_never_mix),
		WORLD_TEST(test_no_room),
		WORLD_TEST(test_slow_device),
		WORLD_TEST(test_debug_console),
		WORLD_TEST(test_other_sbi_calls),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
