/* SPDX-License-Identifier: Apache-2.0 */
/* A process with an image, a stack and a heap, and readers of its core file. */
#ifndef SUPPORT_CORE_SESSION_H
#define SUPPORT_CORE_SESSION_H

#include "core/types.h"
#include "inspect/bytes.h"
#include "inspect/core_file.h"
#include "support/frozen.h"

#define IMAGE 0x3000000000u
#define STACK 0x4000000000u
#define HEAP 0x5000000000u
#define PAGE 4096u
#define HEAP_PAGES 2100u
#define FILE_MAX 0x900000u

/* ELF64 as its specification has it. */
struct phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

extern struct core_file core;
extern uint8_t *image, *stack, *heap; /* 4, 16 and HEAP_PAGES pages of the process */
extern uint8_t file[FILE_MAX];
extern size_t file_size;

int core_session_setup(void **state);
int core_session_teardown(void **state);
#define CORE_TEST(f) cmocka_unit_test_setup_teardown(f, core_session_setup, core_session_teardown)

/* Makes the whole file. */
void write_core(void);

/* These fail the test where the file does not have what is asked for. */
u64 field(size_t offset, size_t size);
u32 header_count(void);
struct phdr header(u32 i);
/* Note number `nth` of a type: its contents and size; NULL: there is none. */
const uint8_t *note(u32 type, u32 nth, size_t *size);
/* All memory is in the file. */
void expect_contents(void);

#endif
