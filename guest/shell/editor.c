/* SPDX-License-Identifier: Apache-2.0 */
#include "editor.h"

#include <stdio.h>
#include <string.h>

#define CTRL(letter) ((letter)&0x1f)

enum {
	ESCAPE = 0x1b,
	BACKSPACE = 0x7f, /* as terminals send it; some send Ctrl-H */
};

/* Where in an escape sequence: ESC [ numbers letter, or ESC O letter. */
enum {
	NO_ESCAPE,
	AFTER_ESCAPE,
	IN_SEQUENCE,
};

void editor_init(struct editor *e, const char *prompt, void (*write)(const char *, size_t))
{
	memset(e, 0, sizeof(*e));
	e->prompt = prompt;
	e->write = write;
}

static void put(struct editor *e, const char *text)
{
	e->write(text, strlen(text));
}

/* Writes the whole line again, clears what was behind it, and puts the cursor in its place. */
static void show(struct editor *e)
{
	char back[16];

	put(e, "\r");
	put(e, e->prompt);
	e->write(e->line, e->length);
	put(e, "\x1b[K");
	if (e->cursor < e->length) {
		snprintf(back, sizeof(back), "\x1b[%uD", (unsigned)(e->length - e->cursor));
		put(e, back);
	}
}

void editor_begin(struct editor *e)
{
	e->length = 0;
	e->cursor = 0;
	e->chosen = 0;
	e->escape = NO_ESCAPE;
	e->line[0] = '\0';
	put(e, e->prompt);
}

static void set_line(struct editor *e, const char *text)
{
	e->length = strlen(text);
	memcpy(e->line, text, e->length + 1);
	e->cursor = e->length;
	show(e);
}

static void insert(struct editor *e, char c)
{
	if (e->length == EDITOR_LINE - 1) {
		put(e, "\a");
		return;
	}
	memmove(&e->line[e->cursor + 1], &e->line[e->cursor], e->length - e->cursor + 1);
	e->line[e->cursor++] = c;
	e->length++;
	/* The usual case, also over a slow line. */
	if (e->cursor == e->length)
		e->write(&c, 1);
	else
		show(e);
}

/* Removes what lies between a place and the cursor, on either side. */
static void erase_to(struct editor *e, size_t place)
{
	size_t from = place < e->cursor ? place : e->cursor;
	size_t to = place < e->cursor ? e->cursor : place;

	memmove(&e->line[from], &e->line[to], e->length - to + 1);
	e->length -= to - from;
	e->cursor = from;
	show(e);
}

static void move(struct editor *e, size_t place)
{
	e->cursor = place;
	show(e);
}

static size_t left(const struct editor *e)
{
	return e->cursor ? e->cursor - 1 : 0;
}

static size_t right(const struct editor *e)
{
	return e->cursor < e->length ? e->cursor + 1 : e->length;
}

static size_t word_start(const struct editor *e)
{
	size_t at = e->cursor;

	while (at && e->line[at - 1] == ' ')
		at--;
	while (at && e->line[at - 1] != ' ')
		at--;
	return at;
}

static const char *remembered(const struct editor *e, unsigned back)
{
	return e->history[(e->newest + EDITOR_HISTORY - back) % EDITOR_HISTORY];
}

/* Goes to an older or newer line; beyond both ends nothing happens. */
static void choose(struct editor *e, unsigned back)
{
	if (back > e->count)
		return;
	if (!e->chosen)
		memcpy(e->draft, e->line, e->length + 1);
	e->chosen = back;
	set_line(e, back ? remembered(e, back) : e->draft);
}

static void newer(struct editor *e)
{
	if (e->chosen)
		choose(e, e->chosen - 1);
}

static void remember(struct editor *e)
{
	if (!e->length || (e->count && strcmp(e->line, remembered(e, 1)) == 0))
		return;
	memcpy(e->history[e->newest], e->line, e->length + 1);
	e->newest = (e->newest + 1) % EDITOR_HISTORY;
	if (e->count < EDITOR_HISTORY)
		e->count++;
}

static enum editor_event finish(struct editor *e, enum editor_event event)
{
	if (event == EDITOR_DONE)
		remember(e);
	put(e, event == EDITOR_CANCELLED ? "^C\n" : "\n");
	if (event == EDITOR_CANCELLED)
		e->length = 0;
	e->cursor = e->length;
	e->line[e->length] = '\0';
	return event;
}

/* The keys of ESC [ number ~ */
static void numbered_key(struct editor *e)
{
	switch (e->parameter) {
	case 1:
	case 7:
		move(e, 0);
		break;
	case 3:
		erase_to(e, right(e));
		break;
	case 4:
	case 8:
		move(e, e->length);
		break;
	default:
		break;
	}
}

static void special_key(struct editor *e, char c)
{
	switch (c) {
	case 'A':
		choose(e, e->chosen + 1);
		break;
	case 'B':
		newer(e);
		break;
	case 'C':
		move(e, right(e));
		break;
	case 'D':
		move(e, left(e));
		break;
	case 'H':
		move(e, 0);
		break;
	case 'F':
		move(e, e->length);
		break;
	case '~':
		numbered_key(e);
		break;
	default:
		break;
	}
}

/* Inside an escape sequence. False: the byte is none of it and ends it. */
static bool take_escape(struct editor *e, char c)
{
	if (e->escape == AFTER_ESCAPE) {
		e->escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
		e->parameter = 0;
		return c >= ' ';
	}
	if (c < ' ' || c > '~') {
		e->escape = NO_ESCAPE;
		return false;
	}
	if (c >= '0' && c <= '9')
		e->parameter = (e->parameter * 10 + (unsigned)(c - '0')) % 1000;
	if (c >= '@') {
		e->escape = NO_ESCAPE;
		special_key(e, c);
	}
	return true;
}

static enum editor_event control_key(struct editor *e, char c)
{
	switch (c) {
	case ESCAPE:
		e->escape = AFTER_ESCAPE;
		break;
	case BACKSPACE:
	case CTRL('h'):
		if (e->cursor)
			erase_to(e, left(e));
		break;
	case CTRL('a'):
		move(e, 0);
		break;
	case CTRL('b'):
		move(e, left(e));
		break;
	case CTRL('c'):
		return finish(e, EDITOR_CANCELLED);
	case CTRL('d'):
		if (!e->length)
			return finish(e, EDITOR_END);
		erase_to(e, right(e));
		break;
	case CTRL('e'):
		move(e, e->length);
		break;
	case CTRL('f'):
		move(e, right(e));
		break;
	case CTRL('k'):
		erase_to(e, e->length);
		break;
	case CTRL('l'):
		show(e);
		break;
	case CTRL('n'):
		newer(e);
		break;
	case CTRL('p'):
		choose(e, e->chosen + 1);
		break;
	case CTRL('u'):
		erase_to(e, 0);
		break;
	case CTRL('w'):
		erase_to(e, word_start(e));
		break;
	default:
		break;
	}
	return EDITOR_MORE;
}

enum editor_event editor_feed(struct editor *e, char c)
{
	bool is_lf_of_cr = e->after_cr && c == '\n';

	e->after_cr = c == '\r';
	if (is_lf_of_cr)
		return EDITOR_MORE;
	if (e->escape != NO_ESCAPE && take_escape(e, c))
		return EDITOR_MORE;
	if (c == '\r' || c == '\n')
		return finish(e, EDITOR_DONE);
	/* A tab separates words as a blank does. */
	if (c == '\t')
		c = ' ';
	if ((unsigned char)c < ' ' || c == BACKSPACE)
		return control_key(e, c);
	insert(e, c);
	return EDITOR_MORE;
}
