/* SPDX-License-Identifier: Apache-2.0 */
/* gdb and core: the console's line becomes one of another protocol for a while. */
#include "command.h"
#include "input.h"
#include "inspect/core_file.h"
#include "inspect/gdb_server.h"
#include "inspect/zmodem.h"
#include "inspected.h"

#include <coresrv/console/console_api.h>
#include <stdio.h>

enum {
	QUIET_MS = 30,
	LAST_WORDS = 4096, /* bytes */
};

static struct inspected inspected;

static int read_line(void *context, uint32_t timeout)
{
	(void)context;
	return input_byte(timeout);
}

static void write_line(void *context, const void *bytes, size_t size)
{
	(void)context;
	KnConsoleWrite(bytes, size);
}

static const struct inspect_line line = { .read = read_line, .write = write_line };

/* Nobody else writes from now on. */
static bool take_line(void)
{
	fflush(stdout);
	return !failed(KnConsoleSetMode(ConsoleModeExclusive), "KnConsoleSetMode");
}

/* What the other end still says is no command. */
static void give_line_back(void)
{
	for (int i = 0; i < LAST_WORDS && input_byte(QUIET_MS) >= 0; i++)
		;
	KnConsoleSetMode(ConsoleModeRaw);
}

void command_gdb(int argc, char **argv)
{
	static struct gdb_server server;
	static const char *const ends[] = {
		[GDB_DETACHED] = "gdb has detached",
		[GDB_KILLED] = "gdb has ended the process",
		[GDB_LEFT] = "left",
		[GDB_CLOSED] = "the line is gone",
	};
	enum gdb_end end;

	(void)argc;
	if (!inspected_open(argv[1], &inspected))
		return;
	printf("gdb may connect to this line now: target remote, with the symbols of %s; detach "
	       "ends it, and so do three Ctrl-C\n",
	       inspected.view.image[0] ? inspected.view.image : "its image");
	if (take_line()) {
		end = gdb_serve(&server, &inspected.view, &line);
		give_line_back();
		printf("\n%s\n", ends[end]);
	}
	inspected_close(&inspected);
}

static const char *core_problem(enum core_error error)
{
	switch (error) {
	case CORE_NO_THREAD:
		return "it has no thread";
	case CORE_TOO_MANY_REGIONS:
		return "its memory has too many regions";
	case CORE_BAD_REGION:
		return "its regions overlap";
	case CORE_OK:
		break;
	}
	return "";
}

static size_t read_core(void *context, uint64_t offset, void *to, size_t size)
{
	return core_read(context, offset, to, size);
}

static void send_core(struct core_file *core)
{
	static struct zmodem zmodem;
	static const char *const results[] = {
		[ZMODEM_SENT] = "sent",
		[ZMODEM_SKIPPED] = "the receiver does not want it; is there such a file already?",
		[ZMODEM_CANCELLED] = "cancelled",
		[ZMODEM_NO_RECEIVER] = "nobody received it; start rz at the other end",
		[ZMODEM_LOST] = "the receiver was lost",
		[ZMODEM_CLOSED] = "the line is gone",
		[ZMODEM_TOO_LARGE] = "it is too large for the protocol",
	};
	char name[2 * PROCESS_TEXT];
	struct zmodem_file file = {
		.name = name, .size = core->size, .context = core, .read = read_core
	};
	enum zmodem_result result;

	core_name(core->target, name, sizeof(name));
	printf("%s, %llu bytes, goes out by ZMODEM; Ctrl-X five times cancels\n", name,
	       (unsigned long long)core->size);
	if (!take_line())
		return;
	result = zmodem_send(&zmodem, &file, &line);
	give_line_back();
	if (result == ZMODEM_SENT)
		printf("\n%s was sent\n", name);
	else
		complain("%s", results[result]);
}

void command_core(int argc, char **argv)
{
	static struct core_file core;
	enum core_error error;

	(void)argc;
	if (!inspected_open(argv[1], &inspected))
		return;
	error = core_plan(&core, &inspected.view);
	if (error == CORE_OK)
		send_core(&core);
	else
		complain("no core file of %s: %s", argv[1], core_problem(error));
	inspected_close(&inspected);
}
