/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen process made out of an ELF file. */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include "sdk/lib/elf_reader.h"
#include "support/frozen.h"

struct process {
	struct frozen frozen;
	struct elf_image elf;
	uint8_t *file;
	uint64_t offset; /* load offset */
};

/* These end the program with a sentence where the file is not as they need it. */

/* Loads the file; position-independent ones at `offset`. */
void process_load(struct process *p, const char *path, uint64_t offset);
/* Where a symbol of the image lies in the process. */
uint64_t process_symbol(const struct process *p, const char *name);
/*
 * Adds a thread with a stack of 64 KiB that ends at `top`, whose innermost
 * function of `calls`, a NULL-terminated list, is about to execute its first
 * instruction. Words of the stack that no call needs hold their own address.
 */
struct inspect_thread *process_thread(struct process *p, uint32_t tid, uint64_t top,
				      const char *const calls[]);

#endif
