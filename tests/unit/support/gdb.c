// SPDX-License-Identifier: Apache-2.0
#include "support/gdb.h"

#include "unit.h"

#include "inspect/bytes.h"

#include <stdio.h>
#include <string.h>

void gdb_packet(struct script *s, const char *data)
{
	char end[4];
	unsigned int sum = 0;

	for (const char *c = data; *c; c++)
		sum += (uint8_t)*c;
	snprintf(end, sizeof(end), "#%02x", sum & 255);
	script_text(s, "$");
	script_text(s, data);
	script_text(s, end);
}

void gdb_ask(struct script *s, const char *data)
{
	gdb_packet(s, data);
	script_text(s, "+");
}

static void add(struct gdb_replies *r, uint8_t c)
{
	size_t *size = &r->size[r->count];

	assert_true(*size + 1 < sizeof(r->text[0]));
	r->text[r->count][(*size)++] = (char)c;
	r->text[r->count][*size] = 0;
}

/* Gives the index of the #. */
static size_t take_packet(const struct script *s, size_t i, struct gdb_replies *r)
{
	uint8_t sum = 0, last = 0;

	assert_true(r->count < GDB_REPLIES);
	r->size[r->count] = 0;
	r->text[r->count][0] = 0;
	for (; assert_true(i < s->out_size), s->out[i] != '#'; i++) {
		uint8_t c = s->out[i];

		assert_int_not_equal(c, '$');
		sum = (uint8_t)(sum + c);
		if (c == '}') {
			sum = (uint8_t)(sum + s->out[++i]);
			last = s->out[i] ^ 0x20;
			add(r, last);
		} else if (c == '*') {
			uint8_t n = s->out[++i];

			assert_in_range(n, 32, 126);
			assert_true(n != '#' && n != '$');
			sum = (uint8_t)(sum + n);
			for (int k = n - 29; k > 0; k--)
				add(r, last);
		} else {
			last = c;
			add(r, c);
		}
	}
	assert_true(i + 2 < s->out_size);
	assert_int_equal(hex_digit(s->out[i + 1]) * 16 + hex_digit(s->out[i + 2]), sum);
	r->count++;
	return i + 2;
}

void gdb_replies(const struct script *s, struct gdb_replies *r)
{
	r->count = r->naks = r->acks = 0;
	for (size_t i = 0; i < s->out_size; i++) {
		if (s->out[i] == '$')
			i = take_packet(s, i + 1, r);
		else if (s->out[i] == '+')
			r->acks++;
		else if (s->out[i] == '-')
			r->naks++;
		else
			fail_msg("a byte outside of packets: %02x", s->out[i]);
	}
}
