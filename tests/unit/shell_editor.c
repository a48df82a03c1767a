// SPDX-License-Identifier: Apache-2.0
/* The shell's line editor: what keys do, and what the terminal then shows. */
#include "unit.h"

#include "editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UP "\x1b[A"
#define DOWN "\x1b[B"
#define RIGHT "\x1b[C"
#define LEFT "\x1b[D"

static struct editor editor;

/* A terminal of one line: text, CR, and the two sequences that the editor uses. */
static struct {
	char text[1024];
	size_t cursor, bells;
} screen;

static size_t sequence(const char *text, size_t size)
{
	size_t n = 2;
	long count = strtol(text + 2, NULL, 10);

	assert_true(size >= 3 && text[1] == '[');
	while (n < size && text[n] >= '0' && text[n] <= '9')
		n++;
	assert_true(n < size);
	if (text[n] == 'K') {
		screen.text[screen.cursor] = '\0';
	} else {
		assert_int_equal(text[n], 'D');
		assert_true((size_t)count <= screen.cursor);
		screen.cursor -= (size_t)count;
	}
	return n + 1;
}

static void show(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\x1b') {
			i += sequence(text + i, size - i) - 1;
		} else if (text[i] == '\r') {
			screen.cursor = 0;
		} else if (text[i] == '\a') {
			screen.bells++;
		} else if (text[i] == '\n') {
			memset(&screen, 0, sizeof(screen));
		} else {
			assert_true(screen.cursor < sizeof(screen.text) - 1);
			if (!screen.text[screen.cursor])
				screen.text[screen.cursor + 1] = '\0';
			screen.text[screen.cursor++] = text[i];
		}
	}
}

static int setup(void **state)
{
	(void)state;
	memset(&screen, 0, sizeof(screen));
	editor_init(&editor, "> ", show);
	editor_begin(&editor);
	return 0;
}

static void keys(const char *text)
{
	for (; *text; text++)
		assert_int_equal(editor_feed(&editor, *text), EDITOR_MORE);
}

/* The line, and what stands on the terminal with the cursor in its place. */
static void expect_line(const char *line, size_t cursor)
{
	assert_string_equal(editor.line, line);
	assert_int_equal(editor.cursor, cursor);
	assert_memory_equal(screen.text, "> ", 2);
	assert_string_equal(screen.text + 2, line);
	assert_int_equal(screen.cursor, cursor + 2);
}

static void enter(const char *text)
{
	keys(text);
	assert_int_equal(editor_feed(&editor, '\r'), EDITOR_DONE);
	editor_begin(&editor);
}

static void test_keys(void **state)
{
	static const struct {
		const char *typed, *line;
		size_t cursor;
	} cases[] = {
		{ "ps", "ps", 2 },
		{ "a\tb", "a b", 3 },
		{ "ac" LEFT "b", "abc", 2 },
		{ "abc" LEFT LEFT "\x7f", "bc", 0 },
		{ "abc\x08", "ab", 2 },
		{ "\x7f\x08", "", 0 },
		{ "abc\x01"
		  "x",
		  "xabc", 1 },
		{ "abc\x01\x05"
		  "x",
		  "abcx", 4 },
		{ "abc\x02\x02\x06"
		  "x",
		  "abxc", 3 },
		{ "one two\x17", "one ", 4 },
		{ "one two  \x17", "one ", 4 },
		{ "one\x17\x17", "", 0 },
		{ "one two" LEFT "\x17", "one o", 4 },
		{ "one two" LEFT LEFT "\x15", "wo", 0 },
		{ "one two" LEFT LEFT "\x0b", "one t", 5 },
		{ "abc\x01\x04", "bc", 0 },
		{ "abc\x04", "abc", 3 },
		{ "abc\x1b[H"
		  "x\x1b[F"
		  "y",
		  "xabcy", 5 },
		{ "abc\x1bOH"
		  "x\x1bOF"
		  "y",
		  "xabcy", 5 },
		{ "abc\x1b[1~"
		  "x\x1b[4~"
		  "y",
		  "xabcy", 5 },
		{ "abc\x1b[1~\x1b[3~", "bc", 0 },
		{ "abc\x1b[99~\x1b[Z\x1b[1;5C", "abc", 3 },
		{ LEFT RIGHT UP DOWN "a" RIGHT, "a", 1 },
		{ "a\x1b"
		  "bc",
		  "ac", 2 },
		{ "\x1b\x01"
		  "a\x1b[\x01"
		  "b",
		  "ba", 1 },
		{ "a\x0c", "a", 1 },
		{ "\xc3\xa4", "\xc3\xa4", 2 },
		{ "a\x00\x0f\x1c\x1f"
		  "b",
		  "a", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		keys(cases[i].typed);
		expect_line(cases[i].line, cases[i].cursor);
	}
}

static void test_ends_of_lines(void **state)
{
	(void)state;
	enter("ps");
	/* The LF of a CR LF is no line of its own; another one is. */
	assert_int_equal(editor_feed(&editor, '\n'), EDITOR_MORE);
	assert_int_equal(editor_feed(&editor, '\n'), EDITOR_DONE);
	editor_begin(&editor);
	keys("abc");
	assert_int_equal(editor_feed(&editor, 3), EDITOR_CANCELLED);
	assert_string_equal(editor.line, "");
	editor_begin(&editor);
	assert_int_equal(editor_feed(&editor, 4), EDITOR_END);
	editor_begin(&editor);
	keys("a\x1b[");
	assert_int_equal(editor_feed(&editor, '\n'), EDITOR_DONE);
	assert_string_equal(editor.line, "a");
}

static void test_a_full_line(void **state)
{
	(void)state;
	for (int i = 0; i < EDITOR_LINE - 1; i++)
		keys("x");
	assert_int_equal(screen.bells, 0);
	keys("y\x01z");
	assert_int_equal(screen.bells, 2);
	assert_int_equal(strlen(editor.line), EDITOR_LINE - 1);
	assert_null(strpbrk(editor.line, "yz"));
	keys("\x04z");
	assert_int_equal(editor.line[0], 'z');
}

static void test_history(void **state)
{
	(void)state;
	keys(UP DOWN);
	expect_line("", 0);
	enter("one");
	enter("two");
	enter("two");
	enter("");
	keys("new" UP);
	expect_line("two", 3);
	keys(UP);
	expect_line("one", 3);
	keys(UP);
	expect_line("one", 3);
	keys(DOWN DOWN);
	expect_line("new", 3);
	keys(DOWN "\x10\x10");
	expect_line("one", 3);
	/* A line that was changed is a new one, and the old one stays. */
	enter("x");
	keys(UP UP UP);
	expect_line("one", 3);
}

static void test_a_full_history(void **state)
{
	char word[24];

	(void)state;
	for (int i = 0; i < EDITOR_HISTORY + 5; i++) {
		snprintf(word, sizeof(word), "line %d", i);
		enter(word);
	}
	for (int i = 0; i < EDITOR_HISTORY + 10; i++)
		keys(UP);
	expect_line("line 5", 6);
}

/* Any bytes: what the terminal shows is always the line. */
static void test_random_keys(void **state)
{
	static const char special[] = "\x01\x02\x05\x06\x08\x0b\x10\x0e\x15\x17\x1b\x1b[ABCDHF3~";
	u64 seed = TEST_SEED;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		u64 r = test_random(&seed);
		char c = r & 1 ? (char)(' ' + (r >> 8) % 95)
			       : special[(r >> 8) % (sizeof(special) - 1)];

		if (!(r >> 16 & 0xfff))
			c = '\r';
		if (editor_feed(&editor, c) == EDITOR_MORE) {
			assert_true(editor.length < EDITOR_LINE && editor.cursor <= editor.length);
			expect_line(editor.line, editor.cursor);
		} else {
			editor_begin(&editor);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keys, setup),
		cmocka_unit_test_setup(test_ends_of_lines, setup),
		cmocka_unit_test_setup(test_a_full_line, setup),
		cmocka_unit_test_setup(test_history, setup),
		cmocka_unit_test_setup(test_a_full_history, setup),
		cmocka_unit_test_setup(test_random_keys, setup),
	};

	return cmocka_run_group_tests_name("shell_editor", tests, NULL, NULL);
}
