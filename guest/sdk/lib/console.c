/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include "hypercall.h"

#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>

enum {
	SBI_DBCN = 0x4442434E,
	DBCN_WRITE = 0,
	DBCN_READ = 1,
	POLL_MS = 10, /* quicker than anybody types */
};

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

size_t floe_console_read(void *data, size_t size)
{
	struct floe_result r;

	if (!size || !(KnTaskGetPcb()->permissions & TaskMayInspect))
		return 0;
	for (;;) {
		r = FLOE_SBI_CALL(SBI_DBCN, DBCN_READ, size, FLOE_ARG(data));
		if (r.error || r.value > size)
			return 0;
		if (r.value)
			return r.value;
		KnSleep(POLL_MS);
	}
}
