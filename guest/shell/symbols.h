/* SPDX-License-Identifier: Apache-2.0 */
/* Function names from the symbol tables in a frozen process's own memory. */
#ifndef SHELL_SYMBOLS_H
#define SHELL_SYMBOLS_H

#include "target.h"

enum {
	FUNCTION_NAME = 96, /* bytes that are shown */
	FRAMES_MAX = 64,
};

struct frame {
	uint64_t pc;
	uint64_t offset;              /* from the function's start */
	char function[FUNCTION_NAME]; /* empty: not known */
};

/*
 * Names what can be named of up to FRAMES_MAX frames, in one pass over the
 * table. The first is where a thread stands, the others are return addresses.
 */
void symbols_resolve(struct target *target, struct frame *frames, unsigned count);

#endif
