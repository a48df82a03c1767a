/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inspection shell: owns the console, reads lines, runs commands. It is a
 * partition like others, with the right to inspect, and changes nothing but what
 * a command says. Its end is the system's where the manifest has it as operator.
 */
#include "command.h"
#include "editor.h"
#include "input.h"

#include <coresrv/console/console_api.h>
#include <coresrv/task/task_api.h>
#include <stdio.h>
#include <stdlib.h>

static void write_console(const char *text, size_t size)
{
	KnConsoleWrite(text, size);
}

/* Takes what was typed; at Enter runs the line. False: no input any more. */
static bool take_input(struct editor *e)
{
	char c;

	if (!input_next(&c))
		return false;
	switch (editor_feed(e, c)) {
	case EDITOR_MORE:
		return true;
	case EDITOR_DONE:
		command_run(e->line);
		break;
	case EDITOR_END:
		printf("\"poweroff\" ends the system\n");
		break;
	case EDITOR_CANCELLED:
		break;
	}
	fflush(stdout);
	if (!command_over)
		editor_begin(e);
	return true;
}

int main(void)
{
	static struct editor editor;
	Retcode rc = KnConsoleSetMode(ConsoleModeRaw);

	if (rc != rcOk) {
		printf("the console cannot be had, KnConsoleSetMode gave %s; this partition needs "
		       "`inspect` in its manifest\n",
		       RtlRetcodeName(rc));
		return EXIT_FAILURE;
	}
	editor_init(&editor, "floe> ", write_console);
	editor_begin(&editor);
	while (!command_over && take_input(&editor))
		;
	return EXIT_SUCCESS;
}
