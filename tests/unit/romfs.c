// SPDX-License-Identifier: Apache-2.0
/* The romfs reader: valid images, cut ones, damaged ones. */
#include "unit.h"

#include "lib/romfs.h"

#include <stdlib.h>
#include <string.h>

/* An image as genromfs makes them: volume, ".", "..", a folder, three files. */
#define IMAGE_SIZE 400u

static u8 image[IMAGE_SIZE];

static void put_word(u8 *image_, size_t at, u32 value)
{
	for (unsigned int i = 0; i < 4; i++)
		image_[at + i] = (u8)(value >> (24 - 8 * i));
}

static u32 word(const u8 *image_, size_t at)
{
	return (u32)image_[at] << 24 | (u32)image_[at + 1] << 16 | (u32)image_[at + 2] << 8 |
	       image_[at + 3];
}

static void fix_checksum(u8 *image_)
{
	u32 sum = 0;

	put_word(image_, 12, 0);
	for (size_t i = 0; i < IMAGE_SIZE; i += 4)
		sum += word(image_, i);
	put_word(image_, 12, -sum);
}

static size_t put_file(size_t at, u32 type, const char *name, const char *data, bool last)
{
	size_t header = 16 + (strlen(name) / 16 + 1) * 16;
	size_t next = (at + header + strlen(data) + 15) / 16 * 16;

	put_word(image, at, (u32)(last ? 0 : next) | type);
	put_word(image, at + 8, (u32)strlen(data));
	memcpy(image + at + 16, name, strlen(name));
	memcpy(image + at + header, data, strlen(data));
	return next;
}

#define LONG_NAME "a-name-of-more-than-sixteen-bytes"

static int setup(void **state)
{
	size_t at = 32;

	(void)state;
	memset(image, 0, sizeof(image));
	memcpy(image, "-rom1fs-", 8);
	put_word(image, 8, IMAGE_SIZE);
	memcpy(image + 16, "volume", 6);
	at = put_file(at, 1 | 8, ".", "", false);
	at = put_file(at, 0 | 8, "..", "", false);
	at = put_file(at, 2, "one.txt", "first", false);
	at = put_file(at, 1, "folder", "", false);
	at = put_file(at, 2 | 8, LONG_NAME, "the second one, longer", false);
	at = put_file(at, 2, "empty", "", true);
	assert_true(at <= IMAGE_SIZE);
	fix_checksum(image);
	return 0;
}

static const char *const names[] = { "one.txt", LONG_NAME, "empty" };
static const char *const contents[] = { "first", "the second one, longer", "" };

static void test_files(void **state)
{
	struct romfs_file file;
	struct romfs fs;

	(void)state;
	assert_true(romfs_open(&fs, image, sizeof(image)));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_true(romfs_find(&fs, names[i], &file));
		assert_string_equal(file.name, names[i]);
		assert_int_equal(file.size, strlen(contents[i]));
		assert_memory_equal(file.data, contents[i], file.size);
		assert_int_equal((size_t)(file.data - image) % 16, 0);
	}
}

static void test_find(void **state)
{
	struct romfs_file file;
	struct romfs fs;

	(void)state;
	assert_true(romfs_open(&fs, image, sizeof(image)));
	assert_true(romfs_find(&fs, LONG_NAME, &file));
	assert_int_equal(file.size, 22);
	assert_true(romfs_find(&fs, "empty", &file));
	assert_int_equal(file.size, 0);
	assert_false(romfs_find(&fs, "folder", &file));
	assert_false(romfs_find(&fs, ".", &file));
	assert_false(romfs_find(&fs, "one", &file));
	assert_false(romfs_find(&fs, "one.txtx", &file));
	assert_false(romfs_find(&fs, "", &file));
}

static void test_what_is_no_image(void **state)
{
	u8 copy[IMAGE_SIZE];
	struct romfs fs;

	(void)state;
	assert_true(romfs_open(&fs, image, IMAGE_SIZE + 1000));
	for (size_t i = 0; i < IMAGE_SIZE; i++) {
		memcpy(copy, image, sizeof(copy));
		copy[i] ^= 0x40;
		/* Magic, size and checksum cover every byte of so small an image. */
		assert_false(romfs_open(&fs, copy, sizeof(copy)));
	}
	memcpy(copy, image, sizeof(copy));
	put_word(copy, 8, IMAGE_SIZE + 16);
	fix_checksum(copy);
	assert_false(romfs_open(&fs, copy, sizeof(copy)));
	put_word(copy, 8, 31);
	fix_checksum(copy);
	assert_false(romfs_open(&fs, copy, sizeof(copy)));
	put_word(copy, 8, ~0u);
	fix_checksum(copy);
	assert_false(romfs_open(&fs, copy, sizeof(copy)));
}

/* Reads all files that an image still has, on a heap block of just its size; how many. */
static unsigned int read_all(const u8 *bytes, size_t size)
{
	u8 *block = malloc(size ? size : 1);
	struct romfs_file file;
	struct romfs fs;
	unsigned int count = 0;
	volatile u8 sum = 0;

	memcpy(block, bytes, size);
	if (romfs_open(&fs, block, size)) {
		for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
			if (!romfs_find(&fs, names[n], &file))
				continue;
			count++;
			for (size_t i = 0; i < file.size; i++)
				sum += file.data[i];
		}
		/* To the end, whatever stands in between. */
		assert_false(romfs_find(&fs, "no such file", &file));
	}
	free(block);
	return count;
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t size = 0; size < IMAGE_SIZE; size++) {
		u8 copy[IMAGE_SIZE];

		assert_int_equal(read_all(image, size), 0);
		/* And with a header that says so. */
		memcpy(copy, image, IMAGE_SIZE);
		memset(copy + size, 0, IMAGE_SIZE - size);
		if (size >= 16) {
			put_word(copy, 8, (u32)size);
			fix_checksum(copy);
			read_all(copy, size);
		}
	}
	assert_int_equal(read_all(image, IMAGE_SIZE), 3);
}

static void test_chains_that_do_not_go_forward(void **state)
{
	(void)state;
	for (u32 next = 0; next < IMAGE_SIZE; next += 16) {
		setup(state);
		put_word(image, 96, next | 2);
		fix_checksum(image);
		read_all(image, IMAGE_SIZE);
	}
	setup(state);
	/* "one.txt" follows itself. */
	put_word(image, 96, 96 | 2);
	fix_checksum(image);
	assert_int_equal(read_all(image, IMAGE_SIZE), 1);
}

static void test_sizes_that_are_too_large(void **state)
{
	static const u32 sizes[] = { IMAGE_SIZE, 0x7fffffff, 0xffffffff, 0xfffffff0,
				     IMAGE_SIZE - 128 + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		setup(state);
		put_word(image, 96 + 8, sizes[i]);
		fix_checksum(image);
		assert_int_equal(read_all(image, IMAGE_SIZE), 0);
	}
}

static void test_random_damage(void **state)
{
	u64 random = TEST_SEED;

	(void)state;
	for (unsigned int turn = 0; turn < 20000; turn++) {
		u8 copy[IMAGE_SIZE];

		memcpy(copy, image, sizeof(copy));
		for (unsigned int i = 0; i < 1 + turn % 8; i++)
			copy[16 + test_random(&random) % (IMAGE_SIZE - 16)] =
				(u8)test_random(&random);
		fix_checksum(copy);
		read_all(copy, sizeof(copy));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_files, setup),
		cmocka_unit_test_setup(test_find, setup),
		cmocka_unit_test_setup(test_what_is_no_image, setup),
		cmocka_unit_test_setup(test_every_length, setup),
		cmocka_unit_test_setup(test_chains_that_do_not_go_forward, setup),
		cmocka_unit_test_setup(test_sizes_that_are_too_large, setup),
		cmocka_unit_test_setup(test_random_damage, setup),
	};

	return cmocka_run_group_tests_name("romfs", tests, NULL, NULL);
}
