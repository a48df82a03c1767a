/* SPDX-License-Identifier: Apache-2.0 */
/* What arch/entry.S calls. */
#ifndef BOOT_MAIN_H
#define BOOT_MAIN_H

#include "core/types.h"

struct hart;

/* The boot hart's state; tp points to it from the first C instruction on. */
extern struct hart boot_hart;

/* satp of the hypervisor's own page tables, for secondary harts. */
extern u64 boot_satp;

/* Not 0: the harts are set up, secondary ones may come. */
extern u32 harts_ready;

/* From the firmware: mhartid and the device tree. On the boot stack. */
_Noreturn void boot_main(u64 hart_id, const void *device_tree);

/* A secondary hart, on its own stack. */
_Noreturn void secondary_main(void);

#endif
