/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell's commands: one table of names, and what they have in common. A
 * command prints its answer, or a sentence that begins with its name and says
 * what is wrong.
 */
#ifndef SHELL_COMMAND_H
#define SHELL_COMMAND_H

#include <rtl/retcode.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	COMMAND_WORDS = 32, /* of a line */
};

struct command {
	const char *name;
	const char *usage;                  /* of its arguments */
	const char *help;                   /* one line */
	int least, most;                    /* arguments */
	void (*run)(int argc, char **argv); /* argv[0] is the name */
};

/* The table; ends with a row without a name. */
extern const struct command commands[];

/* Runs a line, which is changed. */
void command_run(char *line);

/* Has the shell to end? */
extern bool command_over;

/* "NAME: ..." with the name of the command that runs. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains of a call that failed; true if it did. */
bool failed(Retcode rc, const char *call);

/*
 * A number as C writes them (0x and 0 for the bases 16 and 8) up to 2^64 - 1.
 * False: it is none; complains with `what` it should have been, unless NULL.
 */
bool parse_number(const char *word, const char *what, uint64_t *value);

/* The commands, in the files of their subjects. */
void command_help(int argc, char **argv);
void command_ps(int argc, char **argv);
void command_info(int argc, char **argv);
void command_regs(int argc, char **argv);
void command_bt(int argc, char **argv);
void command_map(int argc, char **argv);
void command_x(int argc, char **argv);
void command_mem(int argc, char **argv);
void command_core(int argc, char **argv);
void command_gdb(int argc, char **argv);
void command_trace(int argc, char **argv);
void command_kill(int argc, char **argv);
void command_wait(int argc, char **argv);
void command_run_image(int argc, char **argv);
void command_restart(int argc, char **argv);
void command_poweroff(int argc, char **argv);

#endif
