/* SPDX-License-Identifier: Apache-2.0 */
/* A caller that has faulted, with functions, a stack and a symbol table of the test's making. */
#ifndef SUPPORT_CALL_STACK_H
#define SUPPORT_CALL_STACK_H

#include "console/backtrace.h"
#include "support/world.h"

/* In the caller's memory: code in RX_BASE, a stack and the tables in RW_BASE. */
#define CODE(n) (RX_BASE + 0x100 * (n))
#define STACK (BUFFER_AT + 4096)
#define SYMBOLS (RW_BASE + 16 * PAGE_SIZE)
#define STRINGS (RW_BASE + 40 * PAGE_SIZE)

/* ELF64 as its specification has it. */
struct symbol {
	u32 name;
	u8 info, other;
	u16 section;
	u64 value, size;
};

#define FUNCTION 2
#define OBJECT 1

/* What the last look found, and how many turns it took. */
extern struct frame frames[BACKTRACE_MAX];
extern unsigned int turns;

/* cmocka's: the caller is in function 1, with no symbols. */
int call_stack_setup(void **state);
#define CALL_STACK_TEST(f) cmocka_unit_test_setup_teardown(f, call_stack_setup, world_teardown)

/* Its registers at the fault. */
HalTrapFrame *regs(void);

extern u32 nsymbols, strings_size;
void add_symbol(u64 value, u64 size, u8 type, const char *name);

/* A call in function n, and the address that it returns to. */
u64 call_site(u64 n);
void frame_at(u64 fp, u64 caller_fp, u64 ra);

/* The whole call stack: how many frames. */
unsigned int look_at_stack(void);
/* Asks for the symbol of one address, which frames[0] has then. */
void look_up(u64 pc);

#endif
