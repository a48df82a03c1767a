// SPDX-License-Identifier: Apache-2.0
/* Call stacks of a partition that means no good: console/backtrace.c. */
#include "unit.h"

#include "support/call_stack.h"

#include <string.h>

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
	assert_int_equal(look_at_stack(), 3);
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
	assert_int_equal(look_at_stack(), 3);
	assert_string_equal(frames[1].function, "middle");
	assert_string_equal(frames[2].function, "main");
	regs()->x[1] = call_site(1);
	assert_int_equal(look_at_stack(), 2);
	assert_string_equal(frames[0].function, "leaf");
	assert_string_equal(frames[1].function, "main");
	assert_int_equal(frames[1].pc, call_site(3));
	assert_int_equal(frames[1].offset, call_site(3) - CODE(3));
	assert_int_equal(turns, 1);
}

static void test_jump_to_nowhere(void **state)
{
	(void)state;
	add_symbol(0x300, 0x100, FUNCTION, "main");
	regs()->pc = 0;
	regs()->x[1] = call_site(3);
	assert_true(look_at_stack() >= 2);
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
		assert_in_range(look_at_stack(), 1, BACKTRACE_MAX);
		regs()->pc = pointers[i];
		assert_in_range(look_at_stack(), 1, BACKTRACE_MAX);
		regs()->pc = CODE(1);
	}
	/* A frame that is its own caller's. */
	regs()->x[8] = STACK + 64;
	frame_at(STACK + 64, STACK + 64, ra);
	assert_in_range(look_at_stack(), 2, 3);
	/* Two that go down again. */
	frame_at(STACK + 64, STACK + 32, ra);
	frame_at(STACK + 32, STACK + 64, ra);
	assert_in_range(look_at_stack(), 2, 3);
	/* More frames than are shown. */
	for (u64 n = 0; n < 100; n++)
		frame_at(STACK + 64 + 16 * n, STACK + 80 + 16 * n, ra);
	assert_int_equal(look_at_stack(), BACKTRACE_MAX);
	/* A paging of its own hides the stack. */
	world_self->fault.csrs.vsatp = (u64)8 << 60;
	assert_int_equal(look_at_stack(), 1);
}

static void test_stack_without_frame_pointers(void **state)
{
	u64 ra[2] = { call_site(2), call_site(3) }, other = CODE(3) + 0x80;

	(void)state;
	regs()->x[8] = 0;
	store(STACK + 8, &ra[0], 8);
	store(STACK + 16, &other, 8); /* code, but no call before it */
	store(STACK + 800, &ra[1], 8);
	assert_int_equal(look_at_stack(), 3);
	assert_int_equal(frames[1].pc, ra[0]);
	assert_int_equal(frames[2].pc, ra[1]);
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
		assert_in_range(look_at_stack(), 1, BACKTRACE_MAX);
		for (unsigned int f = 0; f < BACKTRACE_MAX; f++)
			assert_true(memchr(frames[f].function, 0, FUNCTION_MAX) != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STACK_TEST(test_linked_frames),
		CALL_STACK_TEST(test_caller_in_ra),
		CALL_STACK_TEST(test_jump_to_nowhere),
		CALL_STACK_TEST(test_hostile_stacks),
		CALL_STACK_TEST(test_stack_without_frame_pointers),
		CALL_STACK_TEST(test_random_tables),
	};

	return cmocka_run_group_tests_name("backtrace", tests, NULL, NULL);
}