// SPDX-License-Identifier: Apache-2.0
/* Exception handlers where they cannot run, and what they leave. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/layout.h"
#include "core/exception.h"
#include "core/page.h"
#include "core/slab.h"
#include "fake/fake.h"
#include "support/memory.h"
#include "support/world.h"

#include <string.h>

#define PROCESS_HANDLER (RX_BASE + 0x100)
#define THREAD_HANDLER (RX_BASE + 0x200)
#define STACK_AT (RW_BASE + 16 * PAGE_SIZE)
#define FRAME_AT BUFFER_AT

static struct task *ended;
static struct task *idle;

/* With a handler, and somebody else to run when the caller has ended. */
static int setup(void **state)
{
	world_setup(state);
	idle = world_task_of(world_task("idle", TaskStateRunning));
	sched_set_policy(fake_hart.current, ThreadSchedPolicyFifo, 1, 0);
	assert_rc(call(FloeFnTaskSetExceptionHandler, PROCESS_HANDLER), rcOk);
	csr_write(hstatus, HSTATUS_SPV | HSTATUS_SPVP);
	csr_write(vsstatus, 0);
	csr_write(vsatp, 0);
	fake_hart.current->vcpu.x[2] = STACK_AT + 4;
	ended = world_self;
	object_get(&ended->object);
	return 0;
}

static int teardown(void **state)
{
	if (ended->state == TaskStateEnded)
		world_self = NULL;
	task_end(idle, TaskExitTerminated, 0);
	object_put(&ended->object);
	csr_write(vsatp, 0);
	return world_teardown(state);
}

static struct thread *fault(void)
{
	struct thread *t = fake_hart.current;

	world_exception(CAUSE_STORE_GUEST_PAGE_FAULT, RX_BASE + 4, UNMAPPED);
	return t;
}

/* An exception of the guest's own level, whose vector is the trap page. */
static struct thread *break_with(u64 vsstatus)
{
	struct thread *t = fake_hart.current;

	csr_write(vsstatus, vsstatus);
	csr_write(vsepc, RX_BASE + 4);
	csr_write(vscause, CAUSE_BREAKPOINT);
	csr_write(vstval, 0);
	world_exception(CAUSE_ECALL_VS, TRAP_PAGE, 0);
	return t;
}

static void return_from_handler(struct thread *t, u64 result)
{
	t->vcpu.x[10] = result;
	world_exception(CAUSE_ECALL_VS, HANDLER_RETURN, 0);
}

static void assert_unhandled(TaskFaultHandler handler)
{
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->fault.fault.cause, CAUSE_STORE_GUEST_PAGE_FAULT);
	assert_int_equal(ended->fault.fault.address, UNMAPPED);
	assert_int_equal(ended->fault.handler, handler);
}

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

/* Interrupts are enabled again as sret would, and no more. */
static void test_interrupts(void **state)
{
	struct thread *t;

	(void)state;
	t = break_with(SSTATUS_SPP | SSTATUS_SPIE);
	assert_non_null(t->exception);
	assert_int_equal(csr_read(vsstatus), SSTATUS_SPIE | SSTATUS_SIE);
	return_from_handler(t, 1);
	assert_int_equal(csr_read(vsstatus), SSTATUS_SPIE | SSTATUS_SIE);
	assert_int_equal(csr_read(sepc), RX_BASE + 4);
	break_with(SSTATUS_SPP);
	assert_int_equal(csr_read(vsstatus), SSTATUS_SPIE);
	return_from_handler(t, 1);
	/* The guest did not see this trap. */
	csr_write(vsstatus, SSTATUS_SPP);
	csr_write(hstatus, HSTATUS_SPV | HSTATUS_SPVP);
	fault();
	assert_int_equal(csr_read(vsstatus), SSTATUS_SPP);
	return_from_handler(t, 1);
	assert_int_equal(csr_read(vsstatus), SSTATUS_SPP);
}

/* What nobody handled is shown as it was, whatever the handlers did to CSRs. */
static void test_refused_shows_the_exception(void **state)
{
	struct thread *t = break_with(SSTATUS_SPP | SSTATUS_SPIE);

	(void)state;
	return_from_handler(t, 0);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->fault.frame.sstatus, SSTATUS_SPP | SSTATUS_SPIE);
	assert_int_equal(ended->fault.frame.pc, RX_BASE + 4);
	assert_int_equal(ended->fault.handler, TaskFaultHandlerNone);
}

static void test_frame(void **state)
{
	struct thread *t = fake_hart.current;
	HalTrapFrame frame;

	(void)state;
	for (unsigned int i = 3; i < 32; i++)
		t->vcpu.x[i] = 1000 + i;
	fault();
	assert_rc(call(FloeFnGetLastTrapFrame, FRAME_AT), rcOk);
	memcpy(&frame, at(FRAME_AT), sizeof(frame));
	assert_int_equal(frame.x[0], 0);
	assert_int_equal(frame.x[2], STACK_AT + 4);
	for (unsigned int i = 3; i < 32; i++)
		assert_int_equal(frame.x[i], 1000 + i);
	assert_int_equal(frame.pc, RX_BASE + 4);
	assert_int_equal(frame.scause, CAUSE_STORE_GUEST_PAGE_FAULT);
	assert_int_equal(frame.stval, UNMAPPED);
	for (unsigned int i = 0; i < 32; i++)
		frame.x[i] = 2000 + i;
	frame.pc = RX_BASE + 0x40;
	store(FRAME_AT, &frame, sizeof(frame));
	assert_rc(call(FloeFnSetLastTrapFrame, FRAME_AT), rcOk);
	return_from_handler(t, 1);
	for (unsigned int i = 1; i < 32; i++)
		assert_int_equal(t->vcpu.x[i], 2000 + i);
	assert_int_equal(t->vcpu.x[0], (u64)&fake_hart);
	assert_int_equal(csr_read(sepc), RX_BASE + 0x40);
	assert_rc(call(FloeFnGetLastTrapFrame, FRAME_AT), rcInvalidOperation);
}

/* A handler that ends its thread, its process, or takes the handlers away. */
static void test_exit_in_a_handler(void **state)
{
	struct thread *t;

	(void)state;
	t = fault();
	assert_non_null(t->exception);
	call(FloeFnTaskExit, 3);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->exit_status, TaskExitNormal);
	assert_int_equal(ended->exit_code, 3);
}

static void test_thread_exit_in_a_handler(void **state)
{
	struct thread *t;

	(void)state;
	t = fault();
	assert_non_null(t->exception);
	call(FloeFnThreadExit, 4);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->exit_status, TaskExitNormal);
	assert_int_equal(ended->exit_code, 4);
}

static void test_handlers_removed_meanwhile(void **state)
{
	struct thread *t;

	(void)state;
	assert_rc(call(FloeFnThreadSetExceptionHandler, THREAD_HANDLER), rcOk);
	t = fault();
	assert_rc(call(FloeFnTaskSetExceptionHandler, 0), rcOk);
	assert_rc(call(FloeFnThreadSetExceptionHandler, 0), rcOk);
	return_from_handler(t, 0);
	assert_unhandled(TaskFaultHandlerNone);
}

/* What a handler sets before it refuses counts for nobody. */
static void test_set_and_refused(void **state)
{
	struct thread *t;
	HalTrapFrame frame;

	(void)state;
	assert_rc(call(FloeFnThreadSetExceptionHandler, THREAD_HANDLER), rcOk);
	t = fault();
	for (unsigned int turn = 0; turn < 2; turn++) {
		assert_int_equal(csr_read(sepc), turn ? THREAD_HANDLER : PROCESS_HANDLER);
		assert_rc(call(FloeFnGetLastTrapFrame, FRAME_AT), rcOk);
		memcpy(&frame, at(FRAME_AT), sizeof(frame));
		assert_int_equal(frame.x[2], STACK_AT + 4);
		assert_int_equal(frame.pc, RX_BASE + 4);
		frame.x[2] = UNMAPPED;
		frame.pc = RX_BASE;
		store(FRAME_AT, &frame, sizeof(frame));
		assert_rc(call(FloeFnSetLastTrapFrame, FRAME_AT), rcOk);
		return_from_handler(t, 0);
	}
	assert_unhandled(TaskFaultHandlerNone);
	assert_int_equal(ended->fault.frame.x[2], STACK_AT + 4);
	assert_int_equal(ended->fault.frame.pc, RX_BASE + 4);
}

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

/* A thread's handler that is the only one is asked once. */
static void test_alone_and_refused(void **state)
{
	struct thread *t;

	(void)state;
	assert_rc(call(FloeFnTaskSetExceptionHandler, 0), rcOk);
	assert_rc(call(FloeFnThreadSetExceptionHandler, THREAD_HANDLER), rcOk);
	t = fault();
	assert_int_equal(csr_read(sepc), THREAD_HANDLER);
	return_from_handler(t, 0);
	assert_unhandled(TaskFaultHandlerNone);
}

/* f registers of the handler are no longer the thread's. */
static void test_f_registers(void **state)
{
	struct thread *t = fault();

	(void)state;
	csr_set(sstatus, SSTATUS_FS_DIRTY);
	return_from_handler(t, 1);
	assert_int_equal(t->vcpu.used, 0);
	assert_ptr_equal(fake_cpu.fp_loaded, t->vcpu.f);
}

/* Some vector state, which the caller has just changed. */
static void change_vectors(u64 vl)
{
	fake_cpu.vl = vl;
	csr_set(sstatus, SSTATUS_VS_DIRTY);
}

static void have_vectors(void)
{
	machine.vector_bytes = sizeof(struct vector) + 32 * 16;
	list_first(&idle->threads, struct thread, task_link)->vcpu.vector =
		mem_alloc(machine.vector_bytes);
	fake_hart.current->vcpu.vector = mem_alloc(machine.vector_bytes);
	change_vectors(7);
}

/* So are its v registers, which are kept beside the rest. */
static void test_v_registers(void **state)
{
	struct thread *t;

	(void)state;
	have_vectors();
	t = fault();
	assert_int_equal(t->vcpu.vector->vl, 7);
	change_vectors(9);
	return_from_handler(t, 1);
	assert_int_equal(t->vcpu.vector->vl, 7);
	assert_int_equal(fake_cpu.vl, 7);
	assert_int_equal(t->vcpu.used, SWITCH_V_HELD);
}

static void test_no_memory_for_v_registers(void **state)
{
	(void)state;
	have_vectors();
	memory_fail(FAIL_ONE, 1);
	fault();
	assert_true(memory_fail_end());
	assert_unhandled(TaskFaultHandlerNone);
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

/* Returning without having been called is an exception as any other. */
static void test_return_without_a_call(void **state)
{
	struct thread *t = fake_hart.current;

	(void)state;
	world_exception(CAUSE_ECALL_VS, HANDLER_RETURN, 0);
	assert_non_null(t->exception);
	assert_int_equal(t->exception->fault.cause, CAUSE_ECALL_VS);
	assert_int_equal(csr_read(sepc), PROCESS_HANDLER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_paging),
		TEST(test_user_mode),
		TEST(test_user_mode_at_the_trap_page),
		TEST(test_no_memory),
		TEST(test_stack_at_0),
		TEST(test_stack_at_1),
		TEST(test_stack_at_40),
		TEST(test_stack_at_2_39),
		TEST(test_stack_above_2_40),
		TEST(test_stack_at_2_63),
		TEST(test_stack_at_the_end),
		TEST(test_stack_of_code),
		TEST(test_stack_in_the_trap_page),
		TEST(test_stack_just_too_low),
		TEST(test_interrupts),
		TEST(test_refused_shows_the_exception),
		TEST(test_frame),
		TEST(test_exit_in_a_handler),
		TEST(test_thread_exit_in_a_handler),
		TEST(test_handlers_removed_meanwhile),
		TEST(test_set_and_refused),
		TEST(test_second_has_no_stack),
		TEST(test_alone_and_refused),
		TEST(test_f_registers),
		TEST(test_v_registers),
		TEST(test_no_memory_for_v_registers),
		TEST(test_panic),
		TEST(test_panic_in_a_handler),
		TEST(test_return_without_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
