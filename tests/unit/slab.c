// SPDX-License-Identifier: Apache-2.0
/* The allocator for small objects: core/slab.c. */
#include "unit.h"

#include "core/page.h"
#include "core/slab.h"
#include "support/world.h"

#include <string.h>

static const size_t sizes[] = { 1,   16,  32,  33,  64,   65,   96,   128,  129,     192,
				256, 400, 576, 800, 1008, 1009, 1344, 2031, SLAB_MAX };

static bool all_bytes(const void *object, size_t bytes, int value)
{
	for (size_t i = 0; i < bytes; i++)
		if (((const u8 *)object)[i] != value)
			return false;
	return true;
}

static void test_objects_of_every_size(void **state)
{
	u64 nfree = page_count_free();
	void *object[ARRAY_SIZE(sizes)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		object[i] = mem_alloc(sizes[i]);
		assert_non_null(object[i]);
		assert_int_equal((u64)object[i] & 15, 0);
		assert_true(all_bytes(object[i], sizes[i], 0));
		memset(object[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_true(all_bytes(object[i], sizes[i], (int)i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		slab_free(object[i]);
	assert_int_equal(page_count_free(), nfree);
}

static void test_free_of_nothing(void **state)
{
	u64 nfree = page_count_free();

	(void)state;
	assert_int_equal(page_count_free(), nfree);
	slab_free(NULL);
}

static void test_zeroed_again(void **state)
{
	char *a = mem_alloc(200), *b = mem_alloc(200), *c;

	(void)state;
	memset(a, 0xff, 200);
	slab_free(a);
	c = mem_alloc(200);
	assert_true(all_bytes(c, 200, 0));
	slab_free(b);
	slab_free(c);
}

static void test_no_memory(void **state)
{
	u64 nfree = page_count_free();
	void *objects[4];

	(void)state;
	memory_fail(FAIL_FROM, 1);
	/* The wrapped call counts, then the page that it wants. */
	assert_null(mem_alloc(2000));
	assert_true(memory_fail_end());
	assert_int_equal(page_count_free(), nfree);
	objects[0] = mem_alloc(2000);
	assert_non_null(objects[0]);
	/* The second has room in the first one's page. */
	memory_fail(FAIL_FROM, 1);
	objects[1] = mem_alloc(2000);
	assert_false(memory_fail_end());
	assert_non_null(objects[1]);
	memory_fail(FAIL_FROM, 1);
	assert_null(mem_alloc(2000));
	memory_fail_end();
	slab_free(objects[0]);
	slab_free(objects[1]);
	assert_int_equal(page_count_free(), nfree);
}

static void test_larger_than_a_slab(void **state)
{
	static const size_t large[] = { SLAB_MAX, SLAB_MAX + 1, PAGE_SIZE, PAGE_SIZE + 1, 70000 };
	u64 nfree = page_count_free();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(large); i++) {
		char *object = mem_alloc(large[i]);

		assert_non_null(object);
		assert_true(all_bytes(object, large[i], 0));
		memset(object, 0xff, large[i]);
		mem_free(object, large[i]);
		mem_free(NULL, large[i]);
		assert_int_equal(page_count_free(), nfree);
	}
}

#define OBJECTS 500u

static void test_random_against_model(void **state)
{
	static struct {
		u8 *object;
		size_t size;
		u8 fill;
	} live[OBJECTS];
	u64 random = TEST_SEED, nfree = page_count_free();

	(void)state;
	for (unsigned int turn = 0; turn < 20000; turn++) {
		unsigned int i = (unsigned int)(test_random(&random) % OBJECTS);

		if (live[i].object) {
			assert_true(all_bytes(live[i].object, live[i].size, live[i].fill));
			slab_free(live[i].object);
			live[i].object = NULL;
			continue;
		}
		live[i].size = sizes[test_random(&random) % ARRAY_SIZE(sizes)];
		live[i].fill = (u8)turn;
		live[i].object = mem_alloc(live[i].size);
		assert_non_null(live[i].object);
		assert_true(all_bytes(live[i].object, live[i].size, 0));
		memset(live[i].object, live[i].fill, live[i].size);
	}
	for (unsigned int i = 0; i < OBJECTS; i++)
		slab_free(live[i].object);
	assert_int_equal(page_count_free(), nfree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects_of_every_size),
		cmocka_unit_test(test_free_of_nothing),
		cmocka_unit_test(test_zeroed_again),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_larger_than_a_slab),
		cmocka_unit_test(test_random_against_model),
	};

	return cmocka_run_group_tests_name("slab", tests, machine_setup, machine_teardown);
}
