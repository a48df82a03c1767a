/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <coresrv/task/task_api.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct command commands[] = {
	{"help", "[COMMAND]", "lists the commands, or explains one", 0, 1, command_help},
	{"ps", "[PID]", "lists all processes, or the threads of one", 0, 1, command_ps},
	{"info", "PID", "says all about a process, and why it froze or crashed", 1, 1, command_info},
	{"regs", "PID [THREAD]", "shows the registers of a frozen process's threads", 1, 2,
	 command_regs},
	{"bt", "PID [THREAD]", "shows the call stacks of a frozen process's threads", 1, 2,
	 command_bt},
	{"map", "PID", "lists a process's memory regions", 1, 1, command_map},
	{"x", "PID ADDRESS [COUNT]", "shows COUNT bytes (64) of a frozen process's memory", 2, 3,
	 command_x},
	{"mem", "", "says what memory is free, and who uses how much", 0, 0, command_mem},
	{"core", "PID", "sends a core file of a frozen process by ZMODEM", 1, 1, command_core},
	{"gdb", "PID", "serves gdb on this line, for a frozen process", 1, 1, command_gdb},
	{"trace", "[COUNT]", "shows the last COUNT events (20) of all harts", 0, 1, command_trace},
	{"kill", "PID", "ends a process; of a frozen one, frees the memory", 1, 1, command_kill},
	{"restart", "NAME", "ends a partition of the manifest and starts it again", 1, 1,
	 command_restart},
	{"run", "IMAGE [ARGUMENT...]", "starts a program of ROMFS as a process of its own", 1,
	 COMMAND_WORDS, command_run_image},
	{"wait", "PID [SECONDS]", "waits until a process has frozen or ended", 1, 2, command_wait},
	{"poweroff", "", "ends the system", 0, 0, command_poweroff},
	{NULL, NULL, NULL, 0, 0, NULL},
};
/* clang-format on */

bool command_over;

static const char *running = "shell";

void complain(const char *format, ...)
{
	va_list args;

	printf("%s: ", running);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

bool failed(Retcode rc, const char *call)
{
	if (rc != rcOk)
		complain("%s gave %s", call, RtlRetcodeName(rc));
	return rc != rcOk;
}

bool parse_number(const char *word, const char *what, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(word, &end, 0);
	/* strtoull() takes blanks and signs, which are no part of these numbers. */
	if (word[0] >= '0' && word[0] <= '9' && !*end && !errno)
		return true;
	if (what)
		complain("\"%s\" is no %s; write a number such as 42 or 0x2a", word, what);
	return false;
}

static const struct command *find(const char *name)
{
	const struct command *c = commands;

	while (c->name && strcmp(c->name, name) != 0)
		c++;
	return c->name ? c : NULL;
}

/* Splits at blanks; quotes hold a word together. False: too many words, or no closing quote. */
static bool split(char *line, int *argc, char **argv)
{
	*argc = 0;
	for (;;) {
		char end = ' ';

		line += strspn(line, " ");
		if (!*line)
			return true;
		if (*argc == COMMAND_WORDS) {
			complain("a line has %d words at most", COMMAND_WORDS);
			return false;
		}
		if (*line == '"' || *line == '\'')
			end = *line++;
		argv[(*argc)++] = line;
		line = strchr(line, end);
		if (!line && end != ' ') {
			complain("a %c has no end", end);
			return false;
		}
		if (!line)
			return true;
		*line++ = '\0';
	}
}

void command_run(char *line)
{
	char *argv[COMMAND_WORDS];
	const struct command *command;
	int argc;

	running = "shell";
	if (!split(line, &argc, argv) || !argc)
		return;
	command = find(argv[0]);
	if (!command) {
		complain("there is no command \"%s\"; \"help\" lists them", argv[0]);
		return;
	}
	running = command->name;
	if (argc - 1 < command->least || argc - 1 > command->most)
		complain("write %s%s%s", command->name, *command->usage ? " " : "", command->usage);
	else
		command->run(argc, argv);
}

void command_help(int argc, char **argv)
{
	const struct command *one = argc > 1 ? find(argv[1]) : NULL;
	char words[64];

	if (argc > 1 && !one) {
		complain("there is no command \"%s\"", argv[1]);
		return;
	}
	for (const struct command *c = one ? one : commands; c->name; c++) {
		snprintf(words, sizeof(words), "%s %s", c->name, c->usage);
		printf("  %-24s %s\n", words, c->help);
		if (one)
			return;
	}
	printf("PID is a process id or a name, THREAD a thread id. Numbers are written as in C.\n");
}
