/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of boot, in the order in which boot/main.c calls them, on one hart with the
 * lock held. What goes wrong is said in one sentence, or is want of memory.
 */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "boot/machine.h"

/* From arch/entry.S, on the boot stack: mhartid and the device tree, from the firmware. */
_Noreturn void boot_main(u64 hart_id, const void *device_tree);

/* The boot hart's state; tp points to it from the first C instruction on. */
extern struct hart boot_hart;

/* A test finisher, which unlike the firmware can say success or failure; size 0: none. */
void power_init(const struct device_registers *finisher);

/*
 * Gives the page allocator all memory but the hypervisor's image, the tree, the initial
 * RAM disk and what the tree reserves; NULL, or what is wrong.
 */
const char *memory_init(struct machine_tree *m, const void *tree);

/*
 * Makes the hypervisor's own page tables, and switches to them: memory readable and
 * writable, its text read-only and executable, its constants read-only, the registers of
 * the console and the finisher. NULL, or what is wrong. The device tree itself is mapped
 * wherever it lies: it is read until init starts.
 */
const char *memory_map_own(const struct machine_tree *m, const void *tree);

/* What satp is then, for arch/entry.S. */
extern u64 boot_satp;

/* A stack with an unmapped page below it; its top, or 0: out of memory. */
u64 memory_map_stack(unsigned int hart_index);

/*
 * Loads the first program from ROMFS as process 1, with all permissions, and
 * starts it: the one program that the hypervisor reads itself. It is init.elf,
 * or what the boot arguments name with init=FILE; bootargs may be NULL. NULL,
 * or what is wrong.
 */
const char *init_start(const char *bootargs);

/* That there is not enough memory for all that. */
extern const char init_no_memory[];

/* Not 0: the harts are set up, secondary ones may come. */
extern u32 harts_ready;

/* From arch/entry.S: a secondary hart, with its tp, on its own stack. */
_Noreturn void secondary_main(void);

#endif
