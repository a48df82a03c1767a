// SPDX-License-Identifier: Apache-2.0
#include "inspect/signals.h"

/* gdb/signals.def of the gdb remote protocol; signal.h and siginfo.h of Linux. */
static const struct inspect_signal segv_maperr = { 11, 11, 1 }, segv_accerr = { 11, 11, 2 },
				   bus_adraln = { 10, 7, 1 }, bus_adrerr = { 10, 7, 2 },
				   ill_illopc = { 4, 4, 1 }, ill_prvopc = { 4, 4, 5 },
				   trap_brkpt = { 5, 5, 1 }, abort_user = { 6, 6, 0 };

/* RISC-V privileged specification, table of scause values; without a row: SIGABRT. */
static const struct inspect_signal *const exceptions[] = {
	[0] = &bus_adraln,   [1] = &segv_accerr,  [2] = &ill_illopc,   [3] = &trap_brkpt,
	[4] = &bus_adraln,   [5] = &segv_accerr,  [6] = &bus_adraln,   [7] = &segv_accerr,
	[12] = &segv_maperr, [13] = &segv_maperr, [15] = &segv_maperr, [20] = &segv_maperr,
	[21] = &segv_maperr, [22] = &ill_prvopc,  [23] = &segv_maperr,
};

const struct inspect_signal *inspect_signal(const struct inspect_exception *e)
{
	const uint64_t count = sizeof(exceptions) / sizeof(exceptions[0]);
	const struct inspect_signal *signal;

	if (e->kind == INSPECT_FAULT_PANIC)
		return &abort_user;
	if (e->kind == INSPECT_FAULT_OUT_OF_MEMORY)
		return &bus_adrerr;
	signal = e->cause < count ? exceptions[e->cause] : NULL;
	if (signal == &segv_maperr && e->mapped)
		return &segv_accerr;
	return signal ? signal : &abort_user;
}
