// SPDX-License-Identifier: Apache-2.0
/* Core files of processes that are not as they should be, or do not stay as they are. */
#include "unit.h"

#include "support/core_session.h"

#include <string.h>

static void test_no_thread(void **state)
{
	(void)state;
	frozen.target.thread_count = 0;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_NO_THREAD);
}

static void test_bad_regions(void **state)
{
	struct inspect_region *r = &frozen.regions[1], good = *r;

	(void)state;
	r->base++;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_BAD_REGION);
	*r = good;
	r->size += 8;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_BAD_REGION);
	*r = good;
	r->size = 0;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_BAD_REGION);
	*r = good;
	r->size = -r->base;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_BAD_REGION);
	*r = good;
	r->base = IMAGE + PAGE;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_BAD_REGION);
}

/* Regions without an end. */
static bool next_page(void *context, bool first, uint64_t after, struct inspect_region *r)
{
	(void)context;
	*r = (struct inspect_region){ .base = first ? PAGE : after + PAGE, .size = PAGE };
	return true;
}

static void test_too_many_regions(void **state)
{
	(void)state;
	frozen.target.region = next_page;
	assert_int_equal(core_plan(&core, &frozen.target), CORE_TOO_MANY_REGIONS);
}

static u64 reads_of_heap;

static size_t count_reads(void *context, uint64_t address, void *to, size_t size)
{
	(void)context;
	reads_of_heap += address >= HEAP;
	memset(to, 0, size);
	if (address == HEAP + 4096 * PAGE)
		memset(to, 1, size);
	return size;
}

/* All of the heap but one page. */
static uint64_t know_untouched(void *context, uint64_t address)
{
	const uint64_t page = HEAP + 4096 * PAGE;

	(void)context;
	if (address < HEAP)
		return address < STACK ? UINT64_MAX : 0;
	return address < page ? page - address : address == page ? 0 : UINT64_MAX;
}

/* Memory that was only reserved is not read, however much of it there is. */
static void test_untouched(void **state)
{
	struct phdr ph;

	(void)state;
	frozen.regions[2].size = (u64)1 << 38;
	frozen.target.read = count_reads;
	frozen.target.untouched = know_untouched;
	reads_of_heap = 0;
	write_core();
	assert_in_range(reads_of_heap, 1, 3);
	ph = header(header_count() - 1);
	assert_int_equal(ph.vaddr, HEAP + 4096 * PAGE);
	assert_int_equal(ph.filesz, PAGE);
	assert_int_equal(ph.memsz, ((u64)1 << 38) - 4096 * PAGE);
	assert_int_equal(file[ph.offset + 5], 1);
}

/* But what the image's file fills is in the file, known to be zero or not. */
static void test_untouched_image(void **state)
{
	(void)state;
	frozen.target.untouched = know_untouched;
	write_core();
	assert_int_equal(header(1).filesz, 2 * PAGE);
	assert_int_equal(header(1).memsz, 4 * PAGE);
}

/* Memory shared with a running process changes while the file is written. */
static void test_changing_memory(void **state)
{
	static uint8_t again[FILE_MAX];

	(void)state;
	memset(stack, 1, 4 * PAGE);
	write_core();
	memset(stack, 0, 16 * PAGE);
	memset(heap, 0xff, HEAP_PAGES * PAGE);
	assert_int_equal(core_read(&core, 0, again, sizeof(again)), file_size);
	assert_memory_equal(again, file, core.data);
	/* And goes away altogether, with the threads. */
	frozen.region_count = 0;
	frozen.target.thread = NULL;
	assert_int_equal(core_read(&core, core.data, again, sizeof(again)), file_size - core.data);
	assert_int_equal(again[2 * PAGE], 0);
	frozen.region_count = 3;
}

static void test_header_fuzz(void **state)
{
	uint8_t good[512];
	u64 random = TEST_SEED;

	(void)state;
	frozen.regions[2].size = 4 * PAGE;
	memcpy(good, image, sizeof(good));
	for (int round = 0; round < 2000; round++) {
		memcpy(image, good, sizeof(good));
		for (u64 n = test_random(&random) % 8; n > 0; n--)
			image[16 + test_random(&random) % 104] = (uint8_t)test_random(&random);
		frozen.target.load_offset = test_random(&random) % 4 ? IMAGE : test_random(&random);
		write_core();
		assert_int_equal(header(0).offset, 64 + 56 * header_count());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_no_thread),        CORE_TEST(test_bad_regions),
		CORE_TEST(test_too_many_regions), CORE_TEST(test_untouched),
		CORE_TEST(test_untouched_image),  CORE_TEST(test_changing_memory),
		CORE_TEST(test_header_fuzz),
	};

	return cmocka_run_group_tests_name("core_hostile", tests, NULL, NULL);
}
