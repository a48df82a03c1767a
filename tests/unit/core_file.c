// SPDX-License-Identifier: Apache-2.0
/* Core files: every byte where the headers say, holes, hostile processes. */
#include "unit.h"

#include "support/core_session.h"

#include <string.h>

static void test_headers(void **state)
{
	u64 end;

	(void)state;
	stack[16 * PAGE - 1] = 1;
	write_core();
	assert_memory_equal(file, "\177ELF\2\1\1", 7);
	assert_int_equal(field(16, 2), 4);   /* ET_CORE */
	assert_int_equal(field(18, 2), 243); /* EM_RISCV */
	assert_int_equal(field(32, 8), 64);
	assert_int_equal(field(48, 4), 1); /* as the image has them */
	assert_int_equal(field(54, 2), 56);
	/* Notes, image, stack without and with content, heap. */
	assert_int_equal(header_count(), 5);
	end = header(0).offset + header(0).filesz;
	assert_int_equal(header(0).offset, 64 + 5 * 56);
	for (u32 i = 1; i < 5; i++) {
		struct phdr ph = header(i);

		assert_int_equal(ph.type, 1);
		assert_int_equal((ph.offset | ph.vaddr | ph.filesz | ph.memsz) % PAGE, 0);
		assert_true(ph.offset >= end && ph.offset - end < PAGE);
		end = ph.offset + ph.filesz;
	}
	assert_int_equal(end, file_size);
	assert_int_equal(header(1).flags, 6);
	assert_int_equal(header(4).flags, 5);
	assert_int_equal(header(2).filesz, 0);
	assert_int_equal(header(2).memsz, 15 * PAGE);
	assert_int_equal(header(3).filesz, PAGE);
	assert_int_equal(header(4).filesz, 0);
	assert_int_equal(header(4).memsz, HEAP_PAGES * PAGE);
}

/* The image's file content is kept though it is zero now; its .bss is not. */
static void test_image_content(void **state)
{
	(void)state;
	write_core();
	assert_int_equal(header(1).vaddr, IMAGE);
	assert_int_equal(header(1).filesz, 2 * PAGE);
	assert_int_equal(header(1).memsz, 4 * PAGE);
	/* Without the header nobody knows. */
	image[0] = 0;
	write_core();
	assert_int_equal(header(1).filesz, PAGE);
	assert_int_equal(field(48, 4), 5);
}

/* A copy of the file that the program has read is not its image, nor are endless headers. */
static void test_other_image(void **state)
{
	(void)state;
	memcpy(heap, image, 512);
	image[0] = 0;
	write_core();
	assert_int_equal(field(48, 4), 5);
	assert_int_equal(header(1).filesz, PAGE);
	image[0] = 0x7f;
	image[56] = 64;
	write_core();
	assert_int_equal(field(48, 4), 1);
	image[56] = 65;
	write_core();
	assert_int_equal(field(48, 4), 5);
	frozen.target.load_offset = UINT64_MAX - 10; /* no room for a header */
	write_core();
}

static void test_memory(void **state)
{
	u64 random = TEST_SEED;

	(void)state;
	for (int i = 0; i < 300; i++) {
		heap[test_random(&random) % (HEAP_PAGES * PAGE)] = (uint8_t)test_random(&random);
		stack[test_random(&random) % (16 * PAGE)] = (uint8_t)test_random(&random);
	}
	write_core();
	expect_contents();
	assert_in_range(file_size, 100 * PAGE, 400 * PAGE);
	assert_true(core.run_count < CORE_RUNS);
}

/* More holes than there may be segments. */
static void test_many_holes(void **state)
{
	(void)state;
	for (u64 at = 0; at < HEAP_PAGES * PAGE; at += 2 * PAGE)
		heap[at + 100] = 1;
	stack[8 * PAGE] = 7;
	write_core();
	expect_contents();
	assert_int_equal(core.run_count, CORE_RUNS);
	assert_int_equal(header_count(), CORE_RUNS + 1);
}

/* Any part, in any order, is what it is in the whole. */
static void test_parts(void **state)
{
	static uint8_t part[10000];
	u64 random = TEST_SEED;

	(void)state;
	for (int i = 0; i < 50; i++)
		heap[test_random(&random) % (64 * PAGE)] = (uint8_t)test_random(&random);
	while (frozen.target.thread_count < 40)
		frozen_thread(&frozen, 100 + frozen.target.thread_count);
	write_core();
	for (int i = 0; i < 5000; i++) {
		u64 at = test_random(&random) % (file_size + 100);
		size_t size = test_random(&random) % sizeof(part), expected = 0;

		if (i % 2)
			at %= core.data + 100;
		if (at < file_size)
			expected = min_u64(size, file_size - at);
		assert_int_equal(core_read(&core, at, part, size), expected);
		if (expected)
			assert_memory_equal(part, file + at, expected);
	}
	assert_int_equal(core_read(&core, UINT64_MAX, part, 10), 0);
}

static void test_thread_notes(void **state)
{
	(void)state;
	write_core();
	for (u32 i = 0; i < 2; i++) {
		const struct inspect_thread *t = &frozen.threads[i];
		size_t size;
		const uint8_t *n = note(1, i, &size);

		assert_non_null(n);
		assert_int_equal(size, 376);
		assert_int_equal(load_le(n + 12, 2), 11);
		assert_int_equal(load_le(n + 32, 4), t->tid);
		assert_int_equal(load_le(n + 112, 8), t->pc);
		for (u32 x = 1; x < 32; x++)
			assert_int_equal(load_le(n + 112 + 8 * x, 8), t->x[x]);
		n = note(2, i, &size);
		assert_int_equal(size, 264);
		assert_memory_equal(n, t->f, 256);
		assert_int_equal(load_le(n + 256, 8), 0x61);
		n = note(0x900, i, &size);
		assert_int_equal(size, 8 * INSPECT_CSR_COUNT);
		assert_memory_equal(n, t->csr, size);
		n = note(0x53494749, i, &size);
		assert_int_equal(size, 128);
		assert_int_equal(load_le(n, 4), i ? 0 : 11);
		assert_int_equal(load_le(n + 16, 8), i ? 0 : 0x1234);
	}
}

static void test_process_notes(void **state)
{
	size_t size;
	const uint8_t *n;

	(void)state;
	write_core();
	n = note(3, 0, &size);
	assert_int_equal(size, 136);
	assert_int_equal(load_le(n + 24, 4), 7);
	assert_string_equal((const char *)n + 40, "sensor.elf");
	assert_string_equal((const char *)n + 56, "sensor");
	n = note(6, 0, &size);
	assert_int_equal(size, 6 * 16);
	assert_int_equal(load_le(n + 8, 8), IMAGE + 64);
	assert_int_equal(load_le(n + 48, 8), 9); /* AT_ENTRY */
	assert_int_equal(load_le(n + 56, 8), IMAGE + 0x100);
	n = note(0xff000000, 0, &size);
	assert_int_equal(strlen((const char *)n) + 1, size);
	n = note(0x466c0001, 0, &size);
	assert_int_equal(size, 336);
	assert_int_equal(load_le(n, 4), 1);
	assert_int_equal(load_le(n + 8, 8), IMAGE);
	assert_int_equal(load_le(n + 16, 8), IMAGE + 0x100);
	assert_int_equal(load_le(n + 40, 8), 21);
	assert_int_equal(load_le(n + 48, 8), 0x5678);
	assert_int_equal(load_le(n + 56, 8), 0x1234);
	assert_int_equal(load_le(n + 80, 8), INSPECT_SECOND_VECTOR);
	assert_int_equal(load_le(n + 104, 8), 12);
	assert_string_equal((const char *)n + 144, "sensor");
	assert_string_equal((const char *)n + 208, "load guest-page fault");
	n = note(0x466c0002, 0, &size);
	assert_int_equal(size, 3 * 56);
	assert_int_equal(load_le(n + 56, 8), STACK);
	assert_int_equal(load_le(n + 64, 8), 16 * PAGE);
	assert_int_equal(load_le(n + 72, 8), 3);
	assert_string_equal((const char *)n + 80, "stack");
	assert_null(note(0x466c0003, 0, &size));
}

/* Long names are cut where a field ends. */
static void test_long_names(void **state)
{
	size_t size;
	char name[64];

	(void)state;
	memset(frozen.target.image, 'i', INSPECT_NAME - 1);
	memset(frozen.target.name, 'n', INSPECT_NAME - 1);
	write_core();
	assert_int_equal(strlen((const char *)note(3, 0, &size) + 40), 15);
	strcpy(frozen.target.name, "a/b c\xff.");
	core_name(&frozen.target, name, sizeof(name));
	assert_string_equal(name, "a_b_c_..7.core");
	core_name(&frozen.target, name, 8);
	assert_string_equal(name, "a_b_c_.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_headers),      CORE_TEST(test_image_content),
		CORE_TEST(test_other_image),  CORE_TEST(test_memory),
		CORE_TEST(test_many_holes),   CORE_TEST(test_parts),
		CORE_TEST(test_thread_notes), CORE_TEST(test_process_notes),
		CORE_TEST(test_long_names),
	};

	return cmocka_run_group_tests_name("core_file", tests, NULL, NULL);
}
