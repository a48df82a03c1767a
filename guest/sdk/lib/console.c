/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include "hypercall.h"

#include <coresrv/console/console_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>

enum {
	SBI_DBCN = 0x4442434E,
	DBCN_WRITE = 0,
	DBCN_READ = 1,
	IDLE_MS = 10, /* quicker than anybody types */
	BUSY_MS = 1,  /* a 16550 holds 16 bytes: what comes at 115200 baud in 1.4 ms */
	BUSY_POLLS = 100,
};

/* Looks that remain until nobody seems to type any more. */
static unsigned busy;

bool floe_console_write(const void *data, size_t size)
{
	const char *next = data;
	struct floe_result r;

	for (; size; next += r.value, size -= r.value) {
		r = FLOE_SBI_CALL(SBI_DBCN, DBCN_WRITE, size, FLOE_ARG(next));
		if (r.error || r.value > size)
			return false;
	}
	return true;
}

/* How long to sleep before the next look, at most what is left of the caller's time. */
static rtl_uint32_t next_sleep(rtl_uint32_t left)
{
	rtl_uint32_t ms = busy ? BUSY_MS : IDLE_MS;

	busy -= busy != 0;
	return ms < left ? ms : left;
}

Retcode KnConsoleRead(void *buf, rtl_size_t size, rtl_uint32_t msDelay, rtl_size_t *count)
{
	struct floe_result r;

	if (!buf || !size || !count)
		return rcInvalidArgument;
	if (!(KnTaskGetPcb()->permissions & TaskMayInspect))
		return rcSecurityDisallow;
	for (;;) {
		rtl_uint32_t ms;

		r = FLOE_SBI_CALL(SBI_DBCN, DBCN_READ, size, FLOE_ARG(buf));
		*count = r.error ? 0 : r.value;
		if (r.error)
			return rcTargetFault;
		if (*count) {
			busy = BUSY_POLLS;
			return rcOk;
		}
		if (!msDelay)
			return rcTimeout;
		ms = next_sleep(msDelay);
		KnSleep(ms);
		if (msDelay != INFINITE_TIMEOUT)
			msDelay -= ms;
	}
}

size_t floe_console_read(void *data, size_t size)
{
	rtl_size_t count;

	return KnConsoleRead(data, size, INFINITE_TIMEOUT, &count) == rcOk ? count : 0;
}

Retcode KnConsoleWrite(const void *data, rtl_size_t size)
{
	if (!data)
		return rcInvalidArgument;
	return floe_console_write(data, size) ? rcOk : rcSourceFault;
}

Retcode KnConsoleSetMode(ConsoleMode mode)
{
	return FLOE_RC(FloeFnConsoleSetMode, mode);
}
