/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SBI that a guest sees (RISC-V SBI specification 2.0): Base, TIME, SRST,
 * DBCN and the legacy console putchar. Everything else is not supported.
 */
#include "arch/sbi.h"

#include "api/api.h"

#include <floe/abi.h>

/* Bytes that one console call takes at most: it may take fewer than asked. */
#define CONSOLE_CHUNK 1024u

/* "Floe" among the implementation ids, which has none registered. */
#define SBI_IMPL_ID 0x464c4f

/* Instead of an error: the thread waits for room on the console and calls again. */
#define RETRY 1

static bool is_offered(u64 e)
{
	return e == SBI_EXT_BASE || e == SBI_EXT_TIME || e == SBI_EXT_SRST || e == SBI_EXT_DBCN ||
	       e == SBI_LEGACY_PUTCHAR || e == FLOE_SBI_EXTENSION;
}

static i64 base(u64 function, u64 asked, u64 *value)
{
	/* At the end mvendorid, marchid and mimpid: 0 is allowed for all of them. */
	const u64 answers[] = {
		SBI_SPEC_VERSION_2_0, SBI_IMPL_ID, FLOE_ABI_VERSION, is_offered(asked), 0, 0, 0
	};

	if (function >= ARRAY_SIZE(answers))
		return SBI_ERR_NOT_SUPPORTED;
	*value = answers[function];
	return SBI_SUCCESS;
}

/* Writes what there is room for, one byte at least. */
static i64 write_line(struct task *self, const char *data, u64 bytes, u64 *taken)
{
	*taken = line_write(self, data, bytes);
	if (*taken || !bytes)
		return SBI_SUCCESS;
	line_wait();
	return RETRY;
}

static i64 console_write(struct task *self, gpa_t from, u64 bytes, u64 *taken)
{
	char chunk[CONSOLE_CHUNK];

	bytes = min_u64(bytes, sizeof(chunk));
	if (guest_read(&self->vm, from, chunk, bytes) != rcOk)
		return SBI_ERR_INVALID_PARAM;
	return write_line(self, chunk, bytes, taken);
}

static i64 console_read(struct task *self, gpa_t to, u64 bytes, u64 *count)
{
	int c;

	if (!(self->limits.permissions & TaskMayInspect))
		return SBI_ERR_NOT_SUPPORTED;
	bytes = min_u64(bytes, CONSOLE_CHUNK);
	if (guest_check_write(&self->vm, to, bytes) != rcOk)
		return SBI_ERR_INVALID_PARAM;
	for (; *count < bytes && (c = line_read_byte(self)) >= 0; ++*count) {
		u8 byte = (u8)c;

		guest_write(&self->vm, to + *count, &byte, 1);
	}
	return SBI_SUCCESS;
}

static i64 write_byte(struct task *self, u64 byte)
{
	char c = (char)byte;
	u64 taken;

	return write_line(self, &c, 1, &taken);
}

static i64 debug_console(struct task *self, const u64 *a, u64 *value)
{
	switch (a[6]) {
	case SBI_DBCN_WRITE:
		return a[2] ? SBI_ERR_INVALID_PARAM : console_write(self, a[1], a[0], value);
	case SBI_DBCN_READ:
		return a[2] ? SBI_ERR_INVALID_PARAM : console_read(self, a[1], a[0], value);
	case SBI_DBCN_WRITE_BYTE:
		return write_byte(self, a[0]);
	default:
		return SBI_ERR_NOT_SUPPORTED;
	}
}

/* System reset: for a guest the system is its partition. Reason 0 is success. */
static i64 reset(struct task *self, const u64 *a)
{
	if ((u32)a[0] > 2)
		return SBI_ERR_INVALID_PARAM;
	task_end(self, TaskExitNormal, (u32)a[1] ? 1 : 0);
	return SBI_SUCCESS;
}

static i64 dispatch(struct task *self, const u64 *a, u64 *value)
{
	switch (a[7]) {
	case SBI_LEGACY_PUTCHAR:
		return write_byte(self, a[0]);
	case SBI_EXT_BASE:
		return base(a[6], a[0], value);
	case SBI_EXT_DBCN:
		return debug_console(self, a, value);
	case SBI_EXT_TIME:
		if (a[6])
			break;
		vcpu_set_timer(a[0]);
		return SBI_SUCCESS;
	case SBI_EXT_SRST:
		if (a[6])
			break;
		return reset(self, a);
	}
	return SBI_ERR_NOT_SUPPORTED;
}

void api_sbi(struct thread *t)
{
	u64 *a = &t->vcpu.x[10], value = 0;
	i64 error = dispatch(t->task, a, &value);

	if (thread_current() != t)
		return;
	if (error == RETRY) {
		vcpu_retry_call();
		return;
	}
	a[0] = (u64)error;
	/* Legacy calls answer in a0 alone. */
	if (a[7] != SBI_LEGACY_PUTCHAR)
		a[1] = value;
}
