/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as a whole: its end. */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include "core/types.h"

struct task;

/*
 * The init process has ended or frozen: its verdict is the machine's. The
 * machine powers off before a guest runs again, when all output is out.
 */
void system_end(const struct task *init);

/* Powers off at once, with success or failure. Boot and panic use it too. */
_Noreturn void system_power_off(bool success);

/* What is left to do after system_end(), by sched_work(): powers off. */
void system_check(void);

#endif
