/* SPDX-License-Identifier: Apache-2.0 */
#include "console/line.h"

#include "console/console.h"
#include "console/report.h"
#include "core/task.h"
#include "core/thread.h"

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
	return !report_pending() && show(task, true);
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

	if (c == '\n') {
		if (!emit(task))
			return false;
		line->carriage_return = false;
		return true;
	}
	if (line->carriage_return) {
		if (!add(task, '\r'))
			return false;
		line->carriage_return = false;
	}
	if (c == '\r') {
		line->carriage_return = true;
		return true;
	}
	return add(task, c);
}

u64 line_write(struct task *task, const char *data, u64 bytes)
{
	u64 taken = 0;

	while (taken < bytes && take(task, data[taken]))
		taken++;
	return taken;
}

void line_wait(void)
{
	thread_block(WAIT_CONSOLE, console_waiters(), TIME_NEVER);
	sched_request(WORK_CONSOLE);
}

bool line_flush(struct task *task)
{
	task->line.carriage_return = false;
	return !task->line.used || show(task, false);
}
