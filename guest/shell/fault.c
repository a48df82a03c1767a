/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include "process.h"

#include <stdio.h>

enum {
	FIRST_PAGE_FAULT = 12,
};

/* RISC-V privileged specification, table of scause values. */
static const char *const causes[] = {
	[0] = "instruction address misaligned",
	[1] = "instruction access fault",
	[2] = "illegal instruction",
	[3] = "breakpoint",
	[4] = "load address misaligned",
	[5] = "load access fault",
	[6] = "store/AMO address misaligned",
	[7] = "store/AMO access fault",
	[8] = "environment call from U-mode",
	[10] = "environment call from VS-mode",
	[12] = "instruction page fault",
	[13] = "load page fault",
	[15] = "store/AMO page fault",
	[20] = "instruction guest-page fault",
	[21] = "load guest-page fault",
	[22] = "virtual instruction",
	[23] = "store/AMO guest-page fault",
};

static const char *name_of(const TaskFault *f)
{
	if (f->kind == TaskFaultPanic)
		return "panic";
	if (f->kind == TaskFaultOutOfMemory)
		return "out of memory";
	if (f->cause >> 63)
		return "interrupt without a trap vector";
	if (f->cause < sizeof(causes) / sizeof(causes[0]) && causes[f->cause])
		return causes[f->cause];
	return "reserved exception";
}

/* Accesses are refused by a stage or, misaligned, by none. */
static bool is_first_stage(const TaskFault *f)
{
	return f->cause == 1 || f->cause == 5 || f->cause == 7 || f->cause >= FIRST_PAGE_FAULT;
}

const char *fault_text(const TaskFault *f, char *to, rtl_size_t size)
{
	const char *name = name_of(f);
	unsigned long address = f->address;

	if (f->kind == TaskFaultPanic || (f->kind == TaskFaultException && !f->access))
		snprintf(to, size, "%s", name);
	else if (f->kind == TaskFaultOutOfMemory)
		snprintf(to, size, "%s on 0x%lx", name, address);
	else if (f->twoStage && f->mapped)
		snprintf(to, size, "%s on 0x%lx, mapped %s", name, address, access_text(f->mapped));
	else
		snprintf(to, size, "%s on 0x%lx%s", name, address,
			 f->twoStage         ? ", nothing mapped"
			 : is_first_stage(f) ? ", first stage"
					     : "");
	return to;
}
