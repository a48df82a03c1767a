/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition's console output, put together to whole lines. A line over
 * LINE_MAX bytes is broken into pieces; CR LF is LF; a partial line is shown
 * when its partition ends or freezes.
 *
 * One inspector may have the console raw: its bytes go out as they are, at
 * once. A line of somebody else that comes while an unfinished one of it stands
 * (a prompt, and what was typed) goes on a line of its own, and what stood
 * there is written again behind it. While the console is one inspector's
 * exclusively, nobody else writes: partitions and reports wait. Where there is a
 * second line, it gets that instead, and nobody has to wait.
 */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include "core/types.h"

#include <floe/inspect.h>

struct task;

#define LINE_MAX 1024u

struct line_buffer {
	u32 used;
	bool carriage_return; /* seen last, and not in the buffer */
	char text[LINE_MAX];
};

/* Takes output; returns how many bytes, fewer where the console has no room. */
u64 line_write(struct task *task, const char *data, u64 bytes);

/* Blocks the current thread until there is room. */
void line_wait(void);

/* An inspector's mode; false: another one has the console raw. */
bool line_set_mode(struct task *task, ConsoleMode mode);

/* A byte of input for an inspector; negative: there is none. */
int line_read_byte(const struct task *task);

/* The task has stopped for good: the console is everybody's again. Harmless without a mode. */
void line_let_go(struct task *task);

/* Ends an exclusive use, for the end of the system. */
void line_share(void);

/* Does nobody but one inspector write? */
bool line_is_exclusive(void);

/* Somebody else's line comes, or the last one has gone out: see above. */
void line_interrupt(void);
void line_restore(void);

/* Shows a partial line; false: the console has no room yet. */
bool line_flush(struct task *task);

#endif
