/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's image in memory, page aligned parts (hyp/floe.ld). */
#ifndef ARCH_IMAGE_H
#define ARCH_IMAGE_H

extern char image_start[], image_text_end[], image_rodata_end[], image_end[];

/* What stands on the page that a guest's traps and handlers end up on (arch/trap.S). */
#define TRAP_PAGE_CODE_SIZE 16
extern const char trap_page_code[TRAP_PAGE_CODE_SIZE];

#endif
