// SPDX-License-Identifier: Apache-2.0
#include "inspect/gdb_parts.h"

#include <string.h>

static const char refused_run[] =
	"a frozen process stays frozen: it can be read, killed and detached from, not continued";
static const char refused_write[] =
	"a frozen process stays frozen: its registers and memory cannot be written";
static const char refused_stops[] =
	"a frozen process stays frozen: it reaches no breakpoint or watchpoint";

void gdb_ok(struct gdb_server *s)
{
	bytes_text(&s->reply, "OK");
}

void gdb_error(struct gdb_server *s, int number)
{
	bytes_byte(&s->reply, 'E');
	bytes_hex_le(&s->reply, (uint64_t)number, 1);
}

void gdb_refuse(struct gdb_server *s, const char *text)
{
	bytes_text(&s->reply, "E.");
	bytes_text(&s->reply, text);
}

bool gdb_skip(const char **at, const char *text)
{
	size_t size = strlen(text);

	if (strncmp(*at, text, size) != 0)
		return false;
	*at += size;
	return true;
}

bool gdb_number(const char **at, uint64_t *value)
{
	int digits;

	*value = 0;
	for (digits = 0; hex_digit(**at) >= 0; digits++) {
		if (*value >> 60)
			return false;
		*value = *value << 4 | (uint64_t)hex_digit(*(*at)++);
	}
	return digits > 0;
}

static void finish(struct gdb_server *s, enum gdb_end end)
{
	s->over = true;
	s->end = end;
}

/* D, D;pid */
static void detach(struct gdb_server *s, const char *at)
{
	uint64_t pid;

	if (*at && (!gdb_skip(&at, ";") || !gdb_number(&at, &pid) || pid != s->target->pid)) {
		gdb_error(s, GDB_ESRCH);
		return;
	}
	gdb_ok(s);
	finish(s, GDB_DETACHED);
}

static bool kill_target(struct gdb_server *s)
{
	if (!s->target->kill(s->target->context))
		return false;
	finish(s, GDB_KILLED);
	return true;
}

/* vKill;pid: without the multiprocess extension gdb has to invent the pid. */
static void kill_by_pid(struct gdb_server *s, const char *at)
{
	uint64_t pid;

	if (!gdb_number(&at, &pid) || *at || (s->multiprocess && pid != s->target->pid))
		gdb_error(s, GDB_ESRCH);
	else if (kill_target(s))
		gdb_ok(s);
	else
		gdb_refuse(s, "the process could not be killed");
}

static void handle_v(struct gdb_server *s, const char *at)
{
	if (gdb_skip(&at, "vCont?"))
		bytes_text(&s->reply, "vCont;c;C;s;S");
	else if (gdb_skip(&at, "vCont;"))
		gdb_refuse(s, refused_run);
	else if (gdb_skip(&at, "vKill;"))
		kill_by_pid(s, at);
	/* An empty reply: not known. vMustReplyEmpty wants just that. */
}

static void handle(struct gdb_server *s)
{
	const char *request = s->link.request;

	switch (request[0]) {
	case '?':
		gdb_stop_reply(s);
		break;
	case 'g':
		gdb_read_registers(s);
		break;
	case 'p':
		gdb_read_register(s, request + 1);
		break;
	case 'H':
		gdb_choose_thread(s, request + 1);
		break;
	case 'T':
		gdb_thread_alive(s, request + 1);
		break;
	case 'm':
	case 'x':
		gdb_read_memory(s, request + 1, request[0] == 'x');
		break;
	case 'G':
	case 'P':
	case 'M':
	case 'X':
		gdb_refuse(s, refused_write);
		break;
	case 'c':
	case 'C':
	case 's':
	case 'S':
		gdb_refuse(s, refused_run);
		break;
	case 'Z':
	case 'z':
		gdb_refuse(s, refused_stops);
		break;
	case 'D':
		detach(s, request + 1);
		break;
	case 'k':
		if (!kill_target(s))
			gdb_refuse(s, "the process could not be killed");
		break;
	case 'v':
		handle_v(s, request);
		break;
	case 'q':
	case 'Q':
		gdb_query(s, request);
		break;
	}
}

static void answer(struct gdb_server *s)
{
	/* k is not answered: gdb closes the line at once. */
	bool silent = s->link.request[0] == 'k';

	s->reply = bytes_into(s->reply_data, sizeof(s->reply_data));
	handle(s);
	if (bytes_full(&s->reply)) {
		s->reply = bytes_into(s->reply_data, sizeof(s->reply_data));
		gdb_error(s, GDB_EINVAL);
	}
	if (!silent || !s->over)
		gdb_send(&s->link, &s->reply);
}

enum gdb_end gdb_serve(struct gdb_server *s, const struct inspect_target *target,
		       const struct inspect_line *line)
{
	int breaks = 0;

	memset(s, 0, sizeof(*s));
	s->target = target;
	gdb_link_begin(&s->link, line);
	image_find(target, &s->image);
	gdb_find_thread(s, (struct gdb_id){ GDB_ANY, GDB_ANY }, &s->thread);
	while (!s->over) {
		switch (gdb_receive(&s->link)) {
		case GDB_EVENT_PACKET:
			breaks = 0;
			answer(s);
			break;
		case GDB_EVENT_BREAK:
			/* Nothing runs that could be stopped. */
			if (++breaks == 3)
				finish(s, GDB_LEFT);
			break;
		case GDB_EVENT_CLOSED:
			finish(s, GDB_CLOSED);
			break;
		}
	}
	return s->end;
}
