/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations on cache blocks (RISC-V CMO extensions), and memory types other than
 * write-back (RISC-V privileged specification, chapter "Svpbmt"; machine.memory_types),
 * which need them.
 */
#ifndef ARCH_CACHE_H
#define ARCH_CACHE_H

#include "core/types.h"

/*
 * Between accesses to the same memory with different types, by whomever: writes
 * back and drops what caches hold of npages, and orders what was before and what
 * comes after.
 */
void cache_flush(const void *page, u64 npages);

#endif
