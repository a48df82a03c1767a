/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a partition: what the decoded exit says, the record that is kept
 * of it, and the one place that decides what becomes of the partition.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/types.h"

struct thread;

enum fault_kind {
	FAULT_EXCEPTION,     /* as scause says */
	FAULT_PANIC,         /* KnTaskPanic */
	FAULT_OUT_OF_MEMORY, /* a first touch found no memory */
};

/* A decoded exit. Arch code fills it in; core/fault.c acts on it. */
struct fault {
	enum fault_kind kind;
	u64 cause;      /* scause */
	u64 pc;         /* guest virtual */
	u64 address;    /* guest virtual, for memory; else stval */
	gpa_t gpa;      /* guest physical, where the second stage refused */
	u32 access;     /* wanted: one VMM_FLAG_*; 0: not about memory */
	bool two_stage; /* the second stage refused it */
	u32 instruction;
	u32 instruction_size; /* 2 or 4; 0: not known */
};

/* The region that an address lay in; npages 0: none. */
struct fault_region {
	gpa_t base;
	u64 npages;
	u32 prot;
};

struct fault_record {
	struct fault fault;
	u32 mapped; /* access mapped at the address; 0: nothing */
	struct fault_region at_pc, at_address;
	HalTrapFrame frame;
	ThreadCsrs csrs;
	Tid tid;
	/* The guest's own trap handler could not run: why. */
	bool handler_failed;
	struct fault handler;
	u32 handler_mapped;
};

/*
 * The current thread took an exception that its own handler, if it had one,
 * could not take. `handler`: why that could not run, or NULL. Ends or freezes
 * the partition; the thread is gone or halted afterwards.
 */
void fault_unhandled(const struct fault *fault, const struct fault *handler);

/* The fault in the API's words. */
HalExceptionCode fault_code(const struct fault *fault);

/* The cause in the words of the privileged specification, lower case. */
const char *fault_name(const struct fault *fault);

#endif
