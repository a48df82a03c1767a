/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rng.h"

#include <string.h>

static u32 rotl(u32 value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

static void quarter_round(u32 *s, unsigned int a, unsigned int b, unsigned int c, unsigned int d)
{
	s[a] += s[b];
	s[d] = rotl(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotl(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotl(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotl(s[b] ^ s[c], 7);
}

static void next_block(struct rng *rng)
{
	/* "expand 32-byte k"; the nonce is the upper half of the counter. */
	u32 start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(&start[4], rng->key, sizeof(rng->key));
	start[12] = (u32)rng->counter;
	start[13] = (u32)(rng->counter >> 32);
	rng->counter++;
	memcpy(rng->block, start, sizeof(start));
	for (unsigned int i = 0; i < 10; i++) {
		for (unsigned int c = 0; c < 4; c++)
			quarter_round(rng->block, c, 4 + c, 8 + c, 12 + c);
		for (unsigned int c = 0; c < 4; c++)
			quarter_round(rng->block, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4,
				      12 + (c + 3) % 4);
	}
	for (unsigned int i = 0; i < 16; i++)
		rng->block[i] += start[i];
	rng->used = 0;
}

void rng_seed(struct rng *rng, const void *seed, size_t bytes)
{
	memset(rng, 0, sizeof(*rng));
	memcpy(rng->key, seed, min_u64(bytes, sizeof(rng->key)));
	rng->used = ARRAY_SIZE(rng->block);
}

u64 rng_u64(struct rng *rng)
{
	u64 value;

	if (rng->used + 2 > ARRAY_SIZE(rng->block))
		next_block(rng);
	value = (u64)rng->block[rng->used] << 32 | rng->block[rng->used + 1];
	rng->used += 2;
	return value;
}

u64 rng_below(struct rng *rng, u64 limit)
{
	/* Values below 2^64 mod limit would favour small results: drop them. */
	u64 unfair = -limit % limit;
	u64 value;

	do {
		value = rng_u64(rng);
	} while (value < unfair);
	return value % limit;
}

static struct rng pool = { .used = ARRAY_SIZE(pool.block) };

/* Replaces the key by output of the generator, so that no earlier state is left. */
static void rekey(void)
{
	u32 key[8];

	next_block(&pool);
	memcpy(key, pool.block, sizeof(key));
	rng_seed(&pool, key, sizeof(key));
	memset(key, 0, sizeof(key));
}

void random_add_entropy(const void *data, size_t bytes)
{
	const u8 *byte = data;

	while (bytes) {
		u64 n = min_u64(bytes, sizeof(pool.key));

		for (u64 i = 0; i < n; i++)
			((u8 *)pool.key)[i] ^= byte[i];
		rekey();
		byte += n;
		bytes -= n;
	}
}

void random_bytes(void *output, size_t bytes)
{
	char *out = output;

	while (bytes) {
		u64 value = rng_u64(&pool);
		u64 n = min_u64(bytes, sizeof(value));

		memcpy(out, &value, n);
		out += n;
		bytes -= n;
	}
	rekey();
}
