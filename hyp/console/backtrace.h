/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call stack of a frozen partition's faulting thread. Stack and symbol tables
 * are the guest's and hostile: nothing is followed without a look-up, and both
 * walks are bounded.
 */
#ifndef CONSOLE_BACKTRACE_H
#define CONSOLE_BACKTRACE_H

#include "core/types.h"

struct task;

#define BACKTRACE_MAX 32u
#define FUNCTION_MAX 96u /* bytes of a function's name that are shown */

struct frame {
	u64 pc;
	u64 offset;                  /* from the function's start */
	char function[FUNCTION_MAX]; /* empty: not known */
};

/* Fills in at most BACKTRACE_MAX frames, the faulting one first; returns how many. */
unsigned int backtrace(const struct task *task, struct frame *frames);

/* At most this many symbols are looked at. */
#define SYMBOLS_MAX 65536u

/*
 * Names what can be named, from the symbol tables that the process was loaded with, in one
 * pass over them.
 */
void symbols_resolve(const struct task *task, struct frame *frames, unsigned int count);

#endif
