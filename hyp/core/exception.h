/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception handlers of a process (api.md, section 3): its own function, then
 * the thread's, called on the thread's stack with an ExceptionInfo there.
 *
 * The registers at the exception are kept here meanwhile. A handler returns to
 * the trap page, whose ecall brings it back to us: non-zero retries the
 * instruction with the registers that it has set, zero asks the next handler, as
 * if this one had set none.
 * An exception while a handler runs is nobody's to handle.
 */
#ifndef CORE_EXCEPTION_H
#define CORE_EXCEPTION_H

#include "arch/vcpu.h"

/* What a handler of a thread is busy with. */
struct exception {
	TaskFault fault;
	struct vcpu then;   /* at the exception */
	HalTrapFrame frame; /* of it, with what RtlSetLastTrapFrame() has changed */
	bool last_handler;  /* the thread's own runs: nobody is left to ask */
};

/*
 * Lets a handler run for record->fault of a thread that is put down. False: there is
 * none, or it cannot run, which the record's `handler` and `atHandler` then say.
 */
bool exception_deliver(struct thread *thread, TaskFaultRecord *record);

/*
 * The handler of a thread that is put down has returned that. True: the guest goes on.
 * False: nobody is left who can handle what is record->fault now (and as above); the
 * registers are those at the exception.
 */
bool exception_returned(struct thread *thread, i32 result, TaskFaultRecord *record);

/* Forgets the exception that a handler is busy with, if there is one. */
void exception_drop(struct thread *thread);

#endif
