// SPDX-License-Identifier: Apache-2.0
#include "support/script.h"

#include <assert.h>
#include <string.h>

static int read_byte(void *context, uint32_t timeout)
{
	struct script *s = context;

	(void)timeout;
	return s->in_used < s->in_size ? s->in[s->in_used++] : LINE_CLOSED;
}

static void write_bytes(void *context, const void *bytes, size_t size)
{
	struct script *s = context;

	assert(size <= sizeof(s->out) - s->out_size);
	memcpy(s->out + s->out_size, bytes, size);
	s->out_size += size;
}

void script_begin(struct script *s)
{
	s->line = (struct inspect_line){ s, read_byte, write_bytes };
	s->in_size = s->in_used = s->out_size = 0;
}

static void add(struct script *s, int16_t what)
{
	assert(s->in_size < SCRIPT_MAX);
	s->in[s->in_size++] = what;
}

void script_bytes(struct script *s, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		add(s, ((const uint8_t *)bytes)[i]);
}

void script_text(struct script *s, const char *text)
{
	script_bytes(s, text, strlen(text));
}

void script_pause(struct script *s)
{
	add(s, LINE_TIMEOUT);
}
