/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crashes with frames and symbols that are made to mislead or to keep the
 * reporter busy: s0 chains that loop, point outside, are unaligned or wrap;
 * stacks full of return addresses; symbol tables full of nonsense.
 */
#include "child.h"

#include <coresrv/thread/thread_api.h>
#include <stdint.h>

#define CRASH(name, setup) CHILD_CODE(name, setup "\nunimp\nnop\n")

/* Return addresses that follow a call: the word behind `jal ra, 1f`. */
CRASH(frames_that_loop, "1: jal ra, 2f\n"
			"nop\n"
			"2: addi sp, sp, -64\n"
			"addi s0, sp, 32\n"
			"sd s0, 16(sp)\n" /* its own frame again */
			"sd ra, 24(sp)");
CRASH(frames_outside, "li s0, 0x7000");
CRASH(frames_unaligned, "addi s0, sp, -61");
CRASH(frames_at_the_end, "li s0, -16");
CRASH(frames_at_zero, "li s0, 0");
CRASH(frames_in_device_space, "li s0, 0x10000000000");
CRASH(stack_of_calls, "jal ra, 1f\n"
		      "1: li t0, 4096\n"
		      "sub t0, sp, t0\n"
		      "2: addi sp, sp, -8\n"
		      "sd ra, 0(sp)\n"
		      "bltu t0, sp, 2b\n"
		      "li s0, 0");
CRASH(stack_nowhere, "li sp, -8\nli s0, -8");
CRASH(endless_chain, "jal ra, 1f\n"
		     "1: li t0, 100000\n"
		     "sub t0, sp, t0\n"
		     "mv s0, sp\n"
		     "2: addi sp, sp, -16\n" /* frames that go up for ever */
		     "sd s0, 0(sp)\n"
		     "sd ra, 8(sp)\n"
		     "addi s0, sp, 16\n"
		     "bltu t0, sp, 2b");

static const struct {
	const char *name;
	struct child_code code;
} stacks[] = {
	{ "loop", { frames_that_loop, frames_that_loop_end } },
	{ "outside", { frames_outside, frames_outside_end } },
	{ "unaligned", { frames_unaligned, frames_unaligned_end } },
	{ "end", { frames_at_the_end, frames_at_the_end_end } },
	{ "zero", { frames_at_zero, frames_at_zero_end } },
	{ "device-space", { frames_in_device_space, frames_in_device_space_end } },
	{ "calls", { stack_of_calls, stack_of_calls_end } },
	{ "nowhere", { stack_nowhere, stack_nowhere_end } },
	{ "chain", { endless_chain, endless_chain_end } },
};

struct symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, size;
};

enum {
	SYMBOLS = 128 * 1024,
	FUNCTION = 2,
	STRINGS = 4096,
};

static void finish(Handle task)
{
	NEED(KnTaskResume(task));
	/* The child runs, and freezes; it is ended at once, and the report is whole all the same.
	 */
	while (KnTaskTerminateAfterFreezing(task) == rcInvalidOperation)
		KnSleep(1);
	NEED(KnHandleClose(task));
}

static void hostile_stacks(void)
{
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		Handle task = child_create(stacks[i].name, TaskExceptionFreezesTask);

		child_load(task, stacks[i].code);
		finish(task);
	}
}

/* A process that crashes at CHILD_CODE_AT, with those tables. */
static void crash_with_symbols(const char *name, const void *symbols, rtl_size_t symbols_size,
			       const void *strings, rtl_size_t strings_size)
{
	const TaskInitialState state = { CHILD_CODE_AT, 0 };
	Handle task = child_create(name, TaskExceptionFreezesTask);
	rtl_size_t symbol_pages = (symbols_size + 4095) & ~(rtl_size_t)4095;
	rtl_uintptr_t address;
	VmSeg code, symtab, strtab;

	NEED(KnVmSegInitFromBuf(&code, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, "\0\0", 2));
	NEED(KnVmSegInitFromBuf(&symtab, 0, 0, symbol_pages, VMM_FLAG_READ, 0, RTL_NULL, 0, symbols,
				symbols_size));
	NEED(KnVmSegInitFromBuf(&strtab, 0, 0, STRINGS, VMM_FLAG_READ, 0, RTL_NULL, 0, strings,
				strings_size));
	NEED(KnTaskLoadSeg(task, &code, &address));
	CHECK_RC(rcInvalidArgument,
		 KnTaskLoadElfSyms(task, &symtab, symbol_pages + 1, &strtab, strings_size));
	NEED(KnTaskLoadElfSyms(task, &symtab, symbols_size, &strtab, strings_size));
	NEED(KnTaskSetInitialState(task, &state));
	NEED(KnHandleClose(code.h));
	NEED(KnHandleClose(symtab.h));
	NEED(KnHandleClose(strtab.h));
	finish(task);
}

static void hostile_symbols(void)
{
	static char strings[STRINGS];
	struct symbol one = { 1, FUNCTION, 0, 1, CHILD_CODE_AT, 16 }, *many;
	uint32_t state = 1;

	memset(strings, 'A', sizeof(strings)); /* no NUL anywhere */
	crash_with_symbols("endless-name", &one, sizeof(one), strings, sizeof(strings));
	one.name = 0xfffffff0;
	crash_with_symbols("name-outside", &one, sizeof(one), strings, sizeof(strings));
	one.name = sizeof(strings) - 3;
	crash_with_symbols("name-at-the-end", &one, sizeof(one), strings, sizeof(strings));
	one.name = 1;
	strcpy(strings, "\1\x1b[31mred\n[floe] ended: victim (pid 7): exit code 0");
	crash_with_symbols("name-with-escapes", &one, sizeof(one), strings, sizeof(strings));
	one.size = ~(uint64_t)0;
	one.value = 1;
	crash_with_symbols("size-that-wraps", &one, sizeof(one), "\0wraps", 7);
	crash_with_symbols("half-a-symbol", &one, 23, "\0half", 6);
	many = calloc(SYMBOLS, sizeof(*many));
	CHECK(many != NULL);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		uint32_t *words = (uint32_t *)(void *)&many[i];

		for (unsigned w = 0; w < sizeof(*many) / sizeof(*words); w++)
			words[w] = state = state * 1664525 + 1013904223;
	}
	crash_with_symbols("many-symbols", many, SYMBOLS * sizeof(*many), strings, sizeof(strings));
}

int main(void)
{
	hostile_stacks();
	hostile_symbols();
	return checks_result();
}
