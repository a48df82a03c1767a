/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers: the ChaCha20 block function (RFC 8439) as a generator.
 *
 * Each process has one, from which its automatic addresses come: the same seed
 * and the same calls give the same addresses. Until it is seeded it gives what the
 * hypervisor's own does, which is there for keys and for KosRandomGenerate. That one
 * replaces its key with every block and erases what it gives out, so that neither
 * can be computed from its state later.
 */
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include "core/types.h"

struct rng {
	u32 key[8];
	u64 counter; /* of the next block */
	u32 used;    /* halves of the block's words that are spent, and erased */
	bool seeded;
	u32 block[16];
};

/* Starts anew from a seed of at most 32 bytes (shorter: filled with zeros). */
void rng_seed(struct rng *rng, const void *seed, size_t bytes);

u16 rng_u16(struct rng *rng);

/* An even choice in [0, limit), of 16 bits or 32; limit above 0. */
u32 rng_below(struct rng *rng, u32 limit);

/* The hypervisor's generator. What is added decides on all that it gives from then on. */
void random_add_entropy(const void *data, size_t bytes);
void random_bytes(void *output, size_t bytes);

/*
 * Seeds it at boot (core/entropy.c), with `bytes` of firmware's at `seed` (NULL: none),
 * and gives the name of what it comes from. Takes bounded time, whatever the
 * sources do. The page allocator is up.
 */
const char *random_collect(const void *seed, u32 bytes);

#endif
