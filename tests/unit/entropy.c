// SPDX-License-Identifier: Apache-2.0
/* What the generator starts from: core/entropy.c, with sources that behave in every way. */
#include "unit.h"

#include "core/page.h"
#include "core/rng.h"
#include "fake/fake.h"
#include "support/world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIST ((u32)0 << 30)
#define WAIT ((u32)1 << 30)
#define ES16 ((u32)2 << 30)
#define DEAD ((u32)3 << 30)

static const u8 firmware_seed[64] =
	"a seed of firmware's, longer than thirty-two bytes, not random";

static unsigned int reads;
static u32 flip; /* a bit of one word of the source that is another */
static u64 clock_now, clock_noise;

static u32 good_seed(void)
{
	u32 word = reads * 40503u;

	reads++;
	if (reads % 3)
		return reads % 2 ? WAIT : BIST | 0x1234;
	return ES16 | (u16)(reads == 9 ? word ^ flip : word);
}

static u32 waiting_seed(void)
{
	reads++;
	return WAIT;
}

static u32 failing_seed(void)
{
	return reads++ < 31 ? ES16 | 7 : DEAD;
}

/* Reserved bits may say anything. */
static u32 noisy_seed(void)
{
	return reads++ % 2 ? ES16 | 0x3fff0000 | (reads & 0xffff) : WAIT | 0x3fffffff;
}

static u64 steady_cycle(void)
{
	return clock_now += 100;
}

static u64 accelerating_cycle(void)
{
	static u64 step;

	return clock_now += step++;
}

static u64 jittery_cycle(void)
{
	reads++;
	return clock_now += 100 + test_random(&clock_noise) % 50;
}

static u64 standing_cycle(void)
{
	return 5;
}

static int entropy_setup(void **state)
{
	int rc = machine_setup(state);

	reads = 0;
	flip = 0;
	clock_now = 0;
	clock_noise = TEST_SEED;
	machine.cycle = true;
	fake_cpu.cycle = jittery_cycle;
	return rc;
}

static void test_entropy_source(void **state)
{
	(void)state;
	machine.zkr = true;
	fake_cpu.seed = good_seed;
	assert_string_equal(random_collect(NULL, 0), "Zkr");
	assert_int_equal(reads, 3 * 32);
	assert_string_equal(random_collect(firmware_seed, sizeof(firmware_seed)),
			    "Zkr and rng-seed");
	assert_string_equal(random_collect(firmware_seed, 31), "Zkr");
	reads = 0;
	fake_cpu.seed = noisy_seed;
	assert_string_equal(random_collect(NULL, 0), "Zkr");
	assert_int_equal(reads, 2 * 32);
}

/* One that never gives anything, or breaks, is given up; the next best is taken. */
static void test_entropy_source_that_fails(void **state)
{
	(void)state;
	machine.zkr = true;
	fake_cpu.seed = waiting_seed;
	assert_string_equal(random_collect(firmware_seed, 32), "rng-seed");
	assert_in_range(reads, 1000, 100000);
	reads = 0;
	fake_cpu.seed = failing_seed;
	assert_string_equal(random_collect(firmware_seed, 32), "rng-seed");
	assert_int_equal(reads, 32);
	assert_string_equal(random_collect(NULL, 0), "timing jitter");
}

static void test_firmware(void **state)
{
	(void)state;
	assert_string_equal(random_collect(firmware_seed, 32), "rng-seed");
	assert_string_equal(random_collect(firmware_seed, sizeof(firmware_seed)), "rng-seed");
	assert_int_equal(reads, 0); /* no jitter is waited for */
	assert_string_equal(random_collect(firmware_seed, 31), "timing jitter");
}

static void test_jitter(void **state)
{
	u64 nfree = page_count_free();

	(void)state;
	assert_string_equal(random_collect(NULL, 0), "timing jitter");
	/* Two reads a sample, at least eight samples a bit. */
	assert_in_range(reads, 2 * 8 * 256, 4 * 8 * 256);
	assert_int_equal(page_count_free(), nfree);
	/* Clocks that say nothing. */
	fake_cpu.cycle = steady_cycle;
	assert_string_equal(random_collect(NULL, 0), "too little timing jitter");
	fake_cpu.cycle = accelerating_cycle;
	assert_string_equal(random_collect(NULL, 0), "too little timing jitter");
	fake_cpu.cycle = standing_cycle;
	assert_string_equal(random_collect(NULL, 0), "too little timing jitter");
	/* Without a cycle CSR there is the time, which stands still here. */
	machine.cycle = false;
	fake_cpu.cycle = NULL;
	assert_string_equal(random_collect(NULL, 0), "too little timing jitter");
	memory_fail(FAIL_FROM, 0);
	assert_string_equal(random_collect(NULL, 0), "too little timing jitter");
}

/* What the generator gives after collecting, in a process that starts from the same state. */
static u64 first_number(const void *seed, u32 bytes)
{
	u64 number = 0;
	int status, fd[2];
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	child = fork();
	if (!child) {
		random_collect(seed, bytes);
		random_bytes(&number, sizeof(number));
		_exit(write(fd[1], &number, sizeof(number)) != sizeof(number));
	}
	assert_int_equal(read(fd[0], &number, sizeof(number)), sizeof(number));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(fd[0]);
	close(fd[1]);
	return number;
}

/* Every source decides: of the last bytes too, and where others are named. */
static void test_all_of_it_goes_in(void **state)
{
	u8 other[sizeof(firmware_seed)];
	u64 jitter = first_number(NULL, 0), firmware, zkr;

	(void)state;
	assert_int_equal(first_number(NULL, 0), jitter);
	clock_noise++;
	assert_int_not_equal(first_number(NULL, 0), jitter);
	clock_noise--;
	firmware = first_number(firmware_seed, sizeof(firmware_seed));
	assert_int_equal(first_number(firmware_seed, sizeof(firmware_seed)), firmware);
	memcpy(other, firmware_seed, sizeof(other));
	other[sizeof(other) - 1] ^= 0x80;
	assert_int_not_equal(first_number(other, sizeof(other)), firmware);
	assert_int_not_equal(first_number(firmware_seed, 8), jitter); /* too short to count */
	machine.zkr = true;
	fake_cpu.seed = good_seed;
	zkr = first_number(firmware_seed, sizeof(firmware_seed));
	assert_int_not_equal(zkr, firmware);
	assert_int_not_equal(first_number(other, sizeof(other)), zkr);
	flip = 0x8000;
	assert_int_not_equal(first_number(firmware_seed, sizeof(firmware_seed)), zkr);
	flip = 0;
	assert_int_equal(first_number(firmware_seed, sizeof(firmware_seed)), zkr);
	fake_cpu.time++;
	assert_int_not_equal(first_number(firmware_seed, sizeof(firmware_seed)), zkr);
}

#define ENTROPY_TEST(f) cmocka_unit_test_setup_teardown(f, entropy_setup, machine_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENTROPY_TEST(test_entropy_source),    ENTROPY_TEST(test_entropy_source_that_fails),
		ENTROPY_TEST(test_firmware),          ENTROPY_TEST(test_jitter),
		ENTROPY_TEST(test_all_of_it_goes_in),
	};

	return cmocka_run_group_tests_name("entropy", tests, NULL, NULL);
}
