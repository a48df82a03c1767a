/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: the first process. */
#ifndef BOOT_INIT_H
#define BOOT_INIT_H

#include "core/types.h"

/*
 * Loads the first program from ROMFS as process 1, with all permissions, and
 * starts it: the one program that the hypervisor reads itself. It is init.elf,
 * or what the boot arguments name with init=FILE; bootargs may be NULL. NULL,
 * or what is wrong in one sentence.
 */
const char *init_start(const char *bootargs);

/* That there is not enough memory for all that, in one sentence. */
extern const char init_no_memory[];

#endif
