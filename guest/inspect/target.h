/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frozen process as the gdb server and the core writer see it. Whoever has
 * one fills this in; what stands behind the functions (hypercalls, a test) is
 * no matter here. All of it is untrusted but for its types: addresses, sizes
 * and contents may be anything, and memory that is shared with a running
 * process may change between two reads.
 *
 * Addresses and sizes are in bytes, texts end with a NUL. Nothing
 * here changes the process but kill.
 */
#ifndef INSPECT_TARGET_H
#define INSPECT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSPECT_PAGE 4096u
#define INSPECT_NAME 32 /* bytes of a name with its NUL */

/* The privileged registers of a thread, in the order of inspect_csrs[] in registers.h. */
enum inspect_csr {
	INSPECT_VSSTATUS,
	INSPECT_VSIE,
	INSPECT_VSTVEC,
	INSPECT_VSSCRATCH,
	INSPECT_VSEPC,
	INSPECT_VSCAUSE,
	INSPECT_VSTVAL,
	INSPECT_VSATP,
	INSPECT_HVIP,
	INSPECT_HSTATUS,
	INSPECT_SCAUSE,
	INSPECT_STVAL,
	INSPECT_CSR_COUNT,
};

struct inspect_thread {
	uint32_t tid; /* above 0, below 2^31 */
	uint64_t x[32];
	uint64_t pc;
	uint64_t f[32];
	uint32_t fcsr;
	uint64_t csr[INSPECT_CSR_COUNT];
};

/* Access of a region: the bits of VMM_FLAG_* and in reverse order those of ELF. */
enum {
	INSPECT_READ = 1u << 0,
	INSPECT_WRITE = 1u << 1,
	INSPECT_EXECUTE = 1u << 2,
};

struct inspect_region {
	uint64_t base, size; /* page multiples */
	uint32_t flags;
	char name[INSPECT_NAME]; /* what it is: a segment, a stack; may be empty */
};

enum inspect_fault_kind {
	INSPECT_FAULT_EXCEPTION, /* as cause says */
	INSPECT_FAULT_PANIC,
	INSPECT_FAULT_OUT_OF_MEMORY,
};

/* An exception as the hypervisor recorded it; unknown or not applicable: 0. */
struct inspect_exception {
	uint32_t kind;      /* enum inspect_fault_kind */
	uint32_t access;    /* wanted, INSPECT_*; 0: not about memory */
	uint32_t mapped;    /* access that was mapped there */
	uint32_t two_stage; /* 1: the second stage refused it */
	uint64_t cause;     /* scause */
	uint64_t pc;
	uint64_t address;     /* guest virtual; else stval */
	uint64_t gpa;         /* guest physical, with two_stage */
	uint32_t instruction; /* its bits */
	uint32_t instruction_size;
};

/* What the second exception of a fault is. */
enum inspect_second {
	INSPECT_SECOND_NONE,
	INSPECT_SECOND_VECTOR,   /* why the process's own trap vector could not run */
	INSPECT_SECOND_FUNCTION, /* why its exception handler could not run */
	INSPECT_SECOND_BUSY,     /* what its exception handler was running for */
};

struct inspect_fault {
	struct inspect_exception exception;
	uint32_t second_is; /* enum inspect_second */
	struct inspect_exception second;
	char text[128]; /* in words, as in the report: "load guest-page fault on 0x0, ..." */
};

struct inspect_target {
	uint32_t pid; /* above 0, below 2^31 */
	char name[INSPECT_NAME];
	char image[INSPECT_NAME]; /* the ELF file's bare name; may be empty */
	uint64_t load_offset;     /* of a position-independent image, else 0 */
	uint64_t entry;           /* with the offset; 0: not known */
	uint32_t thread_count;    /* the one that faulted comes first */
	struct inspect_fault fault;

	void *context; /* for the functions */
	/* Gives thread number `index`; false if there is none. */
	bool (*thread)(void *context, uint32_t index, struct inspect_thread *thread);
	/*
	 * Gives the lowest region whose base is above `after`, or the lowest
	 * of all where `first`; false at the end.
	 */
	bool (*region)(void *context, bool first, uint64_t after, struct inspect_region *region);
	/*
	 * Reads up to `size` bytes and gives how many could be read from the
	 * start on: 0 where nothing is mapped at `address`. The range does not
	 * go beyond the last address of all; `size` is above 0.
	 */
	size_t (*read)(void *context, uint64_t address, void *to, size_t size);
	/*
	 * How many bytes from `address` on are zero, as far as that is known
	 * without reading them: untouched memory, of which there can be far
	 * more than anyone could read. 0: not known. May be NULL.
	 */
	uint64_t (*untouched)(void *context, uint64_t address);
	/* Ends the process and frees its memory. False if that failed. */
	bool (*kill)(void *context);
};

#endif
