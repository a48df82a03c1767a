/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line editor for a serial terminal (ECMA-48): bytes in, bytes out, one line
 * at a time. It knows the cursor and editing keys of terminals and of emacs, and
 * a history. What it writes begins with CR wherever more than the end of the
 * line changes, so that the console knows what stands on the line.
 */
#ifndef SHELL_EDITOR_H
#define SHELL_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

enum {
	EDITOR_LINE = 256,   /* bytes of a line with its NUL; what is longer is refused */
	EDITOR_HISTORY = 32, /* lines */
};

enum editor_event {
	EDITOR_MORE,      /* the line goes on */
	EDITOR_DONE,      /* Enter: editor.line has it, without its end */
	EDITOR_CANCELLED, /* Ctrl-C: the line is empty */
	EDITOR_END,       /* Ctrl-D on an empty line */
};

struct editor {
	const char *prompt;
	void (*write)(const char *text, size_t size);
	char line[EDITOR_LINE];
	size_t length, cursor;
	char history[EDITOR_HISTORY][EDITOR_LINE];
	unsigned newest, count;  /* of the history: where the next goes, how many there are */
	unsigned chosen;         /* how far back in the history; 0: the new line */
	char draft[EDITOR_LINE]; /* the new line meanwhile */
	unsigned escape;         /* where in an escape sequence, editor.c */
	unsigned parameter;      /* its number */
	bool after_cr;           /* an LF that follows belongs to it */
};

/* An empty history. */
void editor_init(struct editor *editor, const char *prompt,
		 void (*write)(const char *text, size_t size));

/* Begins a line and shows the prompt. */
void editor_begin(struct editor *editor);

/* Takes a byte of input. */
enum editor_event editor_feed(struct editor *editor, char c);

#endif
