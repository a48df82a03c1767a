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
#include "arch/cpu.h"
#include "arch/hart.h"
#include "core/page.h"
#include "core/rng.h"

#include <string.h>

/* The state of the entropy source, in the upper bits of what the CSR gives. */
#define SEED_STATE_SHIFT 30
#define SEED_ES16 2u /* with 16 bits of entropy; 0 and 1: not yet */
#define SEED_DEAD 3u
#define SEED_WORDS 32u
#define SEED_READS_MAX 65536u

#define FIRMWARE_BYTES 32u

#define JITTER_ORDER 4 /* 64 KiB, more than what is nearest to the hart */
#define JITTER_STEPS 8u
#define JITTER_SURPRISES (8u * 256)
#define JITTER_SAMPLES_MAX 32768u

static bool add_seed_csr(void)
{
	u16 word[SEED_WORDS];
	u32 n = 0;

	for (u32 reads = 0; reads < SEED_READS_MAX && n < SEED_WORDS; reads++) {
		u32 seed = cpu_seed();

		if (seed >> SEED_STATE_SHIFT == SEED_DEAD)
			break;
		if (seed >> SEED_STATE_SHIFT == SEED_ES16)
			word[n++] = (u16)seed;
	}
	random_add_entropy(word, n * sizeof(word[0]));
	memset(word, 0, sizeof(word));
	return n == SEED_WORDS;
}

/* How long a walk through memory takes, whose way depends on how long others took. */
static u64 time_walk(volatile u8 *memory, u64 way)
{
	u64 start = machine.cycle ? cpu_cycle() : cpu_time();

	for (u32 i = 0; i < JITTER_STEPS; i++) {
		way = way * 6364136223846793005u + 1442695040888963407u;
		memory[way >> (64 - PAGE_SHIFT - JITTER_ORDER)] += 1;
	}
	return (machine.cycle ? cpu_cycle() : cpu_time()) - start;
}

/*
 * A time is a surprise where it is not 0, is not the one before, and does not go on
 * changing as it did: a clock that merely runs gives none.
 */
static bool add_jitter(void)
{
	u64 sum[4] = { 0 }, last = 0, last_change = 0;
	void *memory = page_alloc(JITTER_ORDER);
	u32 surprises = 0;

	for (u32 i = 0; memory && i < JITTER_SAMPLES_MAX && surprises < JITTER_SURPRISES; i++) {
		u64 took = time_walk(memory, sum[i % 4]), change = took - last;

		sum[i % 4] = (sum[i % 4] << 7 | sum[i % 4] >> 57) ^ took;
		surprises += took && change && change != last_change;
		last = took;
		last_change = change;
		if (i % 64 == 63)
			random_add_entropy(sum, sizeof(sum));
	}
	if (memory)
		page_free(memory, JITTER_ORDER);
	return surprises == JITTER_SURPRISES;
}

const char *random_collect(const void *seed, u32 bytes)
{
	bool zkr = machine.zkr && add_seed_csr();
	bool firmware = seed && bytes >= FIRMWARE_BYTES;
	u64 now = cpu_time();

	if (seed)
		random_add_entropy(seed, bytes);
	random_add_entropy(&now, sizeof(now));
	if (zkr)
		return firmware ? "Zkr and rng-seed" : "Zkr";
	if (firmware)
		return "rng-seed";
	return add_jitter() ? "timing jitter" : "too little timing jitter";
}
