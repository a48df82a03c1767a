/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call stack of a thread of a frozen process, by the frame pointers that
 * programs of the SDK keep, else by what on the stack looks like a return
 * address. The walk ends at whatever is no frame; it never fails.
 */
#ifndef SHELL_FRAMES_H
#define SHELL_FRAMES_H

#include "symbols.h"

/* Fills in at most FRAMES_MAX frames, with names, and gives how many. */
unsigned frames_walk(struct target *target, const KnThreadState *thread, struct frame *frames);

#endif
