// SPDX-License-Identifier: Apache-2.0
/*
 * How far automatic addresses are spread, with the seeds 0, 1, 2 ...: the figures of
 * docs/aslr.md. The seeds are always the same, so these tests pass or fail always.
 */
#include "unit.h"

#include "core/region.h"
#include "support/world.h"

#include <stdlib.h>

#define SEEDS 65536u
#define WINDOWS ((VM_AUTO_END - VM_AUTO_MIN) / ((gpa_t)2 << 20))
#define SLOTS 512u        /* pages in a window */
#define STACK_PAGES 258ul /* 1 MiB and two guard pages */

static u64 place[2][SEEDS]; /* of the first and the second region of a process */

/* Two regions of npages each in a process with that seed. */
static void draw(u64 seed, u64 npages)
{
	struct vm space = { .limit = 0 };
	struct region first = { .npages = npages };

	list_init(&space.regions);
	rng_seed(&space.rng, &seed, sizeof(seed));
	first.base = region_place(&space, npages, PAGE_SIZE, 0);
	region_insert(&space, &first);
	place[0][seed] = first.base;
	place[1][seed] = region_place(&space, npages, PAGE_SIZE, 0);
}

static void draw_all(u64 npages)
{
	for (u64 seed = 0; seed < SEEDS; seed++) {
		draw(seed, npages);
		for (unsigned int i = 0; i < 2; i++) {
			assert_true(page_aligned(place[i][seed]));
			assert_in_range(place[i][seed], VM_AUTO_MIN,
					VM_AUTO_END - (npages << PAGE_SHIFT));
		}
	}
}

static u64 window_of(gpa_t at)
{
	return (at - VM_AUTO_MIN) >> 21;
}

static u64 slot_of(gpa_t at)
{
	return (at >> PAGE_SHIFT) % SLOTS;
}

/*
 * Are SEEDS draws even over `buckets`? Chi-square has the mean buckets - 1 and the
 * variance twice that; it may be five standard deviations off.
 */
static void assert_even(const u32 *seen, u64 buckets)
{
	u64 squares = 0, chi, mean = buckets - 1, off;

	for (u64 i = 0; i < buckets; i++)
		squares += (u64)seen[i] * seen[i];
	chi = squares * buckets / SEEDS - SEEDS;
	off = chi > mean ? chi - mean : mean - chi;
	assert_true(off * off < 25 * 2 * mean);
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Pairs of seeds with the same first place; sorts them. */
static u64 collisions(void)
{
	u64 pairs = 0, run = 1;

	qsort(place[0], SEEDS, sizeof(place[0][0]), compare);
	for (u64 i = 1; i < SEEDS; i++) {
		run = place[0][i] == place[0][i - 1] ? run + 1 : 1;
		pairs += run - 1;
	}
	return pairs;
}

/* N places, evenly taken, give SEEDS * SEEDS / 2N such pairs: 16 for 2^27, 32 for 2^26. */
static void assert_places(u64 expected)
{
	u64 pairs = collisions(), off = pairs > expected ? pairs - expected : expected - pairs;

	assert_true(off * off < 25 * expected);
}

static void test_windows(void **state)
{
	u32 seen[256] = { 0 };

	(void)state;
	draw_all(1);
	for (u64 seed = 0; seed < SEEDS; seed++)
		seen[window_of(place[0][seed]) * 256 / WINDOWS]++;
	assert_even(seen, 256);
}

/* The second region lies beside the first, but where does not follow from that. */
static void test_slots(void **state)
{
	u32 first[SLOTS] = { 0 }, second[SLOTS] = { 0 }, apart[SLOTS] = { 0 };

	(void)state;
	draw_all(1);
	for (u64 seed = 0; seed < SEEDS; seed++) {
		u64 a = slot_of(place[0][seed]), b = slot_of(place[1][seed]);

		assert_int_equal(window_of(place[0][seed]), window_of(place[1][seed]));
		first[a]++;
		second[b]++;
		apart[(b - a) % SLOTS]++;
	}
	assert_even(first, SLOTS);
	assert_even(second, SLOTS);
	assert_int_equal(apart[0], 0);
	assert_even(apart + 1, SLOTS - 1);
}

static void test_bits_of_a_page(void **state)
{
	u64 at;

	(void)state;
	draw_all(1);
	/* Consecutive seeds change every bit of the address half the time. */
	for (unsigned int bit = PAGE_SHIFT; bit < 39; bit++) {
		u64 changes = 0;

		for (u64 seed = 1; seed < SEEDS; seed++) {
			at = place[0][seed] ^ place[0][seed - 1];
			changes += at >> bit & 1;
		}
		assert_in_range(changes, SEEDS / 2 - 640, SEEDS / 2 + 640);
	}
	assert_places(16);
}

static void test_bits_of_a_stack(void **state)
{
	(void)state;
	draw_all(STACK_PAGES);
	assert_places(32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_bits_of_a_page),
		cmocka_unit_test(test_bits_of_a_stack),
	};

	return cmocka_run_group_tests_name("aslr", tests, NULL, NULL);
}
