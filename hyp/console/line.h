/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition's console output, put together to whole lines. A line over
 * LINE_MAX bytes is broken into pieces; CR LF is LF; a partial line is shown
 * when its partition ends or freezes.
 */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include "core/types.h"

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

/* Shows a partial line; false: the console has no room yet. */
bool line_flush(struct task *task);

#endif
