// SPDX-License-Identifier: Apache-2.0
/* The general queries, for gdb. */
#include "inspect/gdb_parts.h"

#include <string.h>

/* qSupported:FEATURE;FEATURE... */
static void supported(struct gdb_server *s, const char *at)
{
	/* A gdb that comes after another, which had switched them off. */
	s->link.acks = true;
	s->multiprocess = strstr(at, "multiprocess+") != NULL;
	bytes_text(&s->reply, "PacketSize=");
	bytes_hex_number(&s->reply, GDB_PACKET);
	/*
	 * QStartNoAckMode is known but not offered: a serial line loses bytes,
	 * and gdb would then not ask for them again. Nor is exec-file: gdb
	 * would warn that it cannot fetch that file.
	 */
	bytes_text(&s->reply, ";qXfer:features:read+;qXfer:threads:read+;qXfer:auxv:read+;binary-"
			      "upload+;error-message+");
	if (s->multiprocess)
		bytes_text(&s->reply, ";multiprocess+");
}

/* As many thread ids as fit; gdb asks on until an l comes. */
static void list_threads(struct gdb_server *s, uint32_t from)
{
	const size_t id_room = 24; /* ",pPID.TID" */
	struct inspect_thread thread;
	const struct inspect_target *t = s->target;
	char separator = 'm';

	s->thread_listed = from;
	while (s->thread_listed < t->thread_count && s->reply.size + id_room < GDB_PACKET &&
	       t->thread(t->context, s->thread_listed, &thread)) {
		bytes_byte(&s->reply, (uint8_t)separator);
		gdb_put_id(s, &s->reply, thread.tid);
		separator = ',';
		s->thread_listed++;
	}
	if (!s->reply.size)
		bytes_byte(&s->reply, 'l');
}

static void extra_info(struct gdb_server *s, const char *at)
{
	const struct inspect_target *t = s->target;
	struct bytes text = bytes_into(s->data, sizeof(s->data));
	struct inspect_thread thread;
	struct gdb_id id;

	if (!gdb_parse_id(&at, &id) || *at) {
		gdb_error(s, GDB_EINVAL);
		return;
	}
	for (uint32_t i = 0; i < t->thread_count && t->thread(t->context, i, &thread); i++) {
		if (thread.tid != id.tid || (id.pid > 0 && id.pid != t->pid))
			continue;
		gdb_describe_thread(s, &text, i);
		bytes_hex(&s->reply, text.data, text.size);
		return;
	}
	gdb_error(s, GDB_ESRCH);
}

/*
 * Where the image lies. TextSeg names the address of its first segment; gdb
 * moves all of them by the same distance. Text= would move three sections and
 * leave the others behind.
 */
static void offsets(struct gdb_server *s)
{
	if (!s->target->load_offset)
		return;
	bytes_text(&s->reply, "TextSeg=");
	bytes_hex_number(&s->reply, s->image.found ? s->image.base : s->target->load_offset);
}

static void current_thread(struct gdb_server *s)
{
	bytes_text(&s->reply, "QC");
	gdb_put_id(s, &s->reply, s->thread.tid);
}

static void start_no_ack_mode(struct gdb_server *s)
{
	/* This reply is acknowledged once more, which gdb_send() need not wait for. */
	s->link.acks = false;
	gdb_ok(s);
}

void gdb_query(struct gdb_server *s, const char *at)
{
	if (gdb_skip(&at, "qSupported"))
		supported(s, at);
	else if (gdb_skip(&at, "qXfer:"))
		gdb_transfer(s, at);
	else if (gdb_skip(&at, "qThreadExtraInfo,"))
		extra_info(s, at);
	else if (strcmp(at, "qfThreadInfo") == 0)
		list_threads(s, 0);
	else if (strcmp(at, "qsThreadInfo") == 0)
		list_threads(s, s->thread_listed);
	else if (strcmp(at, "qC") == 0)
		current_thread(s);
	else if (strcmp(at, "qOffsets") == 0)
		offsets(s);
	else if (strncmp(at, "qAttached", 9) == 0)
		bytes_text(&s->reply, "1"); /* so that gdb detaches when it quits */
	else if (strcmp(at, "QStartNoAckMode") == 0)
		start_no_ack_mode(s);
}
