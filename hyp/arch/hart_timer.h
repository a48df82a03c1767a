/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timer of this hart: stimecmp with Sstc, else the SBI's. An interrupt is
 * pending from the deadline until the timer is set to a later one.
 */
#ifndef ARCH_HART_TIMER_H
#define ARCH_HART_TIMER_H

#include "core/types.h"

/* Sets the deadline in ticks of the time CSR; TIME_NEVER: none. */
void hart_set_timer(u64 at);

/* Is its interrupt pending? */
bool hart_timer_pending(void);

#endif
