/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hypervisor's generator starts from. All that there is goes in; what
 * counts is the best of
 *
 *	Zkr            the hart's entropy source (RISC-V cryptography extensions,
 *	               volume I, chapter "Entropy Source"): 512 bits, of which that chapter
 *	               grants three quarters, twice what the generator's key holds
 *	rng-seed       of at least 32 bytes, which firmware left in the device tree
 *	timing jitter  only where there is neither: how long walks through memory
 *	               take, one bit for every eight that surprise
 */
#ifndef CORE_ENTROPY_H
#define CORE_ENTROPY_H

#include "core/types.h"

/*
 * Seeds the generator at boot, with `bytes` of firmware's at `seed` (NULL: none),
 * and gives the name of what it comes from. Takes bounded time, whatever the
 * sources do. The page allocator is up.
 */
const char *entropy_collect(const void *seed, u32 bytes);

#endif
