// SPDX-License-Identifier: Apache-2.0
/* Threads and their registers, for gdb. */
#include "inspect/gdb_parts.h"
#include "inspect/signals.h"

static bool parse_part(const char **at, int64_t *value)
{
	uint64_t number;

	if (gdb_skip(at, "-1")) {
		*value = GDB_ALL;
		return true;
	}
	if (!gdb_number(at, &number) || number > INT32_MAX)
		return false;
	*value = (int64_t)number;
	return true;
}

/* tid, pPID.tid or pPID */
bool gdb_parse_id(const char **at, struct gdb_id *id)
{
	*id = (struct gdb_id){ GDB_ANY, GDB_ALL };
	if (!gdb_skip(at, "p"))
		return parse_part(at, &id->tid);
	if (!parse_part(at, &id->pid))
		return false;
	return !gdb_skip(at, ".") || parse_part(at, &id->tid);
}

void gdb_put_id(struct gdb_server *s, struct bytes *to, uint32_t tid)
{
	if (s->multiprocess) {
		bytes_byte(to, 'p');
		bytes_hex_number(to, s->target->pid);
		bytes_byte(to, '.');
	}
	bytes_hex_number(to, tid);
}

static bool thread_at(struct gdb_server *s, uint32_t index, struct inspect_thread *thread)
{
	return index < s->target->thread_count &&
	       s->target->thread(s->target->context, index, thread);
}

bool gdb_find_thread(struct gdb_server *s, struct gdb_id id, struct inspect_thread *thread)
{
	if (id.pid > 0 && id.pid != s->target->pid)
		return false;
	if (id.tid <= 0)
		return thread_at(s, 0, thread);
	for (uint32_t i = 0; thread_at(s, i, thread); i++)
		if (thread->tid == id.tid)
			return true;
	return false;
}

void gdb_describe_thread(struct gdb_server *s, struct bytes *to, uint32_t index)
{
	bytes_text(to, index ? "halted by the freeze" : s->target->fault.text);
}

/* H op thread-id: op g for registers and memory, c for running, which nothing does. */
void gdb_choose_thread(struct gdb_server *s, const char *at)
{
	struct inspect_thread thread;
	struct gdb_id id;
	bool for_reading = *at == 'g';

	if ((!gdb_skip(&at, "g") && !gdb_skip(&at, "c")) || !gdb_parse_id(&at, &id) || *at) {
		gdb_error(s, GDB_EINVAL);
	} else if (!gdb_find_thread(s, id, &thread)) {
		gdb_error(s, GDB_ESRCH);
	} else {
		if (for_reading)
			s->thread = thread;
		gdb_ok(s);
	}
}

void gdb_thread_alive(struct gdb_server *s, const char *at)
{
	struct inspect_thread thread;
	struct gdb_id id;

	if (!gdb_parse_id(&at, &id) || *at)
		gdb_error(s, GDB_EINVAL);
	else if (id.tid <= 0 || !gdb_find_thread(s, id, &thread))
		gdb_error(s, GDB_ESRCH);
	else
		gdb_ok(s);
}

static void put_register(struct gdb_server *s, const struct inspect_thread *t, uint32_t number)
{
	bytes_hex_le(&s->reply, register_value(t, number), REGISTER_SIZE);
}

static void put_numbered(struct gdb_server *s, const struct inspect_thread *t, uint8_t number)
{
	bytes_hex(&s->reply, &number, 1);
	bytes_byte(&s->reply, ':');
	put_register(s, t, number);
	bytes_byte(&s->reply, ';');
}

/* The thread that faulted, with the registers that gdb wants first. */
void gdb_stop_reply(struct gdb_server *s)
{
	enum {
		SP = 2,
		FP = 8
	};
	struct inspect_thread t;

	if (!thread_at(s, 0, &t)) {
		gdb_refuse(s, "the process has no thread");
		return;
	}
	s->thread = t;
	bytes_byte(&s->reply, 'T');
	bytes_hex_le(&s->reply, inspect_signal(&s->target->fault.exception)->gdb, 1);
	put_numbered(s, &t, SP);
	put_numbered(s, &t, FP);
	put_numbered(s, &t, REGISTER_PC);
	bytes_text(&s->reply, "thread:");
	gdb_put_id(s, &s->reply, t.tid);
	bytes_byte(&s->reply, ';');
}

void gdb_read_registers(struct gdb_server *s)
{
	for (uint32_t i = 0; i < REGISTER_COUNT; i++)
		put_register(s, &s->thread, i);
}

void gdb_read_register(struct gdb_server *s, const char *at)
{
	uint64_t number;

	if (gdb_number(&at, &number) && !*at && number < REGISTER_COUNT)
		put_register(s, &s->thread, (uint32_t)number);
	else
		gdb_error(s, GDB_EINVAL);
}
