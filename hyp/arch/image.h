/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's image in memory, page aligned parts (hyp/floe.ld). */
#ifndef ARCH_IMAGE_H
#define ARCH_IMAGE_H

extern char image_start[], image_text_end[], image_rodata_end[], image_end[];

/* What stands on the page that is a guest's missing trap vector (arch/trap.S). */
#define TRAP_PAGE_CODE_SIZE 8
extern const char trap_page_code[TRAP_PAGE_CODE_SIZE];

#endif
