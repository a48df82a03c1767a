/* SPDX-License-Identifier: Apache-2.0 */
#include "console/line.h"

#include "console/console.h"
#include "console/report.h"
#include "core/task.h"
#include "core/thread.h"

/* Who has the console raw; of what stands on it the owner's line buffer has a copy. */
static struct task *owner;
static bool exclusive;
static bool apart;       /* the owner has the second line instead, and the console is everybody's */
static bool interrupted; /* what stood there has to be written again */
static struct list held = { &held, &held }; /* threads that wait for the end of exclusive use */

/* Shows the line if there is room, and empties the buffer then. */
static bool show(struct task *task, bool guest)
{
	struct line_buffer *line = &task->line;

	if (!console_has_room(console_line_size(task->name, line->text, line->used), guest))
		return false;
	console_line(task->name, line->text, line->used);
	line->used = 0;
	return true;
}

/* A report is one block: nobody writes into it. */
static bool emit(struct task *task)
{
	return !report_pending() && !exclusive && show(task, true);
}

/* One byte that belongs to the text. */
static bool add(struct task *task, char c)
{
	struct line_buffer *line = &task->line;

	if (line->used == LINE_MAX && !emit(task))
		return false;
	line->text[line->used++] = c;
	return true;
}

/* False: no room, and the byte has to come again. */
static bool take(struct task *task, char c)
{
	struct line_buffer *line = &task->line;

	/* A CR is text after all, where no LF follows. */
	bool done = c == '\n' ? emit(task) : !line->carriage_return || add(task, '\r');

	if (!done)
		return false;
	line->carriage_return = c == '\r';
	return c == '\n' || c == '\r' || add(task, c);
}

/* A CR begins the line anew. What is too long for the buffer is not written again. */
static void remember(struct line_buffer *line, const char *data, u64 bytes)
{
	for (; bytes; bytes--, data++) {
		if (*data == '\n' || *data == '\r')
			line->used = 0;
		else if (line->used < LINE_MAX)
			line->text[line->used++] = *data;
	}
}

static u64 write_raw(struct line_buffer *line, const char *data, u64 bytes)
{
	if (apart)
		return console_second->write(console_second->registers, data, bytes);
	if (!exclusive) {
		line_restore();
		if (report_pending() || interrupted)
			return 0;
	}
	bytes = min_u64(bytes, console_guest_room());
	if (!exclusive)
		remember(line, data, bytes);
	console_write(data, bytes, !exclusive);
	return bytes;
}

u64 line_write(struct task *task, const char *data, u64 bytes)
{
	u64 taken = 0;

	if (task == owner)
		return write_raw(&task->line, data, bytes);
	while (taken < bytes && take(task, data[taken]))
		taken++;
	return taken;
}

void line_wait(void)
{
	bool is_held = exclusive && thread_current()->task != owner;

	thread_block(WAIT_CONSOLE, is_held ? &held : &console_waiters, TIME_NEVER);
	sched_request(WORK_CONSOLE);
}

void line_interrupt(void)
{
	if (owner && owner->line.used && !interrupted) {
		console_write("\n", 1, true);
		interrupted = true;
	}
}

void line_restore(void)
{
	if (!interrupted || report_pending() || !console_has_room(owner->line.used, true))
		return;
	console_write(owner->line.text, owner->line.used, true);
	interrupted = false;
}

bool line_is_exclusive(void)
{
	return exclusive;
}

void line_share(void)
{
	exclusive = false;
	thread_wake_all(&held);
	sched_request(WORK_CONSOLE);
}

/* Whatever stands there unfinished becomes a line. */
static void finish_line(struct task *task)
{
	if (task != owner)
		line_flush(task);
	else
		line_interrupt();
	task->line.used = 0;
	task->line.carriage_return = false;
	interrupted = false;
}

bool line_set_mode(struct task *task, ConsoleMode mode)
{
	if (owner && owner != task)
		return mode == ConsoleModeLine;
	finish_line(task);
	line_share();
	owner = mode == ConsoleModeLine ? NULL : task;
	apart = mode == ConsoleModeExclusive && console_second;
	exclusive = mode == ConsoleModeExclusive && !apart;
	return true;
}

int line_read_byte(const struct task *task)
{
	const struct console_device *d = apart && task == owner ? console_second : console_first;

	return d->read(d->registers);
}

void line_let_go(struct task *task)
{
	if (task == owner)
		line_set_mode(task, ConsoleModeLine);
}

bool line_flush(struct task *task)
{
	task->line.carriage_return = false;
	return !task->line.used || show(task, false);
}
