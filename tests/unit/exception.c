// SPDX-License-Identifier: Apache-2.0
/* Exception handlers: which one is called, what it finds and changes, and what it leaves. */
#include "unit.h"

#include "arch/csr.h"
#include "arch/layout.h"
#include "core/exception.h"
#include "core/slab.h"
#include "fake/fake.h"
#include "support/faulting.h"

#include <string.h>

static void test_handled(void **state)
{
	struct thread *t;
	ExceptionInfo info;

	(void)state;
	assert_rc(call(FloeFnTaskSetExceptionHandler, PROCESS_HANDLER + 1), rcInvalidArgument);
	assert_rc(call(FloeFnTaskSetExceptionHandler, PROCESS_HANDLER), rcOk);
	assert_int_equal(world_value, PROCESS_HANDLER);
	t = fault();
	assert_ptr_equal(fake_hart.current, t);
	assert_non_null(t->exception);
	assert_int_equal(csr_read(sepc), PROCESS_HANDLER);
	assert_int_equal(t->vcpu.x[1], HANDLER_RETURN);
	assert_int_equal(t->vcpu.x[2], t->vcpu.x[10]);
	assert_int_equal(t->vcpu.x[2] & 15, 0);
	assert_in_range(t->vcpu.x[2], STACK_AT - 64, STACK_AT + 4 - sizeof(info));
	memcpy(&info, at(t->vcpu.x[10]), sizeof(info));
	assert_int_equal(info.type, HalExcAccess);
	assert_int_equal(info.code, CAUSE_STORE_GUEST_PAGE_FAULT);
	assert_int_equal(info.fault.addr, UNMAPPED);
	assert_int_equal(info.fault.access, HalAccessWrite);
	return_from_handler(t, 1);
	assert_null(t->exception);
	assert_int_equal(csr_read(sepc), RX_BASE + 4);
	for (unsigned int i = 3; i < 32; i++)
		assert_int_equal(t->vcpu.x[i], 1000 + i);
	assert_int_equal(t->vcpu.x[2], STACK_AT + 4);
}

static void test_second_handler(void **state)
{
	struct thread *t;

	(void)state;
	assert_rc(call(FloeFnThreadSetExceptionHandler, THREAD_HANDLER), rcOk);
	t = fault();
	return_from_handler(t, 0);
	assert_non_null(t->exception);
	assert_int_equal(csr_read(sepc), THREAD_HANDLER);
	return_from_handler(t, 1);
	assert_null(t->exception);
	assert_int_equal(csr_read(sepc), RX_BASE + 4);
}

static void test_refused(void **state)
{
	(void)state;
	return_from_handler(fault(), 0);
	assert_unhandled(TaskFaultHandlerNone);
	assert_int_equal(ended->exit_status, TaskExitUnexpected);
	assert_int_equal(ended->fault.frame.pc, RX_BASE + 4);
	assert_int_equal(ended->fault.frame.x[9], 1009);
}

/* What another thread's handler has dealt with meanwhile is not what this one refused. */
static void test_refused_after_another_threads(void **state)
{
	struct thread *t = fault(), *other = world_thread(0, 0);

	(void)state;
	sched_set_policy(other, ThreadSchedPolicyFifo, 31, 0);
	assert_ptr_equal(world_run(), other);
	other->vcpu.x[2] = STACK_AT - PAGE_SIZE;
	world_exception(CAUSE_LOAD_GUEST_PAGE_FAULT, RX_BASE + 8, UNMAPPED + 64);
	return_from_handler(other, 1);
	assert_int_equal(csr_read(sepc), RX_BASE + 8);
	call(FloeFnThreadExit, 0);
	assert_ptr_equal(world_run(), t);
	return_from_handler(t, 0);
	assert_unhandled(TaskFaultHandlerNone);
	assert_int_equal(ended->fault.tid, t->tid);
}

static void test_nested(void **state)
{
	(void)state;
	fault();
	world_exception(CAUSE_LOAD_GUEST_PAGE_FAULT, PROCESS_HANDLER + 4, UNMAPPED + 8);
	assert_int_equal(ended->state, TaskStateEnded);
	assert_int_equal(ended->exit_status, TaskExitUnexpected);
	assert_int_equal(ended->fault.fault.cause, CAUSE_LOAD_GUEST_PAGE_FAULT);
	assert_int_equal(ended->fault.fault.address, UNMAPPED + 8);
	assert_int_equal(ended->fault.handler, TaskFaultHandlerBusy);
	assert_int_equal(ended->fault.atHandler.cause, CAUSE_STORE_GUEST_PAGE_FAULT);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULTING_TEST(test_handled),
		FAULTING_TEST(test_second_handler),
		FAULTING_TEST(test_refused),
		FAULTING_TEST(test_refused_after_another_threads),
		FAULTING_TEST(test_nested),
		FAULTING_TEST(test_interrupts),
		FAULTING_TEST(test_refused_shows_the_exception),
		FAULTING_TEST(test_frame),
		FAULTING_TEST(test_exit_in_a_handler),
		FAULTING_TEST(test_thread_exit_in_a_handler),
		FAULTING_TEST(test_handlers_removed_meanwhile),
		FAULTING_TEST(test_set_and_refused),
		FAULTING_TEST(test_alone_and_refused),
		FAULTING_TEST(test_f_registers),
		FAULTING_TEST(test_v_registers),
		FAULTING_TEST(test_no_memory_for_v_registers),
		FAULTING_TEST(test_return_without_a_call),
	};

	return cmocka_run_group_tests_name("exception", tests, NULL, NULL);
}
