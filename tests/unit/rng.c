// SPDX-License-Identifier: Apache-2.0
/* Random numbers: core/rng.c, with the vectors of RFC 8439 for ChaCha20. */
#include "unit.h"

#include "core/rng.h"

#include <string.h>

/* RFC 8439, appendix A.1, vectors 1 and 2: key and nonce 0, counter 0 and 1. */
static const u32 zero_key[2][16] = {
	{ 0xade0b876, 0x903df1a0, 0xe56a5d40, 0x28bd8653, 0xb819d2bd, 0x1aed8da0, 0xccef36a8,
	  0xc70d778b, 0x7c5941da, 0x8d485751, 0x3fe02477, 0x374ad8b8, 0xf4b8436a, 0x1ca11815,
	  0x69b687c3, 0x8665eeb2 },
	{ 0xbee7079f, 0x7a385155, 0x7c97ba98, 0x0d082d73, 0xa0290fcb, 0x6965e348, 0x3e53c612,
	  0xed7aee32, 0x7621b729, 0x434ee69c, 0xb03371d5, 0xd539d874, 0x281fed31, 0x45fb0a51,
	  0x1f0ae1ac, 0x6f4d794b },
};

/* Vector 3: the key is 0 but its last byte 1, counter 1. */
static const u32 key_one[16] = { 0x2452eb3a, 0x9249f8ec, 0x8d829d9b, 0xddd4ceb1,
				 0xe8252083, 0x60818b01, 0xf38422b8, 0x5aaa49c9,
				 0xbb00ca8e, 0xda3ba7b4, 0xc4b592d1, 0xfdf2732f,
				 0x4436274e, 0x2561b3c8, 0xebdd4aa6, 0xa0136c00 };

static u32 rng_u32(struct rng *rng)
{
	u32 low = rng_u16(rng);

	return low | (u32)rng_u16(rng) << 16;
}

static void expect_block(struct rng *rng, const u32 *words)
{
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(rng_u32(rng), words[i]);
}

static void test_vectors(void **state)
{
	struct rng rng;
	u8 key[32] = { 0 };

	(void)state;
	rng_seed(&rng, key, sizeof(key));
	expect_block(&rng, zero_key[0]);
	expect_block(&rng, zero_key[1]);
	key[31] = 1;
	rng_seed(&rng, key, sizeof(key));
	for (unsigned int i = 0; i < 16; i++)
		rng_u32(&rng);
	expect_block(&rng, key_one);
}

static void test_same_seed_same_numbers(void **state)
{
	struct rng a, b;
	bool differ = false;

	(void)state;
	rng_seed(&a, "some seed", 9);
	rng_seed(&b, "some seed", 9);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(rng_u32(&a), rng_u32(&b));
	/* Seeding forgets what was before. */
	rng_u32(&a);
	rng_seed(&a, "some seed", 9);
	rng_seed(&b, "some seec", 9);
	for (unsigned int i = 0; i < 100; i++)
		differ |= rng_u32(&a) != rng_u32(&b);
	assert_true(differ);
}

static void test_below_a_limit(void **state)
{
	static const u32 limits[] = { 1,      2,       3,       10,       1000,
				      0xffff, 0x10000, 0x10001, 1u << 31, (1u << 31) + 1,
				      ~0u };
	struct rng rng;
	unsigned int seen[10] = { 0 };

	(void)state;
	rng_seed(&rng, "x", 1);
	for (size_t l = 0; l < ARRAY_SIZE(limits); l++)
		for (unsigned int i = 0; i < 1000; i++)
			assert_true(rng_below(&rng, limits[l]) < limits[l]);
	for (unsigned int i = 0; i < 10000; i++)
		seen[rng_below(&rng, 10)]++;
	for (unsigned int i = 0; i < 10; i++)
		assert_in_range(seen[i], 850, 1150);
}

/* With 2^31 + 1 nearly half of all values are unfair: the mean shows whether they are dropped. */
static void test_below_is_even(void **state)
{
	struct rng rng;
	unsigned int upper = 0;

	(void)state;
	rng_seed(&rng, "y", 1);
	for (unsigned int i = 0; i < 10000; i++)
		upper += rng_below(&rng, 3u << 30) >= 1u << 31;
	/* A third; it would be a quarter without dropping. */
	assert_in_range(upper, 3100, 3570);
}

static void test_generator_of_the_hypervisor(void **state)
{
	u8 a[100], b[100];

	(void)state;
	memset(a, 0, sizeof(a));
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	/* Odd lengths are filled to the last byte and no further. */
	for (size_t n = 0; n < 40; n++) {
		memset(b, 0x77, sizeof(b));
		random_bytes(b, n);
		for (size_t i = n; i < sizeof(b); i++)
			assert_int_equal(b[i], 0x77);
	}
	random_add_entropy("any length, longer than a key, and odd as well", 47);
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

/*
 * The hypervisor's generator by the plain way: a block for every eight words, whose
 * first half is the next key. It has been given nothing before.
 */
static struct rng plain;

static void plain_block(u32 *words)
{
	u32 block[16];

	plain.used = 32;
	for (unsigned int i = 0; i < 16; i++)
		block[i] = rng_u32(&plain);
	memcpy(plain.key, block, sizeof(plain.key));
	memcpy(words, &block[8], 32);
}

static void test_buffered_and_plain_agree(void **state)
{
	struct rng process = { .seeded = false };
	u32 expected[8], got[8];
	u8 entropy[32];

	(void)state;
	rng_seed(&plain, "", 0);
	for (unsigned int turn = 0; turn < 20; turn++) {
		memset(entropy, (int)turn, sizeof(entropy));
		random_add_entropy(entropy, sizeof(entropy));
		for (unsigned int i = 0; i < 8; i++)
			plain.key[i] ^= turn * 0x01010101;
		/* In one piece, in two, by words of a process without a seed; then what is left
		 * goes. */
		plain_block(expected);
		random_bytes(got, sizeof(got));
		assert_memory_equal(got, expected, sizeof(got));
		plain_block(expected);
		random_bytes(got, 7); /* a half begun is spent */
		random_bytes(&got[2], sizeof(got) - 8);
		assert_memory_equal(got, expected, 7);
		assert_memory_equal(&got[2], &expected[2], sizeof(got) - 8);
		plain_block(expected);
		for (unsigned int i = 0; i < turn % 9; i++)
			assert_int_equal(rng_u32(&process), expected[i]);
		if (turn % 9 == 0)
			random_bytes(got, 1);
	}
}

static void test_spent_words_are_erased(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, "z", 1);
	for (unsigned int i = 0; i < 40; i++) {
		rng_u32(&rng);
		for (unsigned int w = 0; w < rng.used; w++)
			assert_int_equal(((u16 *)rng.block)[w], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffered_and_plain_agree),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_same_seed_same_numbers),
		cmocka_unit_test(test_below_a_limit),
		cmocka_unit_test(test_below_is_even),
		cmocka_unit_test(test_generator_of_the_hypervisor),
		cmocka_unit_test(test_spent_words_are_erased),
	};

	return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
