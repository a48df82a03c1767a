// SPDX-License-Identifier: Apache-2.0
/* The ELF reader: a good program, each way to be wrong, cut and damaged ones. */
#include "unit.h"

#include "sdk/lib/elf_reader.h"

#include <stdlib.h>
#include <string.h>

/* ELF64 as its specification has it. */
struct ehdr {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

struct shdr {
	u32 name, type;
	u64 flags, addr, offset, size;
	u32 link, info;
	u64 addralign, entsize;
};

#define PF_X 1u
#define PF_W 2u
#define PF_R 4u

/* A program in one struct, so that tests can change any field of it. */
static struct program {
	struct ehdr eh;
	struct phdr ph[5]; /* interpreter's place, text, data, empty, note */
	struct {
		u32 namesz, descsz, type;
		char name[4];
		u8 id[20];
	} note;
	char text[100], data[50];
	char strtab[16];
	u8 symtab[48];
	struct shdr sh[3];
} good, p;

_Static_assert(sizeof(struct ehdr) == ELF_HEADER_SIZE, "as specified");
_Static_assert(sizeof(struct phdr) == ELF_PROGRAM_HEADER_SIZE, "as specified");

#define OFFSET(member) offsetof(struct program, member)

static int setup(void **state)
{
	(void)state;
	memset(&good, 0, sizeof(good));
	good.eh = (struct ehdr){ .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
				 .type = 3,
				 .machine = 243,
				 .version = 1,
				 .entry = 0x1010,
				 .phoff = OFFSET(ph),
				 .shoff = OFFSET(sh),
				 .ehsize = 64,
				 .phentsize = 56,
				 .phnum = 5,
				 .shentsize = 64,
				 .shnum = 3 };
	good.ph[0] = (struct phdr){ .type = 6, .offset = OFFSET(ph), .filesz = sizeof(good.ph) };
	good.ph[1] = (struct phdr){ .type = 1,
				    .flags = PF_R | PF_X,
				    .offset = OFFSET(text),
				    .vaddr = 0x1010,
				    .filesz = 100,
				    .memsz = 100 };
	good.ph[2] = (struct phdr){ .type = 1,
				    .flags = PF_W,
				    .offset = OFFSET(data),
				    .vaddr = 0x3ff0,
				    .filesz = 50,
				    .memsz = 0x2000 };
	good.ph[3] = (struct phdr){ .type = 1, .flags = PF_R, .vaddr = 0x1000 };
	good.ph[4] =
		(struct phdr){ .type = 4, .offset = OFFSET(note), .filesz = sizeof(good.note) };
	good.note.namesz = 4;
	good.note.descsz = 20;
	good.note.type = 3;
	memcpy(good.note.name, "GNU", 4);
	memset(good.note.id, 0xb1, 20);
	memset(good.text, 't', 100);
	memset(good.data, 'd', 50);
	good.sh[1] = (struct shdr){
		.type = 2, .offset = OFFSET(symtab), .size = 48, .link = 2, .entsize = 24
	};
	good.sh[2] = (struct shdr){ .type = 3, .offset = OFFSET(strtab), .size = 16 };
	p = good;
	return 0;
}

static void test_a_good_program(void **state)
{
	struct elf_image elf;
	struct elf_segment s;
	u32 cursor = 0;

	(void)state;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_OK);
	assert_int_equal(elf.entry, 0x1010);
	assert_int_equal(elf.low, 0x1000);
	assert_int_equal(elf.high, 0x6000);
	assert_int_equal(elf.segment_count, 2);
	assert_true(elf.relocatable);
	assert_false(elf.writable_executable);
	assert_ptr_equal(elf.symtab.data, p.symtab);
	assert_int_equal(elf.symtab.size, 48);
	assert_ptr_equal(elf.strtab.data, p.strtab);
	assert_int_equal(elf.strtab.size, 16);
	assert_ptr_equal(elf.build_id.data, p.note.id);
	assert_int_equal(elf.build_id.size, 20);
	assert_true(elf_next_segment(&elf, &cursor, &s));
	assert_int_equal(s.address, 0x1010);
	assert_int_equal(s.memory_size, 100);
	assert_ptr_equal(s.content.data, p.text);
	assert_int_equal(s.content.size, 100);
	assert_int_equal(s.content.offset, OFFSET(text));
	assert_int_equal(s.flags, ELF_READ | ELF_EXECUTE);
	assert_true(elf_next_segment(&elf, &cursor, &s));
	assert_int_equal(s.address, 0x3ff0);
	assert_int_equal(s.memory_size, 0x2000);
	assert_int_equal(s.content.size, 50);
	/* Writable is readable as well. */
	assert_int_equal(s.flags, ELF_READ | ELF_WRITE);
	assert_false(elf_next_segment(&elf, &cursor, &s));
}

/* One field of one size at one place gets a value. */
static const struct {
	const char *what;
	size_t at, size;
	u64 value;
	enum elf_error error;
} changes[] = {
	{ "magic", 0, 1, 0x7e, ELF_NOT_ELF },
	{ "magic", 3, 1, 'f', ELF_NOT_ELF },
	{ "32 bit", 4, 1, 1, ELF_WRONG_CLASS },
	{ "big-endian", 5, 1, 2, ELF_WRONG_CLASS },
	{ "x86", OFFSET(eh.machine), 2, 62, ELF_WRONG_ARCHITECTURE },
	{ "object file", OFFSET(eh.type), 2, 1, ELF_NOT_A_PROGRAM },
	{ "core file", OFFSET(eh.type), 2, 4, ELF_NOT_A_PROGRAM },
	{ "odd entry", OFFSET(eh.entry), 8, 0x1011, ELF_ODD_ENTRY },
	{ "program header size", OFFSET(eh.phentsize), 2, 32, ELF_BAD_HEADER },
	{ "section header size", OFFSET(eh.shentsize), 2, 40, ELF_BAD_HEADER },
	{ "program headers outside", OFFSET(eh.phoff), 8, sizeof(p), ELF_TRUNCATED },
	{ "program headers outside", OFFSET(eh.phoff), 8, ~(u64)0, ELF_TRUNCATED },
	{ "program headers outside", OFFSET(eh.phoff), 8, ~(u64)0 - 56, ELF_TRUNCATED },
	{ "section headers outside", OFFSET(eh.shoff), 8, sizeof(p) - 100, ELF_TRUNCATED },
	{ "section headers outside", OFFSET(eh.shoff), 8, ~(u64)0, ELF_TRUNCATED },
	{ "many program headers", OFFSET(eh.phnum), 2, 0xffff, ELF_TRUNCATED },
	{ "many section headers", OFFSET(eh.shnum), 2, 0xffff, ELF_TRUNCATED },
	{ "no program header", OFFSET(eh.phnum), 2, 0, ELF_NO_SEGMENT },
	{ "interpreter", OFFSET(ph[0].type), 4, 3, ELF_DYNAMIC },
	{ "segment outside", OFFSET(ph[1].offset), 8, sizeof(p) - 99, ELF_TRUNCATED },
	{ "segment outside", OFFSET(ph[1].offset), 8, ~(u64)0, ELF_TRUNCATED },
	{ "segment outside", OFFSET(ph[2].filesz), 8, ~(u64)0, ELF_TRUNCATED },
	{ "more in the file", OFFSET(ph[1].memsz), 8, 99, ELF_BAD_SEGMENT },
	{ "beyond the end", OFFSET(ph[2].vaddr), 8, ELF_ADDRESS_END - 0x1fff, ELF_BAD_SEGMENT },
	{ "beyond the end", OFFSET(ph[2].memsz), 8, ELF_ADDRESS_END, ELF_BAD_SEGMENT },
	{ "over the top", OFFSET(ph[2].memsz), 8, ~(u64)0, ELF_BAD_SEGMENT },
	{ "over the top", OFFSET(ph[2].vaddr), 8, ~(u64)0 - 0xfff, ELF_BAD_SEGMENT },
	{ "the same page", OFFSET(ph[2].vaddr), 8, 0x1f00, ELF_SHARED_PAGE },
	{ "descending", OFFSET(ph[1].vaddr), 8, 0x8000, ELF_SHARED_PAGE },
	{ "link of the symbols", OFFSET(sh[1].link), 4, 3, ELF_BAD_HEADER },
	{ "link of the symbols", OFFSET(sh[1].link), 4, ~0u, ELF_BAD_HEADER },
	{ "link of the symbols", OFFSET(sh[1].link), 4, 0, ELF_BAD_HEADER },
	{ "symbol size", OFFSET(sh[1].entsize), 8, 16, ELF_BAD_HEADER },
	{ "symbols outside", OFFSET(sh[1].offset), 8, ~(u64)0, ELF_TRUNCATED },
	{ "symbols outside", OFFSET(sh[1].size), 8, sizeof(p), ELF_TRUNCATED },
	{ "strings outside", OFFSET(sh[2].size), 8, sizeof(p), ELF_TRUNCATED },
	/* And what does no harm. */
	{ "at the end", OFFSET(ph[2].vaddr), 8, ELF_ADDRESS_END - 0x2000, ELF_OK },
	{ "just another page", OFFSET(ph[2].vaddr), 8, 0x2000, ELF_OK },
	{ "no section header", OFFSET(eh.shnum), 2, 0, ELF_OK },
	{ "no symbols", OFFSET(sh[1].type), 4, 1, ELF_OK },
	{ "empty symbols", OFFSET(sh[1].size), 8, 0, ELF_OK },
	{ "note outside", OFFSET(ph[4].offset), 8, ~(u64)0, ELF_OK },
	{ "note of a large name", OFFSET(note.namesz), 4, ~0u, ELF_OK },
	{ "note of a large content", OFFSET(note.descsz), 4, ~0u, ELF_OK },
	{ "note of others", OFFSET(note.name), 4, 'X', ELF_OK },
};

static void test_each_way_to_be_wrong(void **state)
{
	struct elf_image elf;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		enum elf_error error;

		p = good;
		memcpy((char *)&p + changes[i].at, &changes[i].value, changes[i].size);
		error = elf_parse(&elf, &p, sizeof(p));
		if (error != changes[i].error)
			fail_msg("%s: %s instead of %s", changes[i].what, elf_error_name(error),
				 elf_error_name(changes[i].error));
	}
}

static void test_what_is_recognised(void **state)
{
	struct elf_image elf;

	(void)state;
	p.ph[1].flags |= PF_W;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_OK);
	assert_true(elf.writable_executable);
	p = good;
	p.eh.type = 2;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_OK);
	assert_false(elf.relocatable);
	p.ph[1].vaddr = 0x10;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_PAGE_ZERO);
	p.eh.type = 3;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_OK);
	assert_int_equal(elf.low, 0);
	p = good;
	p.sh[1].type = 1;
	assert_int_equal(elf_parse(&elf, &p, sizeof(p)), ELF_OK);
	assert_null(elf.symtab.data);
	assert_null(elf.strtab.data);
}

/* Reads all that a parse gives, from a heap block of just the image's size. */
static enum elf_error read_all(const void *bytes, size_t size)
{
	u8 *block = malloc(size ? size : 1);
	struct elf_image elf;
	struct elf_segment s;
	volatile u8 sum = 0;
	enum elf_error error;
	u32 cursor = 0, count = 0;

	memcpy(block, bytes, size);
	error = elf_parse(&elf, block, size);
	if (error == ELF_OK) {
		while (elf_next_segment(&elf, &cursor, &s)) {
			count++;
			assert_true(s.memory_size >= s.content.size && s.memory_size);
			assert_true(s.address >= elf.low);
			assert_true(s.address + s.memory_size <= elf.high);
			for (size_t i = 0; i < s.content.size; i++)
				sum += s.content.data[i];
		}
		assert_int_equal(count, elf.segment_count);
		assert_true(elf.high <= ELF_ADDRESS_END);
		for (size_t i = 0; elf.symtab.data && i < elf.symtab.size; i++)
			sum += elf.symtab.data[i];
		for (size_t i = 0; elf.strtab.data && i < elf.strtab.size; i++)
			sum += elf.strtab.data[i];
		for (size_t i = 0; elf.build_id.data && i < elf.build_id.size; i++)
			sum += elf.build_id.data[i];
	}
	free(block);
	return error;
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(p); size++)
		assert_int_equal(read_all(&p, size), size < 4 ? ELF_NOT_ELF : ELF_TRUNCATED);
	assert_int_equal(read_all(&p, sizeof(p)), ELF_OK);
}

static void test_random_damage(void **state)
{
	static const u64 values[] = {
		0, 1, ~(u64)0, 0x7fffffffffffffff, 0x8000000000000000, 56, sizeof(p), 0x1000
	};
	u64 random = TEST_SEED;
	unsigned int ok = 0;

	(void)state;
	for (unsigned int turn = 0; turn < 30000; turn++) {
		p = good;
		for (unsigned int i = 0; i < 1 + turn % 4; i++) {
			u64 at = 8 + test_random(&random) % (sizeof(p) - 16);

			if (turn & 1)
				((u8 *)&p)[at] = (u8)test_random(&random);
			else
				memcpy((char *)&p + at / 8 * 8,
				       &values[test_random(&random) % ARRAY_SIZE(values)], 8);
		}
		ok += read_all(&p, sizeof(p)) == ELF_OK;
	}
	/* Not all damage is to what counts, and not all is harmless. */
	assert_in_range(ok, 100, 29000);
}

static void test_every_error_has_words(void **state)
{
	(void)state;
	for (unsigned int e = 0; e < ELF_ERROR_COUNT; e++) {
		assert_non_null(elf_error_name(e));
		assert_true(strlen(elf_error_name(e)) > 1);
		assert_true(strlen(elf_error_text(e)) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_good_program, setup),
		cmocka_unit_test_setup(test_each_way_to_be_wrong, setup),
		cmocka_unit_test_setup(test_what_is_recognised, setup),
		cmocka_unit_test_setup(test_every_length, setup),
		cmocka_unit_test_setup(test_random_damage, setup),
		cmocka_unit_test_setup(test_every_error_has_words, setup),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
