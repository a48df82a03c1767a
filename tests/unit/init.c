// SPDX-License-Identifier: Apache-2.0
/* Loading the first program: a good one, each way to be wrong, cut and damaged ones. */
#include "unit.h"

#include "boot/boot.h"
#include "fake.h"
#include "support/world.h"

#include <string.h>

#define FILE_AT 64u /* in ROMFS: behind the image's header and the file's */

/* A romfs image with one program, of which tests can change any field. */
struct image {
	char magic[8];
	u8 size[4], checksum[4];
	char volume[16];
	u8 next[4], info[4], file_size[4], file_checksum[4];
	char name[16];
	struct {
		u8 ident[16];
		u16 type, machine;
		u32 version;
		u64 entry, phoff, shoff;
		u32 flags;
		u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
	} eh;
	struct {
		u32 type, flags;
		u64 offset, vaddr, paddr, filesz, memsz, align;
	} ph[3];
	struct {
		u32 name, type;
		u64 flags, addr, offset, size;
		u32 link, info;
		u64 addralign, entsize;
	} sh[3];
	u8 symtab[48], strtab[16], text[96], data[48];
};

static struct image good;
static struct image *const image = (struct image *)world_romfs;
static const char *const unusable = "the first program is not usable";

#define OFFSET(member) (offsetof(struct image, member) - FILE_AT)

static void put_word(u8 *to, u32 value)
{
	for (unsigned int i = 0; i < 4; i++)
		to[i] = (u8)(value >> (24 - 8 * i));
}

/* The file's size, and the checksum over the image's first 512 bytes. */
static void finish(u64 bytes)
{
	u32 sum = 0;

	put_word(image->file_size, (u32)bytes);
	put_word(image->checksum, 0);
	for (unsigned int i = 0; i < 512; i += 4)
		sum += (u32)(u8)world_romfs[i] << 24 | (u32)(u8)world_romfs[i + 1] << 16 |
		       (u32)(u8)world_romfs[i + 2] << 8 | (u8)world_romfs[i + 3];
	put_word(image->checksum, -sum);
}

static int setup(void **state)
{
	memset(&good, 0, sizeof(good));
	memcpy(good.magic, "-rom1fs-", 8);
	put_word(good.size, (u32)(ROMFS_PAGES << PAGE_SHIFT));
	good.next[3] = 2;
	strcpy(good.name, "init.elf");
	memcpy(good.eh.ident, "\177ELF\2\1\1", 7);
	good.eh.type = 3;
	good.eh.machine = 243;
	good.eh.entry = 0x1010;
	good.eh.phoff = OFFSET(ph);
	good.eh.shoff = OFFSET(sh);
	good.eh.phentsize = sizeof(good.ph[0]);
	good.eh.phnum = 3;
	good.eh.shentsize = sizeof(good.sh[0]);
	good.eh.shnum = 3;
	good.ph[0].type = 4;
	good.ph[1].type = 1;
	good.ph[1].flags = 5;
	good.ph[1].offset = OFFSET(text);
	good.ph[1].vaddr = 0x1000 + offsetof(struct image, text) % PAGE_SIZE;
	good.ph[1].filesz = good.ph[1].memsz = sizeof(good.text);
	good.ph[2].type = 1;
	good.ph[2].flags = 6;
	good.ph[2].offset = OFFSET(data);
	good.ph[2].vaddr = 0x3ff0;
	good.ph[2].filesz = sizeof(good.data);
	good.ph[2].memsz = 0x2000;
	good.sh[1].type = 2;
	good.sh[1].offset = OFFSET(symtab);
	good.sh[1].size = sizeof(good.symtab);
	good.sh[1].link = 2;
	good.sh[1].entsize = 24;
	good.sh[2].type = 3;
	good.sh[2].offset = OFFSET(strtab);
	good.sh[2].size = sizeof(good.strtab);
	memset(good.text, 't', sizeof(good.text));
	memset(good.data, 'd', sizeof(good.data));
	*image = good;
	return machine_setup(state);
}

static bool lies_in_romfs(gpa_t at, u64 bytes)
{
	return at >= VM_ROMFS && bytes <= ROMFS_PAGES << PAGE_SHIFT &&
	       at - VM_ROMFS <= (ROMFS_PAGES << PAGE_SHIFT) - bytes;
}

/* Starts what stands in the image, looks at it, and lets it go again. */
static const char *start(u64 bytes, void (*look)(struct task *task))
{
	const char *problem;
	struct task *task;

	finish(bytes);
	problem = init_start(NULL);
	task = task_next(0);
	if (!problem) {
		assert_int_equal(task->state, TaskStateRunning);
		if (task->symtab) {
			assert_true(lies_in_romfs(task->symtab, task->symtab_size));
			assert_true(lies_in_romfs(task->strtab, task->strtab_size));
		}
		for (gpa_t at = 0; vm_next(&task->vm, at); at = vm_next(&task->vm, at)->base)
			assert_true(vm_next(&task->vm, at)->base + 1 < VM_SYSTEM);
		if (look)
			look(task);
		task_end(task, TaskExitNormal, 0);
	}
	if (task)
		object_put(&task->object);
	world_settle();
	return problem;
}

static void look_at_good(struct task *task)
{
	gpa_t offset = task->initial.relocBase;
	u64 left;

	assert_true(offset && page_aligned(offset));
	assert_int_equal(task->initial.entryAddr, offset + 0x1010);
	/* Code lies in ROMFS, data was copied, with zeros around it. */
	assert_ptr_equal(vm_resolve(&task->vm, offset + good.ph[1].vaddr, VMM_FLAG_EXECUTE, &left),
			 image->text);
	assert_null(vm_resolve(&task->vm, offset + good.ph[1].vaddr, VMM_FLAG_WRITE, &left));
	assert_memory_equal(vm_resolve(&task->vm, offset + 0x4000, VMM_FLAG_WRITE, &left),
			    image->data + 16, sizeof(good.data) - 16);
	assert_int_equal(*(char *)vm_resolve(&task->vm, offset + 0x5fef, VMM_FLAG_READ, &left), 0);
	assert_int_equal(task->symtab, VM_ROMFS + offsetof(struct image, symtab));
	assert_int_equal(task->strtab, VM_ROMFS + offsetof(struct image, strtab));
	assert_int_equal(task->symtab_size, sizeof(good.symtab));
	assert_int_equal(task->strtab_size, sizeof(good.strtab));
}

static void test_a_good_program(void **state)
{
	(void)state;
	assert_null(start(sizeof(good) - FILE_AT, look_at_good));
}

static void look_at_fixed(struct task *task)
{
	assert_int_equal(task->initial.relocBase, 0);
	assert_int_equal(task->initial.entryAddr, 0x1010);
	assert_int_equal(task->symtab, 0);
}

static void test_fixed_and_without_symbols(void **state)
{
	(void)state;
	image->eh.type = 2;
	image->eh.shnum = 0;
	image->eh.shentsize = 0;
	assert_null(start(sizeof(good) - FILE_AT, look_at_fixed));
}

#define WRONG(member, value)                                                                       \
	do {                                                                                       \
		*image = good;                                                                     \
		image->member = value;                                                             \
		assert_non_null(strstr(start(sizeof(good) - FILE_AT, NULL), unusable));            \
	} while (0)

static void test_each_way_to_be_wrong(void **state)
{
	(void)state;
	WRONG(eh.ident[0], 'E');
	WRONG(eh.ident[4], 1);
	WRONG(eh.ident[5], 2);
	WRONG(eh.machine, 62);
	WRONG(eh.type, 1);
	WRONG(eh.entry, 0x1011);
	WRONG(eh.phentsize, 32);
	WRONG(eh.shentsize, 40);
	WRONG(eh.phnum, 0);
	WRONG(eh.phoff, ~(u64)0);
	WRONG(eh.shoff, ~(u64)0);
	WRONG(ph[0].type, 3);
	WRONG(ph[1].flags, 7);
	WRONG(ph[1].offset, sizeof(good));
	WRONG(ph[1].memsz, 1);
	WRONG(ph[2].vaddr, 0x1000);
	WRONG(ph[2].vaddr, ~(u64)0);
	WRONG(ph[2].memsz, VM_USER_END);
	WRONG(sh[1].entsize, 16);
	WRONG(sh[1].link, 3);
	WRONG(sh[1].size, sizeof(good));
	WRONG(sh[2].type, 1);
	WRONG(sh[2].offset, sizeof(good));
	good.eh.type = 2;
	WRONG(ph[1].vaddr, 0x10);
}

static void test_every_length(void **state)
{
	(void)state;
	for (u64 bytes = 0; bytes < offsetof(struct image, symtab) - FILE_AT; bytes++)
		assert_non_null(strstr(start(bytes, NULL), unusable));
}

static void test_random_damage(void **state)
{
	static const u64 values[] = {
		0, 1, ~(u64)0, 0x7fffffffffffffff, 0x8000000000000000, 56, sizeof(good), 0x1000
	};
	u64 random = TEST_SEED;
	unsigned int ok = 0;

	(void)state;
	for (unsigned int turn = 0; turn < 3000; turn++) {
		*image = good;
		for (unsigned int i = 0; i < 1 + turn % 4; i++) {
			u64 at = FILE_AT + 8 + test_random(&random) % (sizeof(good) - FILE_AT - 16);

			if (turn & 1)
				world_romfs[at] = (char)test_random(&random);
			else
				memcpy(world_romfs + at / 8 * 8,
				       &values[test_random(&random) % ARRAY_SIZE(values)], 8);
		}
		ok += !start(sizeof(good) - FILE_AT, NULL);
	}
	/* Not all damage is to what counts, and not all is harmless. */
	assert_in_range(ok, 100, 2900);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		const char *problem;

		memory_fail(FAIL_ONE, n);
		problem = start(sizeof(good) - FILE_AT, NULL);
		memory_fail_end();
		if (!problem)
			break;
		assert_ptr_equal(problem, init_no_memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_good_program, setup, machine_teardown),
		cmocka_unit_test_setup_teardown(test_fixed_and_without_symbols, setup,
						machine_teardown),
		cmocka_unit_test_setup_teardown(test_each_way_to_be_wrong, setup, machine_teardown),
		cmocka_unit_test_setup_teardown(test_every_length, setup, machine_teardown),
		cmocka_unit_test_setup_teardown(test_random_damage, setup, machine_teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, machine_teardown),
	};

	return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
