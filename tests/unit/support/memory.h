/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host memory for the page allocator, and allocations that fail on demand.
 * Host-physical addresses are pointers, so any mapping of this process will do.
 */
#ifndef UNIT_SUPPORT_MEMORY_H
#define UNIT_SUPPORT_MEMORY_H

#include "core/types.h"

#define POOL_PAGES ((u64)4096)
#define GIB ((u64)1 << 30)

/* 2 GiB of address space, aligned to 1 GiB; pages come to be when they are touched. */
char *memory_area(void);

/*
 * The allocator gets POOL_PAGES of that area, filled with a pattern. Once per
 * program: the slabs know their pages.
 */
void memory_setup(void);

/* Which allocations fail: the n-th from now on, 0 the first. */
enum memory_failure {
	FAIL_ONE,  /* only that one */
	FAIL_FROM, /* that one and all that follow */
};
void memory_fail(enum memory_failure failure, unsigned int n);

/* Back to normal; did an allocation fail since? */
bool memory_fail_end(void);

#endif
