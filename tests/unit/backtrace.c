// SPDX-License-Identifier: Apache-2.0
/* Call stacks and symbols of a partition that means no good: console/backtrace.c, symbols.c. */
#include "unit.h"

#include "console/backtrace.h"
#include "console/console.h"
#include "console/report.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

/* In the caller's memory: code in RX_BASE, a stack and the tables in RW_BASE. */
#define CODE(n) (RX_BASE + 0x100 * (n))
#define STACK (BUFFER_AT + 4096)
#define SYMBOLS (RW_BASE + 16 * PAGE_SIZE)
#define STRINGS (RW_BASE + 40 * PAGE_SIZE)
#define JAL_RA 0x000000efu

struct symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

#define FUNCTION 2
#define OBJECT 1

static struct frame frames[BACKTRACE_MAX];
static unsigned int turns;

static unsigned int finish(const struct task *task, struct backtrace *b)
{
	turns = 1;
	while (!backtrace_go_on(task, b))
		turns++;
	memcpy(frames, b->frames, sizeof(frames));
	/* A report asks again each turn. */
	assert_true(backtrace_go_on(task, b));
	assert_memory_equal(frames, b->frames, b->count * sizeof(*frames));
	return b->count;
}

static unsigned int backtrace(const struct task *task)
{
	static struct backtrace b;

	backtrace_begin(task, &b);
	return finish(task, &b);
}

static u32 nsymbols, strings_size;

static HalTrapFrame *regs(void)
{
	return &world_self->fault.frame;
}

static int setup(void **state)
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

static void add_symbol(u64 value, u64 size, u8 type, const char *name)
{
	struct symbol s = { strings_size, type, 0, 1, value, size };

	store(STRINGS + strings_size, name, strlen(name) + 1);
	store(SYMBOLS + nsymbols++ * sizeof(s), &s, sizeof(s));
	strings_size += (u32)strlen(name) + 1;
	world_self->symtab_size = nsymbols * sizeof(s);
	world_self->strtab_size = strings_size;
}

/* A call in function n, and the address that it returns to. */
static u64 call_site(u64 n)
{
	u32 jal = JAL_RA;

	store(CODE(n) + 0x20, &jal, sizeof(jal));
	return CODE(n) + 0x24;
}

static void frame_at(u64 fp, u64 caller_fp, u64 ra)
{
	store(fp - 16, &caller_fp, 8);
	store(fp - 8, &ra, 8);
}

/* In the first one of which the guest is. */
static void three_functions(void)
{
	add_symbol(0x100, 0x100, FUNCTION, "leaf");
	add_symbol(0x200, 0x100, FUNCTION, "middle");
	add_symbol(0x300, 0x100, FUNCTION, "main");
	regs()->x[8] = STACK + 64;
}

static void test_linked_frames(void **state)
{
	(void)state;
	three_functions();
	frame_at(STACK + 64, STACK + 128, call_site(2));
	frame_at(STACK + 128, 0, call_site(3));
	assert_int_equal(backtrace(world_self), 3);
	assert_int_equal(frames[0].pc, CODE(1) + 8);
	assert_string_equal(frames[0].function, "leaf");
	assert_int_equal(frames[0].offset, 8);
	assert_string_equal(frames[1].function, "middle");
	assert_int_equal(frames[1].offset, 0x24);
	assert_string_equal(frames[2].function, "main");
	assert_int_equal(frames[2].pc, CODE(3) + 0x24);
}

/* Before it has a frame a function's caller is in ra; what is left there of a call is not. */
static void test_caller_in_ra(void **state)
{
	(void)state;
	three_functions();
	frame_at(STACK + 64, STACK + 128, call_site(3));
	regs()->x[1] = call_site(2);
	assert_int_equal(backtrace(world_self), 3);
	assert_string_equal(frames[1].function, "middle");
	assert_string_equal(frames[2].function, "main");
	regs()->x[1] = call_site(1);
	assert_int_equal(backtrace(world_self), 2);
	assert_string_equal(frames[0].function, "leaf");
	assert_string_equal(frames[1].function, "main");
	assert_int_equal(frames[1].pc, call_site(3));
	assert_int_equal(frames[1].offset, call_site(3) - CODE(3));
	assert_int_equal(turns, 1);
}

/* What is compared in one turn is bounded, and nothing is lost between two. */
static void test_many_symbols(void **state)
{
	(void)state;
	add_symbol(0x100, 0x100, FUNCTION, "leaf");
	while (nsymbols < 3000)
		add_symbol(0x300, 0x100, OBJECT, "o");
	add_symbol(0x200, 0x100, FUNCTION, "middle");
	regs()->x[8] = STACK + 64;
	frame_at(STACK + 64, 0, call_site(2));
	assert_int_equal(backtrace(world_self), 2);
	assert_in_range(turns, 2, 4);
	assert_string_equal(frames[0].function, "leaf");
	assert_string_equal(frames[1].function, "middle");
	/* Nor does one look at all of a table that is not there. */
	world_self->symtab = UNMAPPED;
	world_self->symtab_size = SYMBOLS_MAX * sizeof(struct symbol);
	assert_int_equal(backtrace(world_self), 2);
	assert_in_range(turns, 5, 20);
}

static void test_jump_to_nowhere(void **state)
{
	(void)state;
	add_symbol(0x300, 0x100, FUNCTION, "main");
	regs()->pc = 0;
	regs()->x[1] = call_site(3);
	assert_true(backtrace(world_self) >= 2);
	assert_int_equal(frames[0].pc, 0);
	assert_string_equal(frames[0].function, "");
	assert_string_equal(frames[1].function, "main");
}

/* Stacks that end nowhere, turn in circles, or lie outside. */
static void test_hostile_stacks(void **state)
{
	u64 ra = call_site(2);
	static const u64 pointers[] = {
		0,        8,       15,          16,           ~(u64)0,      ~(u64)7,
		UNMAPPED, RW_BASE, RW_BASE + 8, (u64)1 << 41, (u64)1 << 63, STACK + 1
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		regs()->x[8] = pointers[i];
		regs()->x[2] = pointers[i];
		regs()->x[1] = pointers[i];
		assert_in_range(backtrace(world_self), 1, BACKTRACE_MAX);
		regs()->pc = pointers[i];
		assert_in_range(backtrace(world_self), 1, BACKTRACE_MAX);
		regs()->pc = CODE(1);
	}
	/* A frame that is its own caller's. */
	regs()->x[8] = STACK + 64;
	frame_at(STACK + 64, STACK + 64, ra);
	assert_in_range(backtrace(world_self), 2, 3);
	/* Two that go down again. */
	frame_at(STACK + 64, STACK + 32, ra);
	frame_at(STACK + 32, STACK + 64, ra);
	assert_in_range(backtrace(world_self), 2, 3);
	/* More frames than are shown. */
	for (u64 n = 0; n < 100; n++)
		frame_at(STACK + 64 + 16 * n, STACK + 80 + 16 * n, ra);
	assert_int_equal(backtrace(world_self), BACKTRACE_MAX);
	/* A paging of its own hides the stack. */
	world_self->fault.csrs.vsatp = (u64)8 << 60;
	assert_int_equal(backtrace(world_self), 1);
}

static void test_stack_without_frame_pointers(void **state)
{
	u64 ra[2] = { call_site(2), call_site(3) }, other = CODE(3) + 0x80;

	(void)state;
	regs()->x[8] = 0;
	store(STACK + 8, &ra[0], 8);
	store(STACK + 16, &other, 8); /* code, but no call before it */
	store(STACK + 800, &ra[1], 8);
	assert_int_equal(backtrace(world_self), 3);
	assert_int_equal(frames[1].pc, ra[0]);
	assert_int_equal(frames[2].pc, ra[1]);
}

static void resolve(u64 pc)
{
	static struct backtrace b;

	b = (struct backtrace){ .count = 1, .frames[0].pc = pc };
	symbols_begin(world_self, &b);
	finish(world_self, &b);
}

static void test_which_symbol(void **state)
{
	(void)state;
	add_symbol(0x100, 0, FUNCTION, "no_size");
	add_symbol(0x200, 0x10, FUNCTION, "small");
	add_symbol(0x200, 0x80, OBJECT, "object");
	add_symbol(0x300, 0x100, 0, "label");
	add_symbol(0x300, 0x100, FUNCTION, "function");
	resolve(CODE(1) + 0x50);
	assert_string_equal(frames[0].function, "no_size");
	assert_int_equal(frames[0].offset, 0x50);
	resolve(CODE(2) + 4);
	assert_string_equal(frames[0].function, "small");
	/* Beyond its size it is not that one. */
	resolve(CODE(2) + 0x10);
	assert_string_not_equal(frames[0].function, "small");
	assert_string_not_equal(frames[0].function, "object");
	resolve(CODE(3));
	assert_string_equal(frames[0].function, "function");
	resolve(CODE(0));
	assert_string_equal(frames[0].function, "");
}

static void test_hostile_symbols(void **state)
{
	struct symbol s = { ~0u, FUNCTION, 0, 1, 0x100, 0x100 };
	char long_name[200];

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	long_name[199] = 0;
	/* A name outside the table. */
	add_symbol(0x100, 0x100, FUNCTION, "x");
	store(SYMBOLS, &s, sizeof(s));
	resolve(CODE(1));
	assert_string_equal(frames[0].function, "");
	/* A name just behind the table, where there is text. */
	s.name = strings_size + 1;
	store(SYMBOLS, &s, sizeof(s));
	store(STRINGS + strings_size + 1, "beyond", 7);
	resolve(CODE(1));
	assert_string_equal(frames[0].function, "");
	/* A name that is too long is cut. */
	nsymbols = 0;
	add_symbol(0x100, 0x100, FUNCTION, long_name);
	resolve(CODE(1));
	assert_int_equal(strlen(frames[0].function), FUNCTION_MAX - 1);
	/* A name without an end, at the end of the table. */
	world_self->strtab_size = strings_size - 150;
	resolve(CODE(1));
	assert_in_range(strlen(frames[0].function), 1, FUNCTION_MAX - 1);
	/* Tables that are not there, or larger than what is there. */
	world_self->symtab_size = ~(u64)0;
	world_self->strtab_size = ~(u64)0;
	resolve(CODE(1));
	world_self->symtab = UNMAPPED;
	resolve(CODE(1));
	assert_string_equal(frames[0].function, "");
	world_self->symtab = ~(u64)0 - 100;
	resolve(CODE(1));
	world_self->symtab = SYMBOLS + 3;
	world_self->strtab = ~(u64)0;
	resolve(CODE(1));
}

static void test_random_tables(void **state)
{
	u64 random = TEST_SEED;

	(void)state;
	for (unsigned int turn = 0; turn < 300; turn++) {
		for (u64 i = 0; i < 512; i++) {
			u64 value = test_random(&random);
			u64 near = RX_BASE + (value >> 8) % 0x1000;

			store(SYMBOLS + i * 8, value & 1 ? &near : &value, 8);
			store(STACK + i * 8, value & 2 ? &near : &value, 8);
		}
		world_self->symtab_size = test_random(&random) % 8192;
		world_self->strtab_size = test_random(&random) >> (test_random(&random) % 64);
		world_self->strtab = turn & 1 ? STRINGS : test_random(&random);
		for (unsigned int r = 0; r < 32; r++)
			regs()->x[r] = turn & 4 ? STACK + test_random(&random) % 4096
						: test_random(&random);
		regs()->pc = turn & 8 ? CODE(1) : test_random(&random);
		assert_in_range(backtrace(world_self), 1, BACKTRACE_MAX);
		for (unsigned int f = 0; f < BACKTRACE_MAX; f++)
			assert_true(memchr(frames[f].function, 0, FUNCTION_MAX) != NULL);
	}
}

/* Names of functions go to the console: as escapes, where they are no text. */
static void test_names_cannot_write_to_the_terminal(void **state)
{
	(void)state;
	add_symbol(0x100, 0x100, FUNCTION, "evil\x1b[2J\nfake line");
	world_self->flags = TaskEmpty | TaskExceptionFreezesTask;
	/* As a handle of somebody would: else it went with its freezing. */
	object_get(&world_self->object);
	fake_output_clear();
	world_task("next", TaskStateRunning);
	world_exception(CAUSE_ILLEGAL_INSTRUCTION, CODE(1) + 4, 0);
	assert_int_equal(world_self->state, TaskStateFrozen);
	console_flush();
	assert_non_null(strstr(fake_output(), "evil\\x1b[2J\\x0afake line+0x4"));
	assert_null(strchr(fake_output(), '\x1b'));
	assert_null(strstr(fake_output(), "\nfake"));
	task_end(world_self, TaskExitUnexpected, 0);
	object_put(&world_self->object);
	task_end(fake_hart.current->task, TaskExitNormal, 0);
	world_self = NULL;
}

#define SYMBOL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYMBOL_TEST(test_linked_frames),
		SYMBOL_TEST(test_caller_in_ra),
		SYMBOL_TEST(test_many_symbols),
		SYMBOL_TEST(test_jump_to_nowhere),
		SYMBOL_TEST(test_hostile_stacks),
		SYMBOL_TEST(test_stack_without_frame_pointers),
		SYMBOL_TEST(test_which_symbol),
		SYMBOL_TEST(test_hostile_symbols),
		SYMBOL_TEST(test_random_tables),
		SYMBOL_TEST(test_names_cannot_write_to_the_terminal),
	};

	return cmocka_run_group_tests_name("backtrace", tests, NULL, NULL);
}
