// SPDX-License-Identifier: Apache-2.0
/* Exceptions that no handler can be called for, and panics, which are for none. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/layout.h"
#include "fake/fake.h"
#include "support/faulting.h"

static void test_own_paging(void **state)
{
	(void)state;
	csr_write(vsatp, (u64)8 << 60);
	fault();
	assert_unhandled(TaskFaultHandlerNone);
}

static void test_user_mode(void **state)
{
	(void)state;
	csr_write(hstatus, HSTATUS_SPV);
	fault();
	assert_unhandled(TaskFaultHandlerNone);
}

static void test_user_mode_at_the_trap_page(void **state)
{
	(void)state;
	break_with(SSTATUS_SPIE);
	assert_int_equal(ended->state, TaskStateEnded);
}

static void test_no_memory(void **state)
{
	(void)state;
	memory_fail(FAIL_FROM, 0);
	fault();
	assert_true(memory_fail_end());
	assert_unhandled(TaskFaultHandlerNone);
}

static void bad_stack(u64 sp)
{
	fake_hart.current->vcpu.x[2] = sp;
	fault();
	assert_unhandled(TaskFaultHandlerFunction);
	assert_int_equal(ended->fault.atHandler.address, (sp - sizeof(ExceptionInfo)) & ~15ul);
	assert_int_equal(ended->fault.frame.x[2], sp);
}

#define BAD_STACK(name, sp)                                                                        \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		bad_stack(sp);                                                                     \
	}

BAD_STACK(test_stack_at_0, 0)
BAD_STACK(test_stack_at_1, 1)
BAD_STACK(test_stack_at_40, 40)
BAD_STACK(test_stack_at_2_39, (u64)1 << 39)
BAD_STACK(test_stack_above_2_40, ((u64)1 << 40) + 8)
BAD_STACK(test_stack_at_2_63, (u64)1 << 63)
BAD_STACK(test_stack_at_the_end, ~(u64)0)
BAD_STACK(test_stack_of_code, RX_BASE + 0x800)
BAD_STACK(test_stack_in_the_trap_page, TRAP_PAGE + 0x800)
BAD_STACK(test_stack_just_too_low, RW_BASE + 31)

/* The first handler takes the stack away. */
static void test_second_has_no_stack(void **state)
{
	struct thread *t;

	(void)state;
	assert_rc(call(FloeFnThreadSetExceptionHandler, THREAD_HANDLER), rcOk);
	t = fault();
	assert_rc(call(FloeFnVmProtect, STACK_AT - PAGE_SIZE, 2 * PAGE_SIZE, VMM_FLAG_READ), rcOk);
	return_from_handler(t, 0);
	assert_unhandled(TaskFaultHandlerFunction);
}

static void test_panic(void **state)
{
	(void)state;
	call(FloeFnTaskPanic, 0);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->fault.fault.kind, TaskFaultPanic);
	assert_int_equal(ended->fault.handler, TaskFaultHandlerNone);
}

/* Panic is for no handler, and inside one as well. */
static void test_panic_in_a_handler(void **state)
{
	(void)state;
	fault();
	call(FloeFnTaskPanic, 0);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->fault.fault.kind, TaskFaultPanic);
	assert_int_equal(ended->fault.handler, TaskFaultHandlerNone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULTING_TEST(test_own_paging),
		FAULTING_TEST(test_user_mode),
		FAULTING_TEST(test_user_mode_at_the_trap_page),
		FAULTING_TEST(test_no_memory),
		FAULTING_TEST(test_stack_at_0),
		FAULTING_TEST(test_stack_at_1),
		FAULTING_TEST(test_stack_at_40),
		FAULTING_TEST(test_stack_at_2_39),
		FAULTING_TEST(test_stack_above_2_40),
		FAULTING_TEST(test_stack_at_2_63),
		FAULTING_TEST(test_stack_at_the_end),
		FAULTING_TEST(test_stack_of_code),
		FAULTING_TEST(test_stack_in_the_trap_page),
		FAULTING_TEST(test_stack_just_too_low),
		FAULTING_TEST(test_second_has_no_stack),
		FAULTING_TEST(test_panic),
		FAULTING_TEST(test_panic_in_a_handler),
	};

	return cmocka_run_group_tests_name("exception_unhandled", tests, NULL, NULL);
}
