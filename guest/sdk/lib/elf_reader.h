/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of ELF64 RISC-V programs: executables (ET_EXEC) and static
 * position-independent ones (ET_DYN without an interpreter). It copies nothing:
 * what it gives points into the image. The hypervisor loads one program itself,
 * the first, by the same rules (hyp/boot/init.c).
 *
 * The image is untrusted. elf_parse() checks everything that the other
 * functions rely on, so that these cannot fail; it reads nothing outside the
 * image and its loops are bounded by the image's size. Sizes and offsets are
 * in bytes; the image needs no alignment.
 */
#ifndef SDK_LIB_ELF_READER_H
#define SDK_LIB_ELF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_error {
	ELF_OK,
	ELF_TRUNCATED,           /* a header, table or segment lies beyond the file */
	ELF_NOT_ELF,             /* no ELF magic */
	ELF_WRONG_CLASS,         /* 32 bit or big-endian */
	ELF_WRONG_ARCHITECTURE,  /* not for RISC-V */
	ELF_NOT_A_PROGRAM,       /* neither ET_EXEC nor ET_DYN */
	ELF_DYNAMIC,             /* needs an interpreter */
	ELF_WRITABLE_EXECUTABLE, /* a W+X segment; elf_parse() only sets the flag for it */
	ELF_SHARED_PAGE,         /* two segments in one page, or not in ascending order */
	ELF_BAD_SEGMENT, /* larger in the file than in memory, or beyond the address space */
	ELF_PAGE_ZERO,   /* an ET_EXEC with a segment in page 0 */
	ELF_NO_SEGMENT,  /* nothing to load */
	ELF_ODD_ENTRY,   /* an entry at an odd address */
	ELF_BAD_HEADER,  /* table entries of a size that ELF64 does not have */
	ELF_ERROR_COUNT,
};

/* The access that a segment asks for: the bits of p_flags. */
enum {
	ELF_EXECUTE = 1,
	ELF_WRITE = 2,
	ELF_READ = 4,
};

/* Part of the image; data is NULL where the image has no such part. */
struct elf_part {
	const uint8_t *data;
	size_t size;
	size_t offset; /* of data in the file */
};

struct elf_segment {
	uint64_t address;     /* where it wants to be, not page aligned */
	uint64_t memory_size; /* above 0, not below content.size: the rest is zero */
	struct elf_part content;
	uint32_t flags; /* ELF_READ, always; ELF_WRITE, ELF_EXECUTE */
};

struct elf_image {
	const uint8_t *data;
	size_t size;
	uint64_t entry;
	uint64_t low, high; /* page-aligned bounds of all segments; high <= ELF_ADDRESS_END */
	uint64_t alignment; /* of its load offset: a power of two, ELF_PAGE_SIZE at least */
	uint64_t program_headers;
	uint32_t program_header_count;
	uint32_t segment_count;
	bool relocatable;         /* ET_DYN: may be loaded at any offset so aligned */
	bool writable_executable; /* has a W+X segment: for the caller to refuse */
	struct elf_part symtab, strtab;
	struct elf_part build_id;
};

#define ELF_PAGE_SIZE 4096u
#define ELF_ADDRESS_END (UINT64_C(1) << 39)
#define ELF_HEADER_SIZE 64u
#define ELF_PROGRAM_HEADER_SIZE 56u
#define ELF_SYMBOL_SIZE 24u

/* Checks the image and describes it in `elf`, which is unusable after an error. */
enum elf_error elf_parse(struct elf_image *elf, const void *image, size_t size);

/*
 * Gives the segments to load in ascending order; `cursor` is 0 at first. False
 * at the end.
 */
bool elf_next_segment(const struct elf_image *elf, uint32_t *cursor, struct elf_segment *segment);

/* The stable name of an error, as manifest errors use it, for example "truncated-elf". */
const char *elf_error_name(enum elf_error error);

/* What is wrong and what to do instead: the part of a sentence that follows the file's name. */
const char *elf_error_text(enum elf_error error);

#endif
