// SPDX-License-Identifier: Apache-2.0
/* Core files: every byte where the headers say, holes, hostile processes. */
#include "unit.h"

#include "inspect/bytes.h"
#include "inspect/core_file.h"
#include "support/frozen.h"

#include <stdlib.h>
#include <string.h>

#define IMAGE 0x3000000000u
#define STACK 0x4000000000u
#define HEAP 0x5000000000u
#define PAGE 4096u
#define FILE_MAX 0x900000u

/* ELF64 as its specification has it. */
struct phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

static struct frozen frozen;
static struct core_file core;
static uint8_t file[FILE_MAX], *image, *stack, *heap;
static size_t file_size;

/* An ELF header with one segment of two pages, of which the file fills one and a byte. */
static void put_image(void)
{
	struct bytes b = bytes_into(image, 512);
	static const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	bytes_put(&b, ident, sizeof(ident));
	bytes_u16(&b, 3);
	bytes_u16(&b, 243);
	bytes_u32(&b, 1);
	bytes_u64(&b, 0x100); /* e_entry */
	bytes_u64(&b, 64);
	bytes_u64(&b, 0);
	bytes_u32(&b, 1); /* e_flags: lp64 */
	bytes_u16(&b, 64);
	bytes_u16(&b, 56);
	bytes_u16(&b, 1);
	bytes_zero(&b, 6);
	bytes_u32(&b, 1);
	bytes_u32(&b, 6);
	bytes_u64(&b, 0);
	bytes_u64(&b, 0); /* p_vaddr */
	bytes_u64(&b, 0);
	bytes_u64(&b, PAGE + 1); /* p_filesz */
	bytes_u64(&b, 4 * PAGE);
	bytes_u64(&b, PAGE);
}

static int setup(void **state)
{
	(void)state;
	frozen_begin(&frozen, "sensor", 7);
	strcpy(frozen.target.image, "sensor.elf");
	frozen.target.load_offset = IMAGE;
	frozen.target.fault = (struct inspect_fault){
		.exception = { .cause = 21, .address = 0x1234, .pc = 0x5678 },
		.text = "load guest-page fault"
	};
	image = frozen_region(&frozen, IMAGE, 4 * PAGE, INSPECT_READ | INSPECT_WRITE, "data");
	put_image();
	stack = frozen_region(&frozen, STACK, 16 * PAGE, INSPECT_READ | INSPECT_WRITE, "stack");
	heap = frozen_region(&frozen, HEAP, 2048 * PAGE, INSPECT_READ | INSPECT_EXECUTE, "heap");
	frozen_thread(&frozen, 9);
	frozen_thread(&frozen, 10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	frozen_end(&frozen);
	return 0;
}

static void write_core(void)
{
	assert_int_equal(core_plan(&core, &frozen.target), CORE_OK);
	file_size = core_read(&core, 0, file, sizeof(file));
	assert_int_equal(file_size, core.size);
}

static u64 field(size_t offset, size_t size)
{
	assert_true(offset + size <= file_size);
	return load_le(file + offset, size);
}

static u32 header_count(void)
{
	return (u32)field(56, 2);
}

static struct phdr header(u32 i)
{
	struct phdr ph;

	assert_true(i < header_count());
	memcpy(&ph, file + 64 + i * sizeof(ph), sizeof(ph));
	return ph;
}

/* A byte of the process as the file has it; fails where it has none. */
static uint8_t byte_at(u64 address)
{
	for (u32 i = 1; i < header_count(); i++) {
		struct phdr ph = header(i);

		if (address - ph.vaddr < ph.filesz)
			return file[ph.offset + (address - ph.vaddr)];
		if (address - ph.vaddr < ph.memsz)
			return 0;
	}
	fail_msg("no segment has address %lx", address);
	return 0;
}

/* Note number `nth` of a type: its contents and size. */
static const uint8_t *note(u32 type, u32 nth, size_t *size)
{
	struct phdr ph = header(0);
	size_t at = ph.offset;

	assert_int_equal(ph.type, 4);
	while (at < ph.offset + ph.filesz) {
		u64 name = field(at, 4), desc = field(at + 4, 4), this_type = field(at + 8, 4);
		size_t contents = at + 12 + ((name + 3) & ~3ul);

		if (this_type == type && nth-- == 0) {
			*size = desc;
			return file + contents;
		}
		at = contents + ((desc + 3) & ~3ul);
	}
	assert_int_equal(at, ph.offset + ph.filesz); /* the last one ends where they all do */
	return NULL;
}

static void expect_contents(void)
{
	for (u32 i = 0; i < frozen.region_count; i++)
		for (u64 at = 0; at < frozen.regions[i].size; at += 512)
			assert_int_equal(byte_at(frozen.regions[i].base + at),
					 frozen.memory[i][at]);
}

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
	assert_int_equal(header(4).memsz, 2048 * PAGE);
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

static void test_memory(void **state)
{
	u64 random = TEST_SEED;

	(void)state;
	for (int i = 0; i < 300; i++) {
		heap[test_random(&random) % (2048 * PAGE)] = (uint8_t)test_random(&random);
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
	for (u64 at = 0; at < 2048 * PAGE; at += 2 * PAGE)
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
	memset(heap, 0xff, 2048 * PAGE);
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
		cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_image_content, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_holes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_thread_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_process_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_thread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_regions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_regions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untouched, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untouched_image, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changing_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_header_fuzz, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
