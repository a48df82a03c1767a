/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a partition: what the decoded exit says, the record that is kept
 * of it, and the one place that decides what becomes of the partition.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/types.h"

#include <floe/inspect.h>

struct thread;

enum fault_kind {
	FAULT_EXCEPTION,     /* as scause says */
	FAULT_PANIC,         /* KnTaskPanic */
	FAULT_OUT_OF_MEMORY, /* a first touch found no memory */
};

/* A decoded exit. Arch code fills it in; core/fault.c acts on it. Laid out as TaskFault. */
struct fault {
	enum fault_kind kind;
	u32 access;    /* wanted: one VMM_FLAG_*; 0: not about memory */
	u32 mapped;    /* in a record: access mapped at the address; 0: nothing */
	u32 two_stage; /* 1: the second stage refused it */
	u32 instruction;
	u32 instruction_size; /* 2 or 4; 0: not known */
	u64 cause;            /* scause */
	u64 pc;               /* guest virtual */
	u64 address;          /* guest virtual, for memory; else stval */
	gpa_t gpa;            /* guest physical, where the second stage refused */
};

/* What a fault_record's second fault is. */
enum fault_handler {
	HANDLER_NONE,
	HANDLER_VECTOR,   /* why the guest's trap vector could not run */
	HANDLER_FUNCTION, /* why its exception handler could not run */
	HANDLER_IS_BUSY,  /* what its exception handler was running for */
	HANDLER_RUNS,     /* never recorded: one handles it, or has */
};

/* Laid out as TaskFaultRecord, so that inspection copies it. */
struct fault_record {
	Tid tid;
	/* Of a guest that would have handled it itself: what came between. */
	enum fault_handler handler;
	struct fault fault, at_handler;
	TaskFaultRegion at_pc, at_address;
	HalTrapFrame frame;
	ThreadCsrs csrs;
};

/*
 * The current thread took an exception. Lets a handler of its process run, or
 * ends or freezes the partition; the thread is gone or halted then. `vector`:
 * why the guest's own trap vector could not run, or NULL.
 */
void fault_raise(const struct fault *fault, const struct fault *vector);

/* A handler of the current thread returned that; there is an exception. */
void fault_handler_returned(i32 result);

/* The fault in the API's words. */
HalExceptionCode fault_code(const struct fault *fault);

/* The cause in the words of the privileged specification, lower case. */
const char *fault_name(const struct fault *fault);

#endif
