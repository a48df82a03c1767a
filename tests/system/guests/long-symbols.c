/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late a real-time thread of another process wakes while a child of this one freezes whose
 * symbols, call stack and regions are as many as there may be, and as odd.
 */
#include "child.h"
#include "late.h"

#include <coresrv/task/inspect_api.h>

#define SYMBOLS 65536ul

/* 990 regions, then 30 frames. */
CHILD_CODE(crash,
	   "li s0, 0x40000000\nli s1, 990\n"
	   "1: mv a0, s0\nli a1, 4096\nli a2, 9\n" CHILD_CALL(
		   40) "li t0, 0x2000\nadd s0, s0, t0\naddi s1, s1, -1\nbnez s1, 1b\n"
		       "jal ra, 2f\n2: addi s2, sp, -1024\naddi s0, s2, 16\nmv t0, s0\nli t1, 30\n"
		       "3: addi t2, t0, 16\nsd t2, -16(t0)\nsd ra, -8(t0)\nmv t0, t2\naddi t1, t1, "
		       "-1\nbnez t1, 3b\n"
		       "sd zero, -16(t0)\nsd zero, -8(t0)\nlw zero, 0(zero)\n");

struct symbol {
	rtl_uint32_t name;
	rtl_uint8_t info, other;
	rtl_uint16_t section;
	rtl_uint64_t value, size;
};

/* Of each frame's region or of another, with a name to look at or without. */
static const struct symbol kinds[] = {
	{ .section = 1, .value = 8 - CHILD_CODE_AT },
	{ .section = 1, .value = 0 },
	{ .section = 1, .info = 2, .value = 0 },
};

static void freeze(const struct symbol *kind)
{
	Handle task = child_create("symbols", TaskExceptionFreezesTask);
	rtl_size_t size = SYMBOLS * sizeof(*kind);
	struct symbol *table = KnVmAllocate(RTL_NULL, size, RW | ON_TOUCH);
	VmSeg sym, str;

	for (unsigned long i = 0; i < SYMBOLS; i++) {
		table[i] = *kind;
		table[i].name = 1;
		table[i].value += kind->value ? 0 : i / 1024;
	}
	NEED(KnVmSegInitFromVm(&sym, 0x20000000, table, size, R));
	NEED(KnVmSegInitFromBuf(&str, 0x21000000, 0, PAGE, R, 0, RTL_NULL, 0, "abc", 4));
	NEED(KnTaskLoadElfSyms(task, &sym, size, &str, 4));
	child_load(task, CHILD(crash));
	begin();
	NEED(KnTaskResume(task));
	child_wait_for(task, INFINITE_TIMEOUT);
	NEED(KnTaskTerminateAfterFreezing(task));
	end("from the freeze to its report");
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(sym.h));
	NEED(KnHandleClose(str.h));
	NEED(KnVmUnmap(table, size));
}

static void calls(void)
{
	late_begin();
	for (unsigned long i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		freeze(&kinds[i]);
	late_end();
}

int main(int argc, char **argv)
{
	static const TaskLimits limits = { .maxTasks = 4 };
	const char *mode = late_mode(argc, argv);

	if (strcmp(mode, "calls"))
		late_watch(mode, &limits);
	else
		calls();
	return checks_result();
}
