/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/boot.h"

#include "arch/hart.h"
#include "core/budget.h"
#include "core/page.h"
#include "core/task.h"
#include "lib/romfs.h"
#include "lib/text.h"

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

/* The file's own structures and values, in the order and the names of the ELF specification. */
struct file_header {
	u8 e_ident[16];
	u16 e_type, e_machine;
	u32 e_version;
	u64 e_entry, e_phoff, e_shoff;
	u32 e_flags;
	u16 e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};

struct program_header {
	u32 p_type, p_flags;
	u64 p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};

struct section_header {
	u32 sh_name, sh_type;
	u64 sh_flags, sh_addr, sh_offset, sh_size;
	u32 sh_link, sh_info;
	u64 sh_addralign, sh_entsize;
};

enum {
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_RISCV = 243,
	PT_LOAD = 1,
	PT_INTERP = 3,
	PF_X = 1,
	PF_W = 2,
	SHT_SYMTAB = 2,
	SHT_STRTAB = 3,
	SYMBOL_SIZE = 24,
};

/* The program on its way. The file is not trusted: nothing is read outside it. */
struct program {
	struct task *task;
	const struct romfs_file *file;
	u64 romfs_offset; /* of the file */
	u64 load_offset;
	u64 end; /* of the segments so far */
};

static bool is_inside(const struct program *p, u64 offset, u64 bytes)
{
	return offset <= p->file->size && bytes <= p->file->size - offset;
}

/* Copies entry `index` of a table; false: it is not in the file. */
static bool get_entry(const struct program *p, u64 table, u64 index, void *entry, u64 bytes)
{
	u64 offset = table + index * bytes;

	if (!is_inside(p, offset, bytes))
		return false;
	memcpy(entry, p->file->data + offset, bytes);
	return true;
}

static bool header_is_right(const struct file_header *h)
{
	/* 64-bit, little-endian */
	return memcmp(h->e_ident, "\177ELF\2\1", 6) == 0 && h->e_machine == EM_RISCV &&
	       (h->e_type == ET_EXEC || h->e_type == ET_DYN) && !(h->e_entry & 1) &&
	       h->e_phentsize == sizeof(struct program_header) &&
	       (!h->e_shnum || h->e_shentsize == sizeof(struct section_header));
}

/* In ascending order, on pages of its own, W^X, and not in page 0. */
static bool segment_is_right(const struct program *p, const struct program_header *s)
{
	return is_inside(p, s->p_offset, s->p_filesz) && s->p_filesz <= s->p_memsz &&
	       s->p_vaddr < VM_USER_END && s->p_memsz <= VM_USER_END - s->p_vaddr &&
	       page_round_down(s->p_vaddr) >= p->end &&
	       page_round_down(s->p_vaddr) + p->load_offset != 0 && (~s->p_flags & (PF_W | PF_X));
}

/* What is not written to stays in ROMFS, where it lies on pages as it is to in memory. */
static bool is_in_place(const struct program *p, const struct program_header *s)
{
	return !(s->p_flags & PF_W) && s->p_filesz == s->p_memsz &&
	       page_aligned((p->romfs_offset + s->p_offset) ^ s->p_vaddr);
}

static struct memobj *copy_of(const struct program *p, const struct program_header *s, u64 npages)
{
	struct memobj *mem = memobj_create(npages);

	if (mem)
		memobj_write(mem, s->p_vaddr & PAGE_MASK, p->file->data + s->p_offset, s->p_filesz);
	return mem;
}

static Retcode load_segment(struct program *p, const struct program_header *s)
{
	u64 start = page_round_down(s->p_vaddr), romfs_bytes;
	u32 access = VMM_FLAG_READ | (s->p_flags & PF_W ? VMM_FLAG_WRITE : 0u) |
		     (s->p_flags & PF_X ? VMM_FLAG_EXECUTE : 0u);
	struct region q = { .base = start + p->load_offset, .prot = access, .ceiling = access };
	bool in_place = is_in_place(p, s);
	struct region *region;
	Retcode rc;

	if (!segment_is_right(p, s))
		return rcInvalidArgument;
	p->end = page_round_up(s->p_vaddr + s->p_memsz);
	q.npages = (p->end - start) >> PAGE_SHIFT;
	q.mem = in_place ? vm_romfs(&romfs_bytes) : copy_of(p, s, q.npages);
	q.mem_first = in_place ? (p->romfs_offset + s->p_offset) >> PAGE_SHIFT : 0;
	if (!q.mem)
		return rcOutOfMemory;
	rc = vm_map(&p->task->vm, &q, &region);
	if (!in_place)
		memobj_put(q.mem);
	return rc;
}

static Retcode load_segments(struct program *p, const struct file_header *h)
{
	struct program_header segment;
	Retcode rc = rcOk;

	for (u64 i = 0; i < h->e_phnum && rc == rcOk; i++) {
		if (!get_entry(p, h->e_phoff, i, &segment, sizeof(segment)) ||
		    segment.p_type == PT_INTERP)
			return rcInvalidArgument;
		if (segment.p_type == PT_LOAD && segment.p_memsz)
			rc = load_segment(p, &segment);
	}
	return p->end ? rc : rcInvalidArgument;
}

/* The tables are readable where ROMFS is mapped: no need to map them again. */
static Retcode load_symbols(struct program *p, const struct file_header *h)
{
	struct section_header symbols = { 0 }, strings;

	for (u64 i = 0; i < h->e_shnum && (symbols.sh_type != SHT_SYMTAB || !symbols.sh_size); i++)
		if (!get_entry(p, h->e_shoff, i, &symbols, sizeof(symbols)))
			return rcInvalidArgument;
	if (symbols.sh_type != SHT_SYMTAB || !symbols.sh_size)
		return rcOk;
	if (symbols.sh_entsize != SYMBOL_SIZE || symbols.sh_link >= h->e_shnum ||
	    !is_inside(p, symbols.sh_offset, symbols.sh_size) ||
	    !get_entry(p, h->e_shoff, symbols.sh_link, &strings, sizeof(strings)) ||
	    strings.sh_type != SHT_STRTAB || !is_inside(p, strings.sh_offset, strings.sh_size))
		return rcInvalidArgument;
	p->task->symtab = VM_ROMFS + p->romfs_offset + symbols.sh_offset;
	p->task->symtab_size = symbols.sh_size;
	p->task->strtab = VM_ROMFS + p->romfs_offset + strings.sh_offset;
	p->task->strtab_size = strings.sh_size;
	return rcOk;
}

/* rcInvalidArgument: the file is no program. */
static Retcode load(struct program *p)
{
	struct file_header h;
	Retcode rc;

	if (!get_entry(p, 0, 0, &h, sizeof(h)) || !header_is_right(&h))
		return rcInvalidArgument;
	if (h.e_type == ET_DYN)
		p->load_offset = LOAD_LOW + (rng_below(&p->task->vm.rng, LOAD_PAGES) << PAGE_SHIFT);
	rc = load_segments(p, &h);
	if (rc == rcOk)
		rc = load_symbols(p, &h);
	if (rc == rcOk)
		rc = task_set_path(p->task, image_name);
	p->task->initial = (TaskInitialState){ h.e_entry + p->load_offset, p->load_offset };
	p->task->state = TaskStateEntrySet;
	return rc == rcOk ? task_start(p->task) : rc;
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
	struct task_request q = { .name = "init",
				  .eiid = "floe.Init",
				  .stack_size = FLOE_STACK_DEFAULT,
				  .priority = ThreadPriorityNormal,
				  .flags = TaskEmpty | TaskExceptionFreezesTask,
				  .limits = { page_count_all() << PAGE_SHIFT, ~0u,
					      TaskMayRwx | TaskMayInspect | TaskMaySchedule,
					      ~(u64)0 >> (MAX_HARTS - nharts), ~(u64)0 } };
	u64 romfs_bytes;
	const struct memobj *mem = vm_romfs(&romfs_bytes);
	struct romfs fs;
	struct romfs_file file;
	struct program program = { .file = &file };
	Retcode rc;

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
	program.romfs_offset = (u64)(file.data - fs.image);
	rc = task_create(&q, &program.task);
	if (rc == rcOk)
		rc = budget_set(program.task, ticks_from_ms(1), ticks_from_ms(10), true);
	if (rc == rcOk)
		rc = load(&program);
	if (rc == rcInvalidArgument)
		return "the first program is not usable: a static RISC-V ELF64 file without a "
		       "writable and executable segment is wanted";
	return rc == rcOk ? NULL : init_no_memory;
}
