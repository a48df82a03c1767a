// SPDX-License-Identifier: Apache-2.0
/* Objects that gdb reads in parts: qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH. */
#include "inspect/auxv.h"
#include "inspect/gdb_parts.h"

#include <string.h>

typedef void make_fn(struct gdb_server *server, struct bytes *out);

static void put_xml(struct bytes *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("<>&\"'", *text)) {
			bytes_text(out, "&#");
			bytes_decimal(out, (uint8_t)*text);
			bytes_byte(out, ';');
		} else if (*text >= ' ' && *text <= '~') {
			bytes_byte(out, (uint8_t)*text);
		} else {
			bytes_byte(out, '?');
		}
	}
}

static void make_features(struct gdb_server *s, struct bytes *out)
{
	(void)s;
	registers_describe(out, "none");
}

static void make_threads(struct gdb_server *s, struct bytes *out)
{
	const struct inspect_target *t = s->target;
	struct inspect_thread thread;

	bytes_text(out, "<?xml version=\"1.0\"?>\n<threads>\n");
	for (uint32_t i = 0; i < t->thread_count && t->thread(t->context, i, &thread); i++) {
		char text[sizeof(t->fault.text) + 1] = { 0 };
		struct bytes words = bytes_into(text, sizeof(text) - 1);

		gdb_describe_thread(s, &words, i);
		bytes_text(out, "<thread id=\"");
		gdb_put_id(s, out, thread.tid);
		bytes_text(out, "\" name=\"");
		put_xml(out, t->name);
		bytes_text(out, "\">");
		put_xml(out, text);
		bytes_text(out, "</thread>\n");
	}
	bytes_text(out, "</threads>\n");
}

static void make_auxv(struct gdb_server *s, struct bytes *out)
{
	auxv_put(out, &s->image);
}

static const struct {
	const char *name;
	const char *annex;
	make_fn *make;
} objects[] = {
	{ "features:read:", "target.xml", make_features },
	{ "threads:read:", "", make_threads },
	{ "auxv:read:", "", make_auxv },
};

/* m: more follows; l: this was the last of it. */
static void put_part(struct gdb_server *s, make_fn *make, uint64_t offset, uint64_t length)
{
	struct bytes part;

	if (length > sizeof(s->data) - 1)
		length = sizeof(s->data) - 1;
	part = bytes_part(s->data, (size_t)length, offset);
	make(s, &part);
	bytes_byte(&s->reply, bytes_full(&part) ? 'm' : 'l');
	gdb_escape(&s->reply, part.data, part.size);
}

void gdb_transfer(struct gdb_server *s, const char *at)
{
	const size_t count = sizeof(objects) / sizeof(objects[0]);
	uint64_t offset, length;
	size_t i = 0;

	while (i < count && !gdb_skip(&at, objects[i].name))
		i++;
	if (i == count)
		return; /* an object that is not known: an empty reply */
	if (gdb_skip(&at, objects[i].annex) && gdb_skip(&at, ":") && gdb_number(&at, &offset) &&
	    gdb_skip(&at, ",") && gdb_number(&at, &length) && !*at)
		put_part(s, objects[i].make, offset, length);
	else
		gdb_error(s, 0);
}
