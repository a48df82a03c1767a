// SPDX-License-Identifier: Apache-2.0
/* Memory, for gdb. */
#include "inspect/gdb_parts.h"

/*
 * addr,length: as many bytes of it as there are from the start on. m replies in
 * hexadecimal; x in bytes, behind a b, which take half the time.
 */
void gdb_read_memory(struct gdb_server *s, const char *at, bool binary)
{
	/* Escaped, or in hexadecimal, a byte takes two at most. */
	const uint64_t most = sizeof(s->data) - 1;
	uint64_t address, length;
	size_t size;

	if (!gdb_number(&at, &address) || !gdb_skip(&at, ",") || !gdb_number(&at, &length) || *at) {
		gdb_error(s, GDB_EINVAL);
		return;
	}
	if (length > most)
		length = most;
	if (length > UINT64_MAX - address)
		length = UINT64_MAX - address + 1;
	size = length ? s->target->read(s->target->context, address, s->data, (size_t)length) : 0;
	if (size > length || (length && !size)) {
		gdb_error(s, GDB_EFAULT);
		return;
	}
	if (binary) {
		bytes_byte(&s->reply, 'b');
		gdb_escape(&s->reply, s->data, size);
	} else {
		bytes_hex(&s->reply, s->data, size);
	}
}
