// SPDX-License-Identifier: Apache-2.0
#include "support/core_session.h"

#include "unit.h"

#include <string.h>

struct core_file core;
uint8_t file[FILE_MAX], *image, *stack, *heap;
size_t file_size;

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

int core_session_setup(void **state)
{
	(void)state;
	frozen_begin(&frozen, "sensor", 7);
	strcpy(frozen.target.image, "sensor.elf");
	frozen.target.load_offset = IMAGE;
	frozen.target.fault = (struct inspect_fault){
		.exception = { .cause = 21, .address = 0x1234, .pc = 0x5678 },
		.text = "load guest-page fault"
	};
	frozen.target.fault.second_is = INSPECT_SECOND_VECTOR;
	frozen.target.fault.second.cause = 12;
	image = frozen_region(&frozen, IMAGE, 4 * PAGE, INSPECT_READ | INSPECT_WRITE, "data");
	put_image();
	stack = frozen_region(&frozen, STACK, 16 * PAGE, INSPECT_READ | INSPECT_WRITE, "stack");
	heap = frozen_region(&frozen, HEAP, HEAP_PAGES * PAGE, INSPECT_READ | INSPECT_EXECUTE,
			     "heap");
	frozen_thread(&frozen, 9);
	frozen_thread(&frozen, 10);
	return 0;
}

int core_session_teardown(void **state)
{
	(void)state;
	frozen_end(&frozen);
	return 0;
}

void write_core(void)
{
	assert_int_equal(core_plan(&core, &frozen.target), CORE_OK);
	file_size = core_read(&core, 0, file, sizeof(file));
	assert_int_equal(file_size, core.size);
}

u64 field(size_t offset, size_t size)
{
	assert_true(offset + size <= file_size);
	return load_le(file + offset, size);
}

u32 header_count(void)
{
	return (u32)field(56, 2);
}

struct phdr header(u32 i)
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

const uint8_t *note(u32 type, u32 nth, size_t *size)
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

void expect_contents(void)
{
	for (u32 i = 0; i < frozen.region_count; i++)
		for (u64 at = 0; at < frozen.regions[i].size; at += 512)
			assert_int_equal(byte_at(frozen.regions[i].base + at),
					 frozen.memory[i][at]);
}
