/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/init.h"

#include "arch/hart.h"
#include "core/budget.h"
#include "core/page.h"
#include "core/task.h"
#include "lib/elf.h"
#include "lib/text.h"
#include "lib/romfs.h"

#include <string.h>

#define INIT_DEFAULT "init.elf"
#define INIT_OPTION "init="

/* The name of the first program's file. */
static char image_name[64] = INIT_DEFAULT;

/*
 * Load offsets of a position-independent init: pages in the area that guests may
 * choose, without 1 GiB below them and 1 GiB above, for the image itself.
 */
#define LOAD_LOW ((u64)1 << 30)
#define LOAD_PAGES ((VM_USER_END - 2 * LOAD_LOW) >> PAGE_SHIFT)

static u32 access_of(const struct elf_segment *s)
{
	return (s->flags & ELF_READ ? VMM_FLAG_READ : 0u) |
	       (s->flags & ELF_WRITE ? VMM_FLAG_WRITE : 0u) |
	       (s->flags & ELF_EXECUTE ? VMM_FLAG_EXECUTE : 0u);
}

/* What is not written to stays in ROMFS, where it lies on pages as it is to in memory. */
static bool is_in_place(const struct elf_segment *s, u64 from)
{
	return !(s->flags & ELF_WRITE) && s->content.size == s->memory_size &&
	       ((from ^ s->address) & (PAGE_SIZE - 1)) == 0;
}

static struct memobj *copy_of(const struct elf_segment *s, u64 npages)
{
	struct mdl whole = { .mem = memobj_create(npages), .npages = npages };

	if (whole.mem)
		mdl_write(&whole, s->address & (PAGE_SIZE - 1), s->content.data, s->content.size);
	return whole.mem;
}

static Retcode load_segment(struct vm *vm, const struct elf_segment *s, u64 offset, const u8 *romfs)
{
	u64 start = page_round_down(s->address), end = page_round_up(s->address + s->memory_size);
	u64 from = (u64)(s->content.data - romfs), romfs_bytes;
	struct vm_request q = { .base = start + offset,
				.npages = (end - start) >> PAGE_SHIFT,
				.prot = access_of(s),
				.ceiling = access_of(s) };
	struct region *region;
	Retcode rc;

	if (is_in_place(s, from)) {
		q.mem = vm_romfs(&romfs_bytes);
		q.mem_first = from >> PAGE_SHIFT;
		return vm_map(vm, &q, &region);
	}
	q.mem = copy_of(s, q.npages);
	if (!q.mem)
		return rcOutOfMemory;
	rc = vm_map(vm, &q, &region);
	memobj_put(q.mem);
	return rc;
}

/* The tables are readable where ROMFS is mapped: no need to map them again. */
static void load_symbols(struct task *task, const struct elf_image *elf, const u8 *romfs)
{
	if (!elf->symtab.data || !elf->strtab.data)
		return;
	task->symtab = VM_ROMFS + (u64)(elf->symtab.data - romfs);
	task->symtab_size = elf->symtab.size;
	task->strtab = VM_ROMFS + (u64)(elf->strtab.data - romfs);
	task->strtab_size = elf->strtab.size;
}

static Retcode load(struct task *task, const struct elf_image *elf, const u8 *romfs)
{
	u64 offset = elf->relocatable
			     ? LOAD_LOW + (rng_below(&task->vm.rng, LOAD_PAGES) << PAGE_SHIFT)
			     : 0;
	struct elf_segment segment;
	u32 cursor = 0;
	Retcode rc = task_set_path(task, image_name);

	while (rc == rcOk && elf_next_segment(elf, &cursor, &segment))
		rc = load_segment(&task->vm, &segment, offset, romfs);
	load_symbols(task, elf, romfs);
	task->initial = (TaskInitialState){ elf->entry + offset, offset };
	task->state = TASK_ENTRY_SET;
	return rc == rcOk ? task_start(task) : rc;
}

/* Boot arguments are words between spaces; the last init= counts. */
static bool choose_image(const char *word)
{
	for (; word && *word; word += strcspn(word, " "), word += strspn(word, " ")) {
		const char *name = text_after(word, INIT_OPTION);
		size_t length;

		if (!name)
			continue;
		length = strcspn(name, " ");
		if (!length || length >= sizeof(image_name))
			return false;
		memcpy(image_name, name, length);
		image_name[length] = 0;
	}
	return true;
}

const char init_no_memory[] = "there is not enough memory for Floe itself and the first program";

const char *init_start(const char *bootargs)
{
	u64 all_harts = nharts < 64 ? ((u64)1 << nharts) - 1 : ~(u64)0;
	struct task_request q = { .name = "init",
				  .eiid = "floe.Init",
				  .stack_size = FLOE_STACK_DEFAULT,
				  .priority = ThreadPriorityNormal,
				  .flags = TaskEmpty | TaskExceptionFreezesTask,
				  .limits = { page_count_all() << PAGE_SHIFT, ~0u,
					      TaskMayRwx | TaskMayInspect | TaskMaySchedule,
					      all_harts, ~(u64)0 } };
	u64 romfs_bytes;
	const struct memobj *mem = vm_romfs(&romfs_bytes);
	struct romfs fs;
	struct romfs_file file;
	struct elf_image elf;
	struct task *task;

	if (!choose_image(bootargs))
		return "the boot argument init= names no file, or one with too long a name";
	if (!mem)
		return "there is no ROMFS image: load one as the initial RAM disk "
		       "(linux,initrd-start "
		       "and linux,initrd-end in /chosen)";
	if (!romfs_open(&fs, mem->extents[0].start, romfs_bytes))
		return "the initial RAM disk is no whole romfs image: make it with genromfs";
	if (!romfs_find(&fs, image_name, &file))
		return "ROMFS lacks the first program, init.elf or what the boot argument init= "
		       "names";
	if (elf_parse(&elf, file.data, file.size) != ELF_OK || elf.writable_executable)
		return "the first program is not usable: a static RISC-V ELF64 file without a "
		       "writable "
		       "and executable segment is wanted";
	if (task_create(&q, &task) != rcOk ||
	    budget_set(task, ticks_from_ms(1), ticks_from_ms(10), true) != rcOk ||
	    load(task, &elf, fs.image) != rcOk)
		return init_no_memory;
	return NULL;
}
