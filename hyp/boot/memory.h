/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: the machine's memory, given to the page allocator and mapped. */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include "boot/machine.h"
#include "core/types.h"

/* Marks the hypervisor's image, the tree and the initial RAM disk as in use. */
void memory_reserve_boot(struct machine_tree *m, const void *tree);

/* Gives all usable memory to the page allocator; NULL or what is wrong. */
const char *memory_init(const struct machine_tree *m);

/*
 * Makes the hypervisor's own page tables: memory readable and writable, its
 * text read-only and executable, its constants read-only, the console's and the
 * finisher's registers. False: out of memory.
 */
bool memory_map_own(const struct machine_tree *m);

/* A stack with an unmapped page below it; its top, or 0: out of memory. */
u64 memory_map_stack(unsigned int hart_index);

/* What satp has to be; valid after memory_map_own(). */
u64 memory_satp(void);

#endif
