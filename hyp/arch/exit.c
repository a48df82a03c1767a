/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits of a guest: decoded to a TaskFault and one of four actions, on
 * which guest_exit() acts.
 */
#include "arch/exit.h"

#include "api/api.h"
#include "arch/layout.h"
#include "arch/remote.h"
#include "core/lock.h"
#include "core/task.h"
#include "core/trace.h"

#define INSTRUCTION_WFI 0x10500073u

enum exit_action {
	EXIT_RESUME,         /* go on where the pc points to now */
	EXIT_FAULT,          /* an exception that nobody in the guest takes */
	EXIT_VECTOR_FAILED,  /* the guest's trap vector refused the exception in *fault */
	EXIT_HANDLER_RETURN, /* an exception handler has returned */
};

static u32 access_of(u64 cause)
{
	u32 bit = cause < 32 ? 1u << cause : 0;

	if (bit & CAUSES_OF_FETCH)
		return VMM_FLAG_EXECUTE;
	if (bit & CAUSES_OF_LOAD)
		return VMM_FLAG_READ;
	return bit & CAUSES_OF_STORE ? VMM_FLAG_WRITE : 0;
}

/* HLVX.HU: two bytes of code, as the guest that this hart comes from would fetch them. */
static bool fetch(u64 address, u64 *half)
{
	return instruction_try(".insn r 0x73, 4, 0x32, %1, %2, x3", *half, address);
}

/* The instruction at the pc: as the hart gives it, or fetched, if it can be. */
static void read_instruction(TaskFault *f)
{
	u64 vector, sepc, sstatus, hstatus, half, upper;

	/* Where the hart gives the instruction itself, that is right in any case. */
	if ((f->cause == CAUSE_ILLEGAL_INSTRUCTION || f->cause == CAUSE_VIRTUAL_INSTRUCTION) &&
	    f->address) {
		f->instruction = (u32)f->address;
		f->instructionSize = (f->address & 3) == 3 ? 4 : 2;
		return;
	}
	sepc = csr_read(sepc);
	sstatus = csr_read(sstatus);
	hstatus = csr_read(hstatus);
	vector = csr_swap(stvec, (u64)probe_trap);
	if (fetch(f->pc, &half)) {
		f->instruction = (u32)half;
		f->instructionSize = 2;
		/* Half of a long one may be all that is mapped. */
		if ((half & 3) == 3 && fetch(f->pc + 2, &upper)) {
			f->instruction |= (u32)upper << 16;
			f->instructionSize = 4;
		}
	}
	csr_write(stvec, vector);
	csr_write(hstatus, hstatus);
	csr_write(sstatus, sstatus);
	csr_write(sepc, sepc);
}

static inline void set_fault(TaskFault *f, u64 cause, u64 pc, u64 address)
{
	*f = (TaskFault){ .cause = cause, .pc = pc, .address = address };
	f->access = access_of(cause);
}

/* An exception that came to the hypervisor directly. */
static void direct_fault(TaskFault *f, u64 cause)
{
	set_fault(f, cause, csr_read(sepc), csr_read(stval));
	if (cause >= CAUSE_FETCH_GUEST_PAGE_FAULT && f->access) {
		f->twoStage = true;
		f->gpa = csr_read(htval) << 2 | (f->address & 3);
	}
}

/* An exception of the guest's own level, as it stands in the VS CSRs. */
static void delegated_fault(TaskFault *f)
{
	set_fault(f, csr_read(vscause), csr_read(vsepc), csr_read(vstval));
}

static enum exit_action guest_page_fault(struct thread *t, TaskFault *f, TaskFault *vector)
{
	u64 vstvec = csr_read(vstvec) & ~3ul, htinst = csr_read(htinst);
	u32 access = f->access;
	enum vm_touch touch;

	/* A walk through a table of the guest's own: what that does, not what it is for. */
	if ((htinst & ~HTINST_IMPLICIT_WRITE) == HTINST_IMPLICIT)
		access = htinst & HTINST_IMPLICIT_WRITE ? VMM_FLAG_WRITE : VMM_FLAG_READ;
	touch = vm_touch(&t->task->vm, f->gpa, access);
	if (touch == VM_TOUCH_OK)
		return EXIT_RESUME;
	if (touch == VM_TOUCH_NO_MEMORY)
		f->kind = TaskFaultOutOfMemory;
	/* A fetch at the trap vector: what counts is why the guest went there. */
	if (f->access == VMM_FLAG_EXECUTE && f->pc == vstvec && csr_read(vsepc)) {
		*vector = *f;
		delegated_fault(f);
		return EXIT_VECTOR_FAILED;
	}
	return EXIT_FAULT;
}

static enum exit_action virtual_instruction(TaskFault *f)
{
	bool supervisor = (csr_read(hstatus) & HSTATUS_SPVP) != 0;

	read_instruction(f);
	if (f->instruction != INSTRUCTION_WFI || !supervisor)
		return EXIT_FAULT;
	csr_write(sepc, f->pc + 4);
	thread_wait_for_interrupt();
	return EXIT_RESUME;
}

/*
 * With paging of its own a guest can fault on its trap vector for ever, and
 * nothing of that reaches us. An interrupt finds it there.
 */
static bool is_stuck_at_vector(u64 pc)
{
	return pc == (csr_read(vstvec) & ~3ul) && pc == csr_read(vsepc) &&
	       csr_read(vscause) == CAUSE_FETCH_PAGE_FAULT;
}

/* False: there is a fault to be seen to as well. */
static inline bool interrupt(u64 cause)
{
	if (cause == CAUSE_S_TIMER)
		sched_timer_interrupt();
	else
		remote_acknowledge();
	return !is_stuck_at_vector(csr_read(sepc));
}

/* A call that wants all registers, or that found the lock taken: the pc is still at it. */
static enum exit_action delayed_call(struct thread *t, TaskFault *f)
{
	u64 pc = csr_read(sepc);

	csr_write(sepc, pc + 4);
	if (call_make(t))
		return EXIT_RESUME;
	*f = (TaskFault){ .kind = TaskFaultPanic, .cause = CAUSE_BREAKPOINT, .pc = pc };
	return EXIT_FAULT;
}

static enum exit_action decode(struct thread *t, TaskFault *f, TaskFault *vector)
{
	u64 cause = csr_read(scause);

	if ((cause & CAUSE_INTERRUPT) || (cause == CAUSE_ECALL_VS && csr_read(sepc) == TRAP_PAGE)) {
		delegated_fault(f);
		trace(FloeTraceFault, f->cause, f->address);
		return EXIT_FAULT;
	}
	if (cause == CAUSE_ECALL_VS && csr_read(sepc) != HANDLER_RETURN)
		return delayed_call(t, f);
	direct_fault(f, cause);
	trace(FloeTraceFault, cause, f->address);
	switch (cause) {
	case CAUSE_ECALL_VS:
		return t->exception ? EXIT_HANDLER_RETURN : EXIT_FAULT;
	case CAUSE_FETCH_GUEST_PAGE_FAULT:
	case CAUSE_LOAD_GUEST_PAGE_FAULT:
	case CAUSE_STORE_GUEST_PAGE_FAULT:
		return guest_page_fault(t, f, vector);
	case CAUSE_VIRTUAL_INSTRUCTION:
		return virtual_instruction(f);
	default:
		return EXIT_FAULT;
	}
}

__attribute__((noinline)) static void take_trap(struct thread *t)
{
	TaskFault fault, vector; /* filled in where the action says so */
	enum exit_action action = decode(t, &fault, &vector);

	if (action == EXIT_RESUME)
		return;
	if (action == EXIT_HANDLER_RETURN) {
		fault_handler_returned((i32)t->vcpu.x[10]);
		return;
	}
	read_instruction(&fault);
	fault_raise(&fault, action == EXIT_VECTOR_FAILED ? &vector : NULL);
}

/* The lock is held. True: another thread goes on, and it is released. */
static inline bool preempt(void)
{
	struct turn turn = sched_preempt();

	if (!turn.next)
		return false;
	vcpu_turn(turn.next, turn.timer);
	return true;
}

void guest_exit(const struct thread *t, u64 why)
{
	struct hart *hart = this_hart();
	struct thread *next;

	if (why == WHY_TRAP) {
		u64 cause = csr_read(scause);

		lock_take();
		/* If it was put down meanwhile, it comes back to where it was, here or elsewhere.
		 */
		if (hart->current == t) {
			if (!(cause & CAUSE_INTERRUPT) || !interrupt(cause & ~CAUSE_INTERRUPT))
				take_trap(hart->current);
			else if (preempt())
				return;
			else
				trace(FloeTraceInterrupt, cause & ~CAUSE_INTERRUPT, 0);
		}
	}
	next = sched_work();
	if (next != hart->current && !hart->kicks) {
		vcpu_turn(next, hart->timer_at);
		return;
	}
	if (next != hart->current)
		vcpu_switch(next);
	lock_release_and_kick();
}
