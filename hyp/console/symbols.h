/* SPDX-License-Identifier: Apache-2.0 */
/* Function names from the symbol tables that a process was loaded with. */
#ifndef CONSOLE_SYMBOLS_H
#define CONSOLE_SYMBOLS_H

#include "console/backtrace.h"

/* At most this many symbols are looked at. */
#define SYMBOLS_MAX 65536u

/* Names what can be named, in one pass over the table. */
void symbols_resolve(const struct task *task, struct frame *frames, unsigned int count);

#endif
