/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_reader.h"

#include <string.h>

/* The file's own structures, in the names of the ELF specification. */
struct file_header {
	uint8_t e_ident[16];
	uint16_t e_type, e_machine;
	uint32_t e_version;
	uint64_t e_entry, e_phoff, e_shoff;
	uint32_t e_flags;
	uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};

struct program_header {
	uint32_t p_type, p_flags;
	uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};

struct section_header {
	uint32_t sh_name, sh_type;
	uint64_t sh_flags, sh_addr, sh_offset, sh_size;
	uint32_t sh_link, sh_info;
	uint64_t sh_addralign, sh_entsize;
};

struct note_header {
	uint32_t n_namesz, n_descsz, n_type;
};

enum {
	EI_CLASS = 4,
	EI_DATA = 5,
	CLASS_64 = 2,
	DATA_LITTLE_ENDIAN = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_RISCV = 243,
	PT_LOAD = 1,
	PT_INTERP = 3,
	PT_NOTE = 4,
	SHT_SYMTAB = 2,
	SHT_STRTAB = 3,
	NT_GNU_BUILD_ID = 3,
	PF_MASK = 7,
};

static bool inside(const struct elf_image *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

static struct elf_part part_at(const struct elf_image *elf, uint64_t offset, uint64_t size)
{
	return (struct elf_part){ elf->data + offset, size, offset };
}

static struct program_header program_header(const struct elf_image *elf, uint32_t index)
{
	struct program_header ph;

	memcpy(&ph, elf->data + elf->program_headers + index * sizeof(ph), sizeof(ph));
	return ph;
}

static enum elf_error check_header(const struct file_header *h)
{
	if (h->e_ident[EI_CLASS] != CLASS_64 || h->e_ident[EI_DATA] != DATA_LITTLE_ENDIAN)
		return ELF_WRONG_CLASS;
	if (h->e_machine != EM_RISCV)
		return ELF_WRONG_ARCHITECTURE;
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return ELF_NOT_A_PROGRAM;
	if (h->e_phnum && h->e_phentsize != sizeof(struct program_header))
		return ELF_BAD_HEADER;
	if (h->e_shnum && h->e_shentsize != sizeof(struct section_header))
		return ELF_BAD_HEADER;
	return h->e_entry & 1 ? ELF_ODD_ENTRY : ELF_OK;
}

/* Checks one segment and takes it into the bounds of the image. */
static enum elf_error add_segment(struct elf_image *elf, const struct program_header *ph)
{
	uint64_t low = ph->p_vaddr / ELF_PAGE_SIZE * ELF_PAGE_SIZE;
	uint64_t end = ph->p_vaddr + ph->p_memsz;

	if (!inside(elf, ph->p_offset, ph->p_filesz))
		return ELF_TRUNCATED;
	if (ph->p_filesz > ph->p_memsz || end < ph->p_vaddr || end > ELF_ADDRESS_END)
		return ELF_BAD_SEGMENT;
	if (!elf->relocatable && low == 0)
		return ELF_PAGE_ZERO;
	if (elf->segment_count && low < elf->high)
		return ELF_SHARED_PAGE;
	if (!elf->segment_count++)
		elf->low = low;
	elf->high = (end + ELF_PAGE_SIZE - 1) / ELF_PAGE_SIZE * ELF_PAGE_SIZE;
	/* The specification: 0, or a power of two. */
	if (!(ph->p_align & (ph->p_align - 1)) && ph->p_align > elf->alignment)
		elf->alignment = ph->p_align;
	if (ph->p_flags & ELF_WRITE && ph->p_flags & ELF_EXECUTE)
		elf->writable_executable = true;
	return ELF_OK;
}

/* Notes are padded to 4 bytes. A damaged one ends the search: nothing depends on it. */
static void find_build_id(struct elf_image *elf, uint64_t offset, uint64_t size)
{
	struct note_header note;
	uint64_t name, desc, next;

	for (; size >= sizeof(note); offset += next, size -= next) {
		memcpy(&note, elf->data + offset, sizeof(note));
		name = ((uint64_t)note.n_namesz + 3) / 4 * 4;
		desc = ((uint64_t)note.n_descsz + 3) / 4 * 4;
		next = sizeof(note) + name + desc;
		if (next > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    memcmp(elf->data + offset + sizeof(note), "GNU", 4) == 0)
			elf->build_id = part_at(elf, offset + sizeof(note) + name, note.n_descsz);
	}
}

static enum elf_error read_program_headers(struct elf_image *elf)
{
	enum elf_error error = ELF_OK;

	for (uint32_t i = 0; i < elf->program_header_count && !error; i++) {
		struct program_header ph = program_header(elf, i);

		if (ph.p_type == PT_INTERP)
			return ELF_DYNAMIC;
		if (ph.p_type == PT_LOAD && ph.p_memsz)
			error = add_segment(elf, &ph);
		else if (ph.p_type == PT_NOTE && inside(elf, ph.p_offset, ph.p_filesz))
			find_build_id(elf, ph.p_offset, ph.p_filesz);
	}
	if (!error && !elf->segment_count)
		error = ELF_NO_SEGMENT;
	return error;
}

/* Takes the symbol table with the string table that it names. */
static enum elf_error take_symbols(struct elf_image *elf, const struct section_header *symtab,
				   const struct section_header *strtab)
{
	if (symtab->sh_entsize != ELF_SYMBOL_SIZE || strtab->sh_type != SHT_STRTAB)
		return ELF_BAD_HEADER;
	if (!inside(elf, symtab->sh_offset, symtab->sh_size) ||
	    !inside(elf, strtab->sh_offset, strtab->sh_size))
		return ELF_TRUNCATED;
	if (!strtab->sh_size)
		return ELF_OK; /* no names: as good as no symbols */
	elf->symtab = part_at(elf, symtab->sh_offset, symtab->sh_size);
	elf->strtab = part_at(elf, strtab->sh_offset, strtab->sh_size);
	return ELF_OK;
}

static enum elf_error read_section_headers(struct elf_image *elf, const struct file_header *h)
{
	struct section_header symtab, strtab;
	const uint8_t *table = elf->data + h->e_shoff;

	for (uint32_t i = 0; i < h->e_shnum; i++) {
		memcpy(&symtab, table + i * sizeof(symtab), sizeof(symtab));
		if (symtab.sh_type != SHT_SYMTAB || !symtab.sh_size)
			continue;
		if (symtab.sh_link >= h->e_shnum)
			return ELF_BAD_HEADER;
		memcpy(&strtab, table + symtab.sh_link * sizeof(strtab), sizeof(strtab));
		return take_symbols(elf, &symtab, &strtab);
	}
	return ELF_OK;
}

enum elf_error elf_parse(struct elf_image *elf, const void *image, size_t size)
{
	struct file_header h;
	enum elf_error error;

	*elf = (struct elf_image){ .data = image, .size = size, .alignment = ELF_PAGE_SIZE };
	if (size < 4 || memcmp(image, "\177ELF", 4) != 0)
		return ELF_NOT_ELF;
	if (size < sizeof(h))
		return ELF_TRUNCATED;
	memcpy(&h, image, sizeof(h));
	error = check_header(&h);
	if (error)
		return error;
	if (!inside(elf, h.e_phoff, h.e_phnum * sizeof(struct program_header)) ||
	    !inside(elf, h.e_shoff, h.e_shnum * sizeof(struct section_header)))
		return ELF_TRUNCATED;
	elf->entry = h.e_entry;
	elf->relocatable = h.e_type == ET_DYN;
	elf->program_headers = h.e_phoff;
	elf->program_header_count = h.e_phnum;
	error = read_program_headers(elf);
	return error ? error : read_section_headers(elf, &h);
}

bool elf_next_segment(const struct elf_image *elf, uint32_t *cursor, struct elf_segment *segment)
{
	while (*cursor < elf->program_header_count) {
		struct program_header ph = program_header(elf, (*cursor)++);

		if (ph.p_type != PT_LOAD || !ph.p_memsz)
			continue;
		segment->address = ph.p_vaddr;
		segment->memory_size = ph.p_memsz;
		segment->content = part_at(elf, ph.p_offset, ph.p_filesz);
		segment->flags = (ph.p_flags & PF_MASK) | ELF_READ;
		return true;
	}
	return false;
}

static const struct {
	const char *name, *text;
} errors[ELF_ERROR_COUNT] = {
	[ELF_OK] = { "ok", "is a loadable program" },
	[ELF_TRUNCATED] = { "truncated-elf", "ends before its headers say; copy the whole file" },
	[ELF_NOT_ELF] = { "not-elf", "is not an ELF file; build it with the SDK" },
	[ELF_WRONG_CLASS] = { "wrong-architecture", "is not a 64-bit little-endian ELF file; "
						    "build it for riscv64" },
	[ELF_WRONG_ARCHITECTURE] = { "wrong-architecture",
				     "is for another architecture; build it for riscv64" },
	[ELF_NOT_A_PROGRAM] = { "bad-elf", "is an object or core file; link it to a program" },
	[ELF_DYNAMIC] = { "dynamic-elf", "needs a dynamic loader; link it statically" },
	[ELF_WRITABLE_EXECUTABLE] = { "writable-executable-segment",
				      "has a segment that is writable and executable; separate "
				      "code "
				      "from data, or permit it with allow-rwx" },
	[ELF_SHARED_PAGE] = { "overlapping-segments",
			      "has segments that share a page or do not ascend; "
			      "link it with -z max-page-size=4096" },
	[ELF_BAD_SEGMENT] = { "bad-elf", "has a segment with impossible sizes or addresses; "
					 "segments must lie below 2^39" },
	[ELF_PAGE_ZERO] = { "bad-elf", "has a segment in page 0, which is never mapped; "
				       "link it at 0x1000 or above" },
	[ELF_NO_SEGMENT] = { "bad-elf", "has no segment to load; link it to a program" },
	[ELF_ODD_ENTRY] = { "bad-elf",
			    "has an odd entry address; instructions are 2-byte aligned" },
	[ELF_BAD_HEADER] = { "bad-elf", "has tables that are not ELF64 tables; build it again" },
};

const char *elf_error_name(enum elf_error error)
{
	return errors[error].name;
}

const char *elf_error_text(enum elf_error error)
{
	return errors[error].text;
}
