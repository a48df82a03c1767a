// SPDX-License-Identifier: Apache-2.0
#include "support/call_stack.h"

#include "unit.h"

#include <string.h>

#define JAL_RA 0x000000efu

struct frame frames[BACKTRACE_MAX];
unsigned int turns;
u32 nsymbols, strings_size;

static unsigned int finish(struct backtrace *b)
{
	turns = 1;
	while (!backtrace_go_on(world_self, b))
		turns++;
	memcpy(frames, b->frames, sizeof(frames));
	/* A report asks again each turn. */
	assert_true(backtrace_go_on(world_self, b));
	assert_memory_equal(frames, b->frames, b->count * sizeof(*frames));
	return b->count;
}

unsigned int look_at_stack(void)
{
	static struct backtrace b;

	backtrace_begin(world_self, &b);
	return finish(&b);
}

HalTrapFrame *regs(void)
{
	return &world_self->fault.frame;
}

int call_stack_setup(void **state)
{
	world_setup(state);
	nsymbols = 0;
	strings_size = 1;
	memset(&world_self->fault, 0, sizeof(world_self->fault));
	world_self->symtab = SYMBOLS;
	world_self->strtab = STRINGS;
	world_self->initial.relocBase = RX_BASE;
	regs()->pc = CODE(1) + 8;
	regs()->x[2] = STACK;
	return 0;
}

void add_symbol(u64 value, u64 size, u8 type, const char *name)
{
	struct symbol s = { strings_size, type, 0, 1, value, size };

	store(STRINGS + strings_size, name, strlen(name) + 1);
	store(SYMBOLS + nsymbols++ * sizeof(s), &s, sizeof(s));
	strings_size += (u32)strlen(name) + 1;
	world_self->symtab_size = nsymbols * sizeof(s);
	world_self->strtab_size = strings_size;
}

u64 call_site(u64 n)
{
	u32 jal = JAL_RA;

	store(CODE(n) + 0x20, &jal, sizeof(jal));
	return CODE(n) + 0x24;
}

void frame_at(u64 fp, u64 caller_fp, u64 ra)
{
	store(fp - 16, &caller_fp, 8);
	store(fp - 8, &ra, 8);
}

void look_up(u64 pc)
{
	static struct backtrace b;

	b = (struct backtrace){ .count = 1, .frames[0].pc = pc };
	symbols_begin(world_self, &b);
	finish(&b);
}
