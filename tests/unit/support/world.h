/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine with one running process, the caller, whose hypercalls tests make
 * through the hypervisor's own dispatch. world_setup and world_teardown are
 * cmocka's; after each test everything has to be as before it, to the page.
 */
#ifndef UNIT_SUPPORT_WORLD_H
#define UNIT_SUPPORT_WORLD_H

#include "core/task.h"
#include "core/thread.h"

#include <floe/abi.h>

/* Memory of the caller: RW and committed, read-only, RX; the rest of its space is free. */
#define RW_BASE ((gpa_t)0x100000)
#define RW_PAGES ((u64)64)
#define RO_BASE ((gpa_t)0x200000)
#define RX_BASE ((gpa_t)0x300000)
#define UNMAPPED ((gpa_t)0x7000000000)

/* Parts of RW_BASE: a scratch area of each kind of argument, a page each. */
#define NAME_AT (RW_BASE + 0 * PAGE_SIZE)
#define EIID_AT (RW_BASE + 1 * PAGE_SIZE)
#define OUT_AT (RW_BASE + 2 * PAGE_SIZE)
#define IN_AT (RW_BASE + 3 * PAGE_SIZE)
#define BUFFER_AT (RW_BASE + 8 * PAGE_SIZE)

#define ROMFS_PAGES ((u64)6)

extern struct task *world_self; /* the caller; NULL once a test ended it */

/* Host memory of the ROMFS image that processes see; the test's own to fill. */
extern char world_romfs[];

int world_setup(void **state);
int world_teardown(void **state);
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* Only memory and hart, for tests without a process. */
int machine_setup(void **state);
int machine_teardown(void **state);
#define MACHINE_TEST(f) cmocka_unit_test_setup_teardown(f, machine_setup, machine_teardown)

/* The caller makes a hypercall of up to six arguments; a1 goes to world_value. */
extern u64 world_value;
Retcode world_call(u64 function, const u64 *arguments);
#define call(function, ...) world_call(function, (const u64[6]){ __VA_ARGS__ })

/* The same as an SBI call: a0, with a1 in world_value. */
i64 world_sbi(u64 extension, u64 function, const u64 *arguments);

/* The thread that runs takes an exception; gives the one that runs then. */
struct thread *world_exception(u64 cause, u64 pc, u64 address);

/* The caller's host memory at an address. */
void *at(gpa_t gpa);
void store(gpa_t gpa, const void *data, u64 bytes);
u32 load_u32(gpa_t gpa);
u64 load_u64(gpa_t gpa);

/* Who runs: after work was done, with its vCPU on the hart. */
struct thread *world_run(void);

/* Objects that went, reports and output: nothing is left to do afterwards. */
void world_settle(void);

/* The end of a space that is no process's, with what it leaves. */
void end_space(struct vm *space);

/* A process of the caller's in that state (of a task that ended: by itself, code 7). */
Handle world_task(const char *name, TaskState state);
struct task *world_task_of(Handle handle);
/* Ends it, if it has not ended, and closes the handle: nothing of it is left. */
void let_go(Handle task);

/* Another thread of the caller, standard and of priority 3; its handle is at OUT_AT. */
struct thread *world_thread(u64 flags, u64 stack_bytes);

/* An MDL of the caller of npages with that access, as VmSeg at IN_AT. */
Handle world_mdl(u64 npages, u32 prot);

#endif
