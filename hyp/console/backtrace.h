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

/* The best symbol so far for one frame, and the region that it has to lie in. */
struct match {
	gpa_t low, high;
	u64 start; /* 0: none */
	u32 name;
	bool function;
};

struct backtrace {
	struct frame frames[BACKTRACE_MAX]; /* the faulting one first */
	struct match match[BACKTRACE_MAX];
	unsigned int count;
	bool guessed; /* the second one is, if it turns out to lie in another function */
	bool complete;
	u64 next; /* symbol to look at */
};

/* Walks the stack. */
void backtrace_begin(const struct task *task, struct backtrace *b);

/*
 * Looks at a portion of the symbols, for a table may be large, and each is compared with
 * each frame. True: that was the last one, and the frames are complete.
 */
bool backtrace_go_on(const struct task *task, struct backtrace *b);

/* At most this many symbols are looked at. */
#define SYMBOLS_MAX 65536u

/*
 * The same of what a frame's function is, from the symbol tables that the process was loaded
 * with; and names them then.
 */
void symbols_begin(const struct task *task, struct backtrace *b);
bool symbols_go_on(const struct task *task, struct backtrace *b);
void symbols_name(const struct task *task, struct backtrace *b);

#endif
