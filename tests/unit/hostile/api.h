/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guests' API, for programs that use it: hostile processes whose memory, names,
 * registers and symbols are random, and calls that fail at random.
 */
#ifndef UNIT_HOSTILE_API_H
#define UNIT_HOSTILE_API_H

#include "unit.h"

#include "operator.h"

/* Handles are pids, and others. */
#define PIDS 24u
#define OTHER_HANDLE 0x1000u
#define REGIONS 3u /* each larger than a window */
#define REGION_STEP ((u64)0x100000)
#define MEMORY_SIZE ((size_t)0x40000)

/* All processes see the same bytes; most words in it point into it. */
extern u64 memory[MEMORY_SIZE / 8];

struct hostile_api {
	unsigned int handles, mappings; /* open ones */
	OperatorPage page;
};
extern struct hostile_api fake;

/* The same in every run, as all that follows. */
u64 any_number(void);
u64 below(u64 n);
bool one_in(u64 n);
void fill(void *to, size_t size);
/* An address that is likely to mean something. */
u64 some_address(void);

/* One handle more is open. */
Retcode new_handle(Handle *handle, u32 value);

#endif
