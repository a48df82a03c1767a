/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: the line that says how a partition ended, and the block that says
 * why one froze.
 *
 * A report waits for room on the console. While many wait, who wants to start a
 * process waits as well: children that crash in a loop fill neither the console
 * faster than it drains, nor memory with what is left of them.
 */
#ifndef CONSOLE_REPORT_H
#define CONSOLE_REPORT_H

#include "core/types.h"

struct task;

/* Reports the state (frozen or ended) that the task has just reached. */
void report_enqueue(struct task *task);

/* Does a report wait? */
bool report_pending(void);

/* Do so many wait that what will cause more has to wait as well? */
bool report_behind(void);

/* Writes waiting reports as far as there is room. */
void report_pump(void);

#endif
