// SPDX-License-Identifier: Apache-2.0
/* Symbol tables of a partition that means no good: console/symbols.c. */
#include "unit.h"

#include "console/console.h"
#include "fake/fake.h"
#include "support/call_stack.h"

#include <string.h>

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
	assert_int_equal(look_at_stack(), 2);
	assert_in_range(turns, 2, 4);
	assert_string_equal(frames[0].function, "leaf");
	assert_string_equal(frames[1].function, "middle");
	/* Nor does one look at all of a table that is not there. */
	world_self->symtab = UNMAPPED;
	world_self->symtab_size = SYMBOLS_MAX * sizeof(struct symbol);
	assert_int_equal(look_at_stack(), 2);
	assert_in_range(turns, 5, 20);
}

static void test_which_symbol(void **state)
{
	(void)state;
	add_symbol(0x100, 0, FUNCTION, "no_size");
	add_symbol(0x200, 0x10, FUNCTION, "small");
	add_symbol(0x200, 0x80, OBJECT, "object");
	add_symbol(0x300, 0x100, 0, "label");
	add_symbol(0x300, 0x100, FUNCTION, "function");
	look_up(CODE(1) + 0x50);
	assert_string_equal(frames[0].function, "no_size");
	assert_int_equal(frames[0].offset, 0x50);
	look_up(CODE(2) + 4);
	assert_string_equal(frames[0].function, "small");
	/* Beyond its size it is not that one. */
	look_up(CODE(2) + 0x10);
	assert_string_not_equal(frames[0].function, "small");
	assert_string_not_equal(frames[0].function, "object");
	look_up(CODE(3));
	assert_string_equal(frames[0].function, "function");
	/* Another file has that one. */
	add_symbol(0x304, 0x10, FUNCTION, "undefined");
	((struct symbol *)at(SYMBOLS))[nsymbols - 1].section = 0;
	look_up(CODE(3) + 8);
	assert_string_equal(frames[0].function, "function");
	look_up(CODE(0));
	assert_string_equal(frames[0].function, "");
}

/* Assembly's labels have no type; those that the compiler makes, and sections, are no names. */
static void test_labels(void **state)
{
	(void)state;
	add_symbol(0x100, 0x100, 0, "label");
	add_symbol(0x110, 0x40, 0, "$x");
	add_symbol(0x120, 0x40, 0, ".L7");
	add_symbol(0x130, 0x40, 0, "");
	add_symbol(0x138, 0x40, 3, ".text");
	look_up(CODE(1) + 0x3c);
	assert_string_equal(frames[0].function, "label");
	assert_int_equal(frames[0].offset, 0x3c);
	add_symbol(0x130, 0, 0, "inner");
	look_up(CODE(1) + 0x3c);
	assert_string_equal(frames[0].function, "inner");
}

/* One without a size ends with its region, and what is not code has no name. */
static void test_not_of_its_region(void **state)
{
	u64 behind = 5 * PAGE_SIZE;

	(void)state;
	add_symbol(0x100, 0, FUNCTION, "last");
	assert_rc(call(FloeFnVmAllocate, RX_BASE + behind, PAGE_SIZE, VMM_FLAG_RESERVE | RX_),
		  rcOk);
	assert_rc(call(FloeFnVmCommit, RX_BASE + behind, PAGE_SIZE, VMM_FLAG_LOCKED), rcOk);
	look_up(RX_BASE + 4 * PAGE_SIZE - 4);
	assert_string_equal(frames[0].function, "last");
	look_up(RX_BASE + behind);
	assert_string_equal(frames[0].function, "");
	add_symbol(STACK - RX_BASE, 0x100, FUNCTION, "data");
	look_up(STACK + 4);
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
	look_up(CODE(1));
	assert_string_equal(frames[0].function, "");
	/* A name just behind the table, where there is text. */
	s.name = strings_size + 1;
	store(SYMBOLS, &s, sizeof(s));
	store(STRINGS + strings_size + 1, "beyond", 7);
	look_up(CODE(1));
	assert_string_equal(frames[0].function, "");
	/* A name that is too long is cut. */
	nsymbols = 0;
	add_symbol(0x100, 0x100, FUNCTION, long_name);
	look_up(CODE(1));
	assert_int_equal(strlen(frames[0].function), FUNCTION_MAX - 1);
	/* A name without an end, at the end of the table. */
	world_self->strtab_size = strings_size - sizeof(long_name) + 20;
	look_up(CODE(1));
	assert_int_equal(strlen(frames[0].function), 20);
	/* Tables that are not there, or larger than what is there. */
	world_self->symtab_size = ~(u64)0;
	world_self->strtab_size = ~(u64)0;
	look_up(CODE(1));
	world_self->symtab = UNMAPPED;
	look_up(CODE(1));
	assert_string_equal(frames[0].function, "");
	world_self->symtab = ~(u64)0 - 100;
	look_up(CODE(1));
	world_self->symtab = SYMBOLS + 3;
	world_self->strtab = ~(u64)0;
	look_up(CODE(1));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STACK_TEST(test_many_symbols),
		CALL_STACK_TEST(test_which_symbol),
		CALL_STACK_TEST(test_labels),
		CALL_STACK_TEST(test_not_of_its_region),
		CALL_STACK_TEST(test_hostile_symbols),
		CALL_STACK_TEST(test_names_cannot_write_to_the_terminal),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
