// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STACK 0x10000u
#define FRAME 128u /* larger than any that the sample has */

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s\n", name, what);
	exit(2);
}

static void read_file(struct process *p, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f || fseek(f, 0, SEEK_END) != 0)
		fail("cannot be opened", path);
	size = (size_t)ftell(f);
	rewind(f);
	p->file = malloc(size);
	if (!p->file || fread(p->file, 1, size, f) != size)
		fail("cannot be read", path);
	fclose(f);
	if (elf_parse(&p->elf, p->file, size) != ELF_OK)
		fail("is no program", path);
}

static uint32_t access_of(uint32_t elf_flags)
{
	return (elf_flags & ELF_READ ? INSPECT_READ : 0) |
	       (elf_flags & ELF_WRITE ? INSPECT_WRITE : 0) |
	       (elf_flags & ELF_EXECUTE ? INSPECT_EXECUTE : 0);
}

/* ELF64 symbols: st_name is a word at 0, st_value a doubleword at 8. */
uint64_t process_symbol(const struct process *p, const char *name)
{
	for (size_t i = 0; i + ELF_SYMBOL_SIZE <= p->elf.symtab.size; i += ELF_SYMBOL_SIZE) {
		const uint8_t *symbol = p->elf.symtab.data + i;
		uint32_t at;
		uint64_t value;

		memcpy(&at, symbol, sizeof(at));
		memcpy(&value, symbol + 8, sizeof(value));
		if (at < p->elf.strtab.size &&
		    strncmp((const char *)p->elf.strtab.data + at, name, strlen(name) + 1) == 0)
			return value + p->offset;
	}
	fail("the image has no such symbol", name);
	return 0;
}

/* What the program does first: adds the load offset to its pointers. */
static void relocate(struct process *p)
{
	enum {
		RELATIVE = 3,
		ENTRY = 24
	};
	uint64_t at = process_symbol(p, "__rela_start"), end = process_symbol(p, "__rela_end");

	for (; at + ENTRY <= end; at += ENTRY) {
		const uint8_t *entry = frozen_at(&p->frozen, at, ENTRY);
		uint64_t rela[3]; /* r_offset, r_info, r_addend */

		if (!entry)
			fail("its relocations are not in its memory", "image");
		memcpy(rela, entry, sizeof(rela));
		if (rela[1] == 0)
			continue;
		if (rela[1] != RELATIVE || !frozen_at(&p->frozen, rela[0] + p->offset, 8))
			fail("a relocation is not understood", "image");
		rela[2] += p->offset;
		memcpy(frozen_at(&p->frozen, rela[0] + p->offset, 8), &rela[2], 8);
	}
}

void process_load(struct process *p, const char *path, uint64_t offset)
{
	struct elf_segment s;
	uint32_t cursor = 0;
	struct inspect_target *t = &p->frozen.target;
	const char *slash = strrchr(path, '/');

	frozen_begin(&p->frozen, "sensor", 7);
	read_file(p, path);
	p->offset = p->elf.relocatable ? offset : 0;
	t->load_offset = p->offset;
	t->entry = p->elf.entry + p->offset;
	snprintf(t->image, sizeof(t->image), "%s", slash ? slash + 1 : path);
	while (elf_next_segment(&p->elf, &cursor, &s)) {
		uint64_t begin = s.address & ~(uint64_t)4095;
		uint64_t end = (s.address + s.memory_size + 4095) & ~(uint64_t)4095;
		uint8_t *memory = frozen_region(&p->frozen, begin + p->offset, end - begin,
						access_of(s.flags), "segment");

		memcpy(memory + (s.address - begin), s.content.data, s.content.size);
	}
	if (p->elf.relocatable)
		relocate(p);
}

/* Where the first call in a function returns to: jal ra or jalr ra, 4 bytes each. */
static uint64_t behind_call(struct process *p, const char *function)
{
	uint64_t at = process_symbol(p, function);

	for (int i = 0; i < 100; i++) {
		const uint8_t *code = frozen_at(&p->frozen, at, 4);
		uint32_t word;

		if (!code)
			break;
		memcpy(&word, code, sizeof(word));
		if ((word & 3) != 3) {
			at += 2;
			continue;
		}
		at += 4;
		if ((word & 0xfff) == 0x0ef || (word & 0xfff) == 0x0e7)
			return at;
	}
	fail("the function has no call", function);
	return 0;
}

/*
 * A frame as the compiler lays it out with -fno-omit-frame-pointer: the return
 * address at fp - 8, the caller's fp at fp - 16.
 */
struct inspect_thread *process_thread(struct process *p, uint32_t tid, uint64_t top,
				      const char *const calls[])
{
	uint64_t *stack = (void *)frozen_region(&p->frozen, top - STACK, STACK,
						INSPECT_READ | INSPECT_WRITE, "stack");
	uint64_t depth = 0, base = top - STACK, fp = top - FRAME;
	struct inspect_thread *t = frozen_thread(&p->frozen, tid);

	while (calls[depth])
		depth++;
	/* What lies deeper than the frames was never touched. */
	for (uint64_t a = top - FRAME * (depth + 2); a < top; a += 8)
		stack[(a - base) / 8] = a;
	stack[(fp - 8 - base) / 8] = 0;
	stack[(fp - 16 - base) / 8] = 0;
	for (uint64_t i = 1; i < depth - 1; i++) {
		uint64_t inner = fp - FRAME;

		stack[(inner - 8 - base) / 8] = behind_call(p, calls[i - 1]);
		stack[(inner - 16 - base) / 8] = fp;
		fp = inner;
	}
	t->pc = process_symbol(p, calls[depth - 1]);
	t->x[1] = behind_call(p, calls[depth - 2]);
	t->x[2] = fp - FRAME;
	t->x[8] = fp;
	return t;
}
