// SPDX-License-Identifier: Apache-2.0
#include "inspect/gdb_packet.h"

#include <string.h>

enum {
	CTRL_C = 3,
	ACK_TIMEOUT = 2000, /* ms; gdb's own is as long */
	TRIES = 5,          /* of a reply that nobody acknowledges */
	IDLE = 1000,        /* ms; only how often a closed line is looked for */
	RUN_MIN = 4,        /* a shorter run is no shorter when encoded */
	RUN_MAX = 98,       /* its count + 28 is the last printable character */
};

void gdb_link_begin(struct gdb_link *link, const struct inspect_line *line)
{
	memset(link, 0, sizeof(*link));
	link->line = line;
	link->acks = true;
	link->pushed = LINE_TIMEOUT;
}

static int get(struct gdb_link *link, uint32_t timeout)
{
	int c = link->pushed;

	link->pushed = LINE_TIMEOUT;
	return c >= 0 ? c : link->line->read(link->line->context, timeout);
}

static int get_patiently(struct gdb_link *link)
{
	int c;

	do
		c = get(link, IDLE);
	while (c == LINE_TIMEOUT);
	return c;
}

static void flush(struct gdb_link *link)
{
	if (link->out_size)
		link->line->write(link->line->context, link->out, link->out_size);
	link->out_size = 0;
}

static void put(struct gdb_link *link, uint8_t c)
{
	if (link->out_size == sizeof(link->out))
		flush(link);
	link->out[link->out_size++] = c;
}

static void acknowledge(struct gdb_link *link, char how)
{
	if (!link->acks)
		return;
	put(link, (uint8_t)how);
	flush(link);
}

/*
 * Collects data up to the # behind a $, which begins a new packet wherever it
 * stands: the rest of the one before was lost. Gives the last byte read.
 */
static int collect(struct gdb_link *link, uint8_t *sum, bool *too_long)
{
	int c = '$';

	do {
		if (c == '$') {
			link->size = 0;
			*sum = 0;
			*too_long = false;
		} else {
			*sum = (uint8_t)(*sum + c);
			*too_long |= link->size == GDB_PACKET;
			if (!*too_long)
				link->request[link->size++] = (char)c;
		}
		c = get_patiently(link);
	} while (c >= 0 && c != '#');
	return c;
}

enum gdb_event gdb_receive(struct gdb_link *link)
{
	int c, high, low;
	uint8_t sum;
	bool too_long;

	for (;;) {
		c = get_patiently(link);
		if (c == CTRL_C)
			return GDB_EVENT_BREAK;
		if (c < 0)
			return GDB_EVENT_CLOSED;
		if (c != '$')
			continue; /* stray acknowledgements, and noise */
		if (collect(link, &sum, &too_long) < 0 || (high = get_patiently(link)) < 0)
			return GDB_EVENT_CLOSED;
		if (hex_digit(high) < 0) {
			link->pushed = high;
			acknowledge(link, '-');
			continue;
		}
		low = get_patiently(link);
		if (low < 0)
			return GDB_EVENT_CLOSED;
		if (hex_digit(low) >= 0 && !too_long &&
		    hex_digit(high) * 16 + hex_digit(low) == sum)
			break;
		if (hex_digit(low) < 0)
			link->pushed = low;
		acknowledge(link, '-');
	}
	link->request[link->size] = 0;
	acknowledge(link, '+');
	return GDB_EVENT_PACKET;
}

/* How many equal bytes stand here, as many as one count can say. */
static size_t run_at(const struct bytes *data, size_t at)
{
	size_t n = 1;

	while (at + n < data->size && n < RUN_MAX && data->data[at + n] == data->data[at])
		n++;
	if (n < RUN_MIN)
		return 1;
	/* The counts for 7 and 8 bytes would be # and $. */
	return n == 7 || n == 8 ? 6 : n;
}

static void put_summed(struct gdb_link *link, uint8_t *sum, uint8_t c)
{
	*sum = (uint8_t)(*sum + c);
	put(link, c);
}

static void transmit(struct gdb_link *link, const struct bytes *data)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum = 0;
	size_t run;

	put(link, '$');
	for (size_t i = 0; i < data->size; i += run) {
		run = run_at(data, i);
		put_summed(link, &sum, data->data[i]);
		if (run > 1) {
			put_summed(link, &sum, '*');
			put_summed(link, &sum, (uint8_t)(run + 28));
		}
	}
	put(link, '#');
	put(link, (uint8_t)digits[sum >> 4]);
	put(link, (uint8_t)digits[sum & 15]);
	flush(link);
}

/* Whether what was sent has arrived, or at least need not be sent again. */
static bool acknowledged(struct gdb_link *link)
{
	for (;;) {
		int c = get(link, ACK_TIMEOUT);

		if (c == '+' || c == LINE_CLOSED)
			return true;
		if (c == '-' || c == LINE_TIMEOUT)
			return false;
		/* The peer goes on; its + was lost. */
		if (c == '$') {
			link->pushed = c;
			return true;
		}
	}
}

void gdb_send(struct gdb_link *link, const struct bytes *data)
{
	for (int i = 0; i < TRIES; i++) {
		transmit(link, data);
		if (!link->acks || acknowledged(link))
			return;
	}
}

void gdb_escape(struct bytes *to, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++) {
		bool special = bytes[i] == '#' || bytes[i] == '$' || bytes[i] == '}' ||
			       bytes[i] == '*';

		if (special)
			bytes_byte(to, '}');
		bytes_byte(to, special ? bytes[i] ^ 0x20 : bytes[i]);
	}
}
