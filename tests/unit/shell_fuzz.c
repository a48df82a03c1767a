// SPDX-License-Identifier: Apache-2.0
/*
 * The shell on an API that gives it hostile processes: 100,000 lines, half of
 * them commands, and whatever memory, names, registers and symbols come back. It
 * has to survive, answer, and give back every handle and mapping.
 */
#include "unit.h"

#include "command.h"
#include "editor.h"
#include "hostile/api.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINES 100000

static const char *some_word(char *to, size_t size)
{
	static const char *const words[] = { "1",    "2",     "3",    "4",
					     "8",    "task4", "0x10", "shell",
					     "99",   "-1",    "",     "0",
					     "'a b", "\"",    "nan",  "0xffffffffffffffff",
					     "64",   "65536", "1e5",  "18446744073709551616" };

	if (one_in(4))
		snprintf(to, size, "0x%lx", some_address());
	else if (one_in(8))
		snprintf(to, size, "%.*s", (int)below(size - 1), (const char *)memory + below(999));
	else
		snprintf(to, size, "%s", words[below(ARRAY_SIZE(words))]);
	return to;
}

static void make_line(char *line, size_t size)
{
	size_t count = 0, n;
	char word[40];

	if (one_in(4)) {
		n = below(one_in(2) ? 40 : size - 1);
		for (size_t i = 0; i < n; i++)
			line[i] = (char)(one_in(4) ? ' ' : 1 + below(255));
		line[n] = '\0';
		return;
	}
	while (commands[count].name)
		count++;
	snprintf(line, size, "%s", commands[below(count)].name);
	for (u64 words = below(one_in(50) ? 60 : 5); words; words--) {
		n = strlen(line);
		snprintf(line + n, size - n, " %s", some_word(word, sizeof(word)));
	}
}

static void shown(const char *text, size_t size)
{
	(void)text;
	assert_true(size <= EDITOR_LINE);
}

/* What a command leaves open is what run has started. */
static void run_line(struct editor *e)
{
	command_run(e->line);
	command_over = false;
	assert_int_equal(fake.mappings, 0);
	assert_in_range(fake.handles, 0, 16);
}

/* True: the byte made a line. */
static bool take(struct editor *e, char c)
{
	enum editor_event event = editor_feed(e, c);

	if (event == EDITOR_DONE)
		run_line(e);
	if (event != EDITOR_MORE)
		editor_begin(e);
	return event == EDITOR_DONE;
}

static void test_random_lines(void **state)
{
	static struct editor editor;
	char line[600];
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);

	(void)state;
	fill(memory, sizeof(memory));
	for (size_t i = 0; i < MEMORY_SIZE / 8; i += 1 + below(3))
		memory[i] = some_address();
	editor_init(&editor, "floe> ", shown);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	for (unsigned int n = 0; n < LINES;) {
		editor_begin(&editor);
		make_line(line, sizeof(line));
		for (const char *c = line; *c; c++)
			n += take(&editor, *c);
		n += take(&editor, '\r');
	}
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_lines),
	};

	return cmocka_run_group_tests_name("shell_fuzz", tests, NULL, NULL);
}