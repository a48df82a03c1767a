/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's image in memory, page aligned parts (hyp/floe.ld). */
#ifndef ARCH_IMAGE_H
#define ARCH_IMAGE_H

extern char image_start[], image_text_end[], image_rodata_end[], image_end[];

/*
 * The boot hart's stack, with which the part begins that can be written. So it ends, downwards, at
 * one that can't: an overflow traps. During the boot its lower end holds what only the boot needs,
 * in this order, and not zeroed before.
 */
extern char boot_stack_top[];
#define BOOT_ONLY(n) __attribute__((section(".stack." #n)))

/* What stands on the page that a guest's traps and handlers end up on (arch/trap.S). */
#define TRAP_PAGE_CODE_SIZE 16
extern const char trap_page_code[TRAP_PAGE_CODE_SIZE];

#endif
