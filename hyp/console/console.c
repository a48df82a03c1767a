/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console.h"

#include "arch/cpu.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "console/format.h"
#include "console/line.h"
#include "console/report.h"
#include "core/thread.h"

#include <string.h>

/* What goes to the device in one go, how long a turn may take, and how often there is one. */
#define CHUNK 16u
#define TURN_US 100u
#define PERIOD_MS 1u

static char ring[CONSOLE_RING];
static u32 head, tail; /* free-running; head - tail bytes are in the ring */
const struct console_device *console_first, *console_second;
struct list console_waiters = { &console_waiters, &console_waiters };
/* The next turn beside running guests, on the hart that had the last one, if something waits. */
static struct timer turn;

_Static_assert((CONSOLE_RING & (CONSOLE_RING - 1)) == 0, "indexes are masked");

static void turn_is_due(struct timer *timer)
{
	(void)timer;
	sched_request(WORK_CONSOLE);
}

void console_init(const struct console_device *first, const struct console_device *second)
{
	console_first = first;
	console_second = second;
	turn = (struct timer){ .expired = turn_is_due };
}

static u64 room(void)
{
	return CONSOLE_RING - (head - tail);
}

bool console_has_room(u64 bytes, bool guest)
{
	return room() >= bytes + (guest ? CONSOLE_RESERVE : 0);
}

u64 console_guest_room(void)
{
	/* Text may consist of lines' ends. */
	return room() > CONSOLE_RESERVE ? (room() - CONSOLE_RESERVE) / 2 : 0;
}

/* Writes one chunk; false: the device takes none now. */
static bool write_chunk(void)
{
	u32 at = tail % CONSOLE_RING;
	u64 n = min_u64(min_u64(head - tail, CONSOLE_RING - at), CHUNK);

	if (n)
		n = console_first->write(console_first->registers, &ring[at], n);
	tail += (u32)n;
	return n != 0;
}

static void put(char c)
{
	while (!room())
		write_chunk();
	ring[head++ % CONSOLE_RING] = c;
}

/* A name does not show what ends it: no process is to look like another. */
static bool is_shown(char c, char end)
{
	u8 byte = (u8)c;

	return c != end && (byte == '\t' || (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0);
}

/* Puts text in the ring as it is shown, or only counts; returns how many bytes that are. */
static u64 escape(const char *text, u64 bytes, char end, bool puts)
{
	u64 size = 0;

	for (; bytes; bytes--, text++) {
		bool shown = is_shown(*text, end);

		size += shown ? 1 : 4;
		if (puts && !shown) {
			put('\\');
			put('x');
			put(format_digit[(u8)*text >> 4]);
			put(format_digit[(u8)*text & 15]);
		} else if (puts) {
			put(*text);
		}
	}
	return size;
}

u64 console_line_size(const char *name, const char *text, u64 bytes)
{
	return escape(name, strlen(name), ']', false) + escape(text, bytes, '\n', false) + 4 +
	       console_first->clean;
}

void console_line(const char *name, const char *text, u64 bytes)
{
	line_interrupt();
	put('[');
	escape(name, strlen(name), ']', true);
	put(']');
	put(' ');
	escape(text, bytes, '\n', true);
	console_write("\n", 1, true);
}

void console_write(const char *data, u64 bytes, bool is_text)
{
	for (; bytes; bytes--, data++) {
		/* Lines end with the CR that terminals want. */
		if (is_text && *data == '\n' && console_first->clean)
			put('\r');
		put(*data);
	}
	sched_request(WORK_CONSOLE);
}

bool console_own_line(bool wait, const char *format, va_list args)
{
	char line[CONSOLE_LINE];
	u64 n = format_text(line, sizeof(line), format, args);

	if (!wait && !console_has_room(console_line_size("floe", line, n), false))
		return false;
	console_line("floe", line, n);
	return true;
}

void console_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	console_own_line(true, format, args);
	va_end(args);
}

/* Reports wait, and not for an inspector. */
static bool reports_go_on(void)
{
	return report_pending() && !line_is_exclusive();
}

bool console_busy(void)
{
	return head != tail || reports_go_on();
}

bool console_is_here(void)
{
	return turn.queue == &this_hart()->rq.timers;
}

void console_pump(void)
{
	/* A deadline ends the turn: what waits for it may be a real-time thread. */
	u64 end;

	timer_cancel(&turn);
	end = min_u64(cpu_time() + ticks_from_ns(0, TURN_US * 1000), sched_next_deadline());
	while (write_chunk() && cpu_time() < end)
		;
	report_pump();
	if (head == tail)
		line_restore();
	/* One has its turn: of several the most important would take all room each time. */
	if (!reports_go_on() && room() > CONSOLE_RING - CONSOLE_RESERVE)
		thread_wake_first(&console_waiters);
	if (console_busy() || !list_empty(&console_waiters))
		timer_arm(&this_hart()->rq.timers, &turn, cpu_time() + ticks_from_ms(PERIOD_MS));
}

void console_flush(void)
{
	line_share();
	while (console_busy()) {
		while (head != tail)
			write_chunk();
		report_pump();
	}
}
