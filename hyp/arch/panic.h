/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the hypervisor itself. Relies on nothing that boot sets up: writes
 * through SBI calls, on a stack of its own when a trap was the reason.
 */
#ifndef ARCH_PANIC_H
#define ARCH_PANIC_H

#include "core/types.h"

/* From arch/trap.S: x registers at the time of a trap in the hypervisor. */
_Noreturn void panic_trap(const u64 *x);

#endif
