/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SBI that a guest sees (RISC-V SBI specification 2.0): Base, TIME, SRST,
 * DBCN and the legacy console putchar. Everything else is not supported.
 */
#include "arch/sbi.h"

#include "api/api.h"
#include "console/console.h"
#include "console/line.h"
#include "core/guest_copy.h"
#include "core/thread.h"

#include <floe/abi.h>
#include <string.h>

/* Bytes that one console call takes at most: it may take fewer than asked. */
#define CONSOLE_CHUNK 1024u

/* "Floe" among the implementation ids, which has none registered. */
#define SBI_IMPL_ID 0x464c4f

enum {
	DBCN_WRITE,
	DBCN_READ,
	DBCN_WRITE_BYTE
};
enum {
	BASE_SPEC_VERSION,
	BASE_IMPL_ID,
	BASE_IMPL_VERSION,
	BASE_PROBE
};

struct sbi_answer {
	i64 error;
	u64 value;
	bool retry; /* the thread waits and calls again */
};

static bool is_offered(u64 extension)
{
	switch (extension) {
	case SBI_EXT_BASE:
	case SBI_EXT_TIME:
	case SBI_EXT_SRST:
	case SBI_EXT_DBCN:
	case SBI_LEGACY_PUTCHAR:
	case FLOE_SBI_EXTENSION:
		return true;
	default:
		return false;
	}
}

static struct sbi_answer base(const u64 *a, u64 function)
{
	switch (function) {
	case BASE_SPEC_VERSION:
		return (struct sbi_answer){ .value = SBI_SPEC_VERSION_2_0 };
	case BASE_IMPL_ID:
		return (struct sbi_answer){ .value = SBI_IMPL_ID };
	case BASE_IMPL_VERSION:
		return (struct sbi_answer){ .value = FLOE_ABI_VERSION };
	case BASE_PROBE:
		return (struct sbi_answer){ .value = is_offered(a[0]) };
	default:
		/* mvendorid, marchid, mimpid: 0 is allowed for all of them. */
		if (function <= 6)
			return (struct sbi_answer){ 0 };
		return (struct sbi_answer){ .error = SBI_ERR_NOT_SUPPORTED };
	}
}

/* Waits for room on the console; the call is made again then. */
static struct sbi_answer wait_for_console(void)
{
	line_wait();
	return (struct sbi_answer){ .retry = true };
}

static struct sbi_answer console_write(struct task *self, gpa_t from, u64 bytes)
{
	char chunk[CONSOLE_CHUNK];
	u64 n = min_u64(bytes, sizeof(chunk)), taken;

	if (guest_read(&self->vm, from, chunk, n) != rcOk)
		return (struct sbi_answer){ .error = SBI_ERR_INVALID_PARAM };
	taken = line_write(self, chunk, n);
	if (n && !taken)
		return wait_for_console();
	return (struct sbi_answer){ .value = taken };
}

static struct sbi_answer console_read(struct task *self, gpa_t to, u64 bytes)
{
	u64 count = 0;
	int c;

	if (!(self->limits.permissions & TaskMayInspect))
		return (struct sbi_answer){ .error = SBI_ERR_NOT_SUPPORTED };
	bytes = min_u64(bytes, CONSOLE_CHUNK);
	if (guest_check_write(&self->vm, to, bytes) != rcOk)
		return (struct sbi_answer){ .error = SBI_ERR_INVALID_PARAM };
	for (; count < bytes && (c = line_read_byte(self)) >= 0; count++) {
		u8 byte = (u8)c;

		guest_write(&self->vm, to + count, &byte, 1);
	}
	return (struct sbi_answer){ .value = count };
}

static struct sbi_answer debug_console(struct task *self, const u64 *a, u64 function)
{
	char byte = (char)a[0];

	switch (function) {
	case DBCN_WRITE:
	case DBCN_READ:
		if (a[2])
			return (struct sbi_answer){ .error = SBI_ERR_INVALID_PARAM };
		return function == DBCN_WRITE ? console_write(self, a[1], a[0])
					      : console_read(self, a[1], a[0]);
	case DBCN_WRITE_BYTE:
		if (!line_write(self, &byte, 1))
			return wait_for_console();
		return (struct sbi_answer){ 0 };
	default:
		return (struct sbi_answer){ .error = SBI_ERR_NOT_SUPPORTED };
	}
}

/* System reset: for a guest the system is its partition. Reason 0 is success. */
static struct sbi_answer reset(struct task *self, const u64 *a, u64 function)
{
	if (function)
		return (struct sbi_answer){ .error = SBI_ERR_NOT_SUPPORTED };
	if ((u32)a[0] > 2)
		return (struct sbi_answer){ .error = SBI_ERR_INVALID_PARAM };
	task_end(self, TaskExitNormal, (u32)a[1] ? 1 : 0);
	return (struct sbi_answer){ 0 };
}

static struct sbi_answer dispatch(struct thread *t, const u64 *a)
{
	u64 extension = a[7], function = a[6];

	switch (extension) {
	case SBI_EXT_BASE:
		return base(a, function);
	case SBI_EXT_TIME:
		if (function)
			break;
		vcpu_set_timer(a[0]);
		return (struct sbi_answer){ 0 };
	case SBI_EXT_DBCN:
		return debug_console(t->task, a, function);
	case SBI_EXT_SRST:
		return reset(t->task, a, function);
	default:
		break;
	}
	return (struct sbi_answer){ .error = SBI_ERR_NOT_SUPPORTED };
}

void api_sbi(struct thread *t)
{
	u64 *a = &t->vcpu.x[10];
	bool legacy = a[7] == SBI_LEGACY_PUTCHAR;
	struct sbi_answer answer = legacy ? debug_console(t->task, a, DBCN_WRITE_BYTE)
					  : dispatch(t, a);

	if (thread_current() != t)
		return;
	if (answer.retry) {
		vcpu_retry_call();
		return;
	}
	a[0] = (u64)answer.error;
	/* Legacy calls answer in a0 alone. */
	if (!legacy)
		a[1] = answer.value;
}
