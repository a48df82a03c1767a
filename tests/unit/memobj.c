// SPDX-License-Identifier: Apache-2.0
/* Memory objects and their views: core/memobj.c. */
#include "unit.h"

#include "core/page.h"
#include "fake/fake.h"
#include "support/world.h"

#include <string.h>

static void test_pages_are_zero_and_go_back(void **state)
{
	static const u64 sizes[] = { 1, 2, 3, 7, 8, 100, 511, 513, 2000 };
	u64 nfree = page_count_free();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct memobj *mem = memobj_create(sizes[i]);
		u64 pages = 0;

		assert_non_null(mem);
		assert_int_equal(mem->npages, sizes[i]);
		for (u64 e = 0; e < mem->nextents; e++) {
			for (u64 b = 0; b < mem->extents[e].npages << PAGE_SHIFT; b += 61)
				assert_int_equal(mem->extents[e].start[b], 0);
			memset(mem->extents[e].start, 0xee, PAGE_SIZE);
			pages += mem->extents[e].npages;
		}
		assert_int_equal(pages, sizes[i]);
		memobj_put(mem);
		object_reap();
		assert_int_equal(page_count_free(), nfree);
	}
}

static void test_not_enough_memory(void **state)
{
	u64 nfree = page_count_free();
	unsigned int made_up = 0;
	bool failed;

	(void)state;
	assert_null(memobj_create(nfree + 1));
	assert_null(memobj_create(nfree));
	assert_null(memobj_create(~(u64)0 >> PAGE_SHIFT));
	object_reap();
	assert_int_equal(page_count_free(), nfree);
	for (unsigned int n = 0;; n++) {
		struct memobj *mem;

		memory_fail(FAIL_FROM, n);
		mem = memobj_create(1000);
		if (!memory_fail_end()) {
			assert_non_null(mem);
			memobj_put(mem);
			object_reap();
			break;
		}
		assert_null(mem);
		object_reap();
		assert_int_equal(page_count_free(), nfree);
	}
	/* A single large block that is not there is made up of smaller ones. */
	for (unsigned int n = 0; n < 10; n++) {
		struct memobj *mem;

		memory_fail(FAIL_ONE, n);
		mem = memobj_create(1000);
		failed = memory_fail_end();
		if (!mem)
			continue;
		made_up += failed;
		assert_int_equal(mem->npages, 1000);
		memobj_put(mem);
		object_reap();
	}
	object_reap();
	assert_true(made_up >= 3);
	assert_int_equal(page_count_free(), nfree);
}

#define SCATTERED 200u

/* Memory in pieces: every second page is somebody else's. */
static void test_scattered_memory(void **state)
{
	static void *held[1 << 13];
	u64 nfree = page_count_free(), n = 0, seen = 0;
	struct memobj *mem;

	(void)state;
	while ((held[n] = page_alloc(0)))
		n++;
	for (u64 i = 0; i < n; i++)
		if (((u64)held[i] >> PAGE_SHIFT) & 1) {
			page_free(held[i], 0);
			held[i] = NULL;
		}
	mem = memobj_create(SCATTERED);
	assert_non_null(mem);
	assert_int_equal(mem->nextents, SCATTERED);
	for (u64 page = 0; page < SCATTERED; page++) {
		u64 npages;
		const void *at = memobj_at(mem, page, &npages);

		assert_int_equal(npages, 1);
		seen += at == mem->extents[page].start;
	}
	assert_int_equal(seen, SCATTERED);
	memobj_put(mem);
	object_reap();
	for (u64 i = 0; i < n; i++)
		if (held[i])
			page_free(held[i], 0);
	assert_int_equal(page_count_free(), nfree);
}

static void test_append_joins_what_is_contiguous(void **state)
{
	struct memobj *mem = memobj_create_empty();
	char *at = memory_area() + GIB;
	u64 npages;

	(void)state;
	mem->owned = false;
	assert_true(memobj_append(mem, at, 2));
	assert_true(memobj_append(mem, at + 2 * PAGE_SIZE, 3));
	assert_int_equal(mem->nextents, 1);
	assert_true(memobj_append(mem, at + 9 * PAGE_SIZE, 1));
	assert_true(memobj_append(mem, at, 4));
	assert_int_equal(mem->nextents, 3);
	assert_int_equal(mem->npages, 10);
	assert_ptr_equal(memobj_at(mem, 4, &npages), at + 4 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	assert_ptr_equal(memobj_at(mem, 5, &npages), at + 9 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	assert_ptr_equal(memobj_at(mem, 9, &npages), at + 3 * PAGE_SIZE);
	assert_int_equal(npages, 1);
	/* Without room for a longer list. */
	while (mem->nextents < mem->capacity)
		assert_true(memobj_append(mem, at + (20 + 2 * mem->nextents) * PAGE_SIZE, 1));
	memory_fail(FAIL_FROM, 0);
	assert_false(memobj_append(mem, at + 80 * PAGE_SIZE, 1));
	memory_fail_end();
	assert_int_equal(mem->npages, 7 + mem->capacity);
	assert_int_equal(mem->nextents, mem->capacity);
	memobj_put(mem);
	object_reap();
}

static void test_write_to_scattered_pages(void **state)
{
	struct memobj *mem = memobj_create_empty();
	char *page[4], data[3 * PAGE_SIZE];

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		page[i] = page_alloc_zero(0);
	/* Backwards, so that no two are contiguous. */
	for (unsigned int i = 4; i--;)
		assert_true(memobj_append(mem, page[i], 1));
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + 1);
	memobj_write(mem, PAGE_SIZE + 100, data, 2 * PAGE_SIZE);
	assert_int_equal(page[2][99], 0);
	assert_memory_equal(page[2] + 100, data, PAGE_SIZE - 100);
	assert_memory_equal(page[1], data + PAGE_SIZE - 100, PAGE_SIZE);
	assert_memory_equal(page[0], data + 2 * PAGE_SIZE - 100, 100);
	assert_int_equal(page[0][100], 0);
	assert_int_equal(page[3][0], 0);
	memobj_put(mem);
	object_reap();
}

static void test_view_without_memory(void **state)
{
	struct memobj *mem = memobj_create(1);

	(void)state;
	memory_fail(FAIL_FROM, 0);
	assert_null(mdl_create(mem, 0, 1, RW_));
	memory_fail_end();
	assert_int_equal(mem->object.refs, 1);
	memobj_put(mem);
	object_reap();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(test_pages_are_zero_and_go_back),
		MACHINE_TEST(test_not_enough_memory),
		MACHINE_TEST(test_scattered_memory),
		MACHINE_TEST(test_append_joins_what_is_contiguous),
		MACHINE_TEST(test_write_to_scattered_pages),
		MACHINE_TEST(test_view_without_memory),
	};

	return cmocka_run_group_tests_name("memobj", tests, NULL, NULL);
}
