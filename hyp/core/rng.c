/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rng.h"

#include <string.h>

#define HALVES 32u /* of a word, in a block */

static u32 rotl(u32 value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

static void quarter_round(u32 *at_a, u32 *at_b, u32 *at_c, u32 *at_d)
{
	u32 a = *at_a, b = *at_b, c = *at_c, d = *at_d;

	a += b;
	d = rotl(d ^ a, 16);
	c += d;
	b = rotl(b ^ c, 12);
	a += b;
	d = rotl(d ^ a, 8);
	c += d;
	b = rotl(b ^ c, 7);
	*at_a = a;
	*at_b = b;
	*at_c = c;
	*at_d = d;
}

static void next_block(struct rng *rng)
{
	/* "expand 32-byte k"; the nonce is the upper half of the counter. */
	u32 *s = rng->block;
	u32 start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(&start[4], rng->key, sizeof(rng->key));
	start[12] = (u32)rng->counter;
	start[13] = (u32)(rng->counter >> 32);
	rng->counter++;
	memcpy(rng->block, start, sizeof(start));
	/* Four columns, then four diagonals, ten times. */
	for (unsigned int i = 0; i < 80; i++) {
		unsigned int c = i % 4, d = i / 4 % 2;

		quarter_round(&s[c], &s[4 + (c + d) % 4], &s[8 + (c + 2 * d) % 4],
			      &s[12 + (c + 3 * d) % 4]);
	}
	for (unsigned int i = 0; i < 16; i++)
		rng->block[i] += start[i];
	rng->used = 0;
}

/* Of the hypervisor: its block holds what may still be given out, and zeros. */
static struct rng pool = { .used = HALVES };

/*
 * Of the hypervisor's blocks the first half is the next key, so that no earlier
 * state is left, and the second is to be given out.
 */
static void refill(struct rng *rng)
{
	next_block(rng);
	if (rng != &pool)
		return;
	memcpy(rng->key, rng->block, sizeof(rng->key));
	memset(rng->block, 0, sizeof(rng->key));
	rng->used = HALVES / 2;
}

void rng_seed(struct rng *rng, const void *seed, size_t bytes)
{
	memset(rng, 0, sizeof(*rng));
	memcpy(rng->key, seed, min_u64(bytes, sizeof(rng->key)));
	rng->used = HALVES;
	rng->seeded = true;
}

u16 rng_u16(struct rng *rng)
{
	u16 *half, value;

	if (!rng->seeded)
		rng = &pool;
	if (rng->used == HALVES)
		refill(rng);
	half = (u16 *)rng->block + rng->used++;
	value = *half;
	*half = 0;
	return value;
}

u32 rng_below(struct rng *rng, u32 limit)
{
	/* Values below 2^16 or 2^32 mod limit would favour small results: drop them. */
	bool wide = limit >> 16;
	u32 unfair = wide ? -limit % limit : 0x10000 % limit;
	u32 value;

	do {
		value = rng_u16(rng);
		if (wide)
			value |= (u32)rng_u16(rng) << 16;
	} while (value < unfair);
	return value % limit;
}

void random_add_entropy(const void *data, size_t bytes)
{
	const u8 *byte = data;

	while (bytes) {
		u64 n = min_u64(bytes, sizeof(pool.key));

		for (u64 i = 0; i < n; i++)
			((u8 *)pool.key)[i] ^= byte[i];
		/* What was to be given out goes: it knows nothing of this. */
		refill(&pool);
		byte += n;
		bytes -= n;
	}
}

void random_bytes(void *output, size_t bytes)
{
	char *out = output;

	for (size_t i = 0; i < bytes; i += sizeof(u16)) {
		u16 half = rng_u16(&pool);

		memcpy(out + i, &half, min_u64(sizeof(half), bytes - i));
	}
}
