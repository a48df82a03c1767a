// SPDX-License-Identifier: Apache-2.0
/* The bytes of a core file. */
#include "inspect/core_file.h"

#include "inspect/core_parts.h"

#include <string.h>

/* ELF specification, and the RISC-V ELF psABI for the flags. */
enum {
	ET_CORE = 4,
	EM_RISCV = 243,
	FLAGS_RVC_DOUBLE = 5,
	PT_LOAD = 1,
	PT_NOTE = 4,
	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
};

static void put_header(const struct core_file *core, struct bytes *out)
{
	static const uint8_t ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	bytes_put(out, ident, sizeof(ident));
	bytes_u16(out, ET_CORE);
	bytes_u16(out, EM_RISCV);
	bytes_u32(out, 1);
	bytes_u64(out, 0);         /* e_entry */
	bytes_u64(out, CORE_EHDR); /* e_phoff */
	bytes_u64(out, 0);         /* e_shoff */
	bytes_u32(out, core->image.found ? core->image.flags : FLAGS_RVC_DOUBLE);
	bytes_u16(out, CORE_EHDR);
	bytes_u16(out, CORE_PHDR);
	bytes_u16(out, (uint16_t)(1 + core->run_count));
	bytes_zero(out, 6); /* no sections */
}

static void put_program_header(struct bytes *out, uint32_t type, uint32_t flags,
			       const struct core_run *run)
{
	bytes_u32(out, type);
	bytes_u32(out, flags);
	bytes_u64(out, run->offset);
	bytes_u64(out, run->address);
	bytes_u64(out, 0); /* p_paddr */
	bytes_u64(out, run->content);
	bytes_u64(out, run->size);
	bytes_u64(out, type == PT_LOAD ? INSPECT_PAGE : 4);
}

static uint32_t elf_flags(uint32_t flags)
{
	return (flags & INSPECT_READ ? PF_R : 0u) | (flags & INSPECT_WRITE ? PF_W : 0u) |
	       (flags & INSPECT_EXECUTE ? PF_X : 0u);
}

/* Number 0 is that of the notes. */
static void put_numbered_header(const struct core_file *core, struct bytes *out, uint64_t number)
{
	const struct core_run notes = {
		.content = core->process_notes + core->thread_notes * core->target->thread_count,
		.offset = core_notes_offset(core),
	};

	if (number == 0)
		put_program_header(out, PT_NOTE, PF_R, &notes);
	else
		put_program_header(out, PT_LOAD, elf_flags(core->runs[number - 1].flags),
				   &core->runs[number - 1]);
}

/* Skips whole items before the part that is wanted, without making them. */
static uint64_t skip_items(struct bytes *out, uint64_t size, uint64_t count)
{
	uint64_t items = out->begin > out->position ? (out->begin - out->position) / size : 0;

	if (items > count)
		items = count;
	out->position += items * size;
	return items;
}

static void put_before_data(struct core_file *core, struct bytes *out)
{
	put_header(core, out);
	for (uint64_t i = skip_items(out, CORE_PHDR, 1 + core->run_count);
	     i <= core->run_count && !bytes_full(out); i++)
		put_numbered_header(core, out, i);
	if (!skip_items(out, core->process_notes, 1))
		core_put_process_notes(core, out);
	for (uint64_t i = skip_items(out, core->thread_notes, core->target->thread_count);
	     i < core->target->thread_count && !bytes_full(out); i++)
		core_put_thread_notes(core, (uint32_t)i, out);
	bytes_zero(out, INSPECT_PAGE - 1);
}

static const struct core_run *run_at(const struct core_file *core, uint64_t offset)
{
	for (uint32_t i = 0; i < core->run_count; i++)
		if (offset - core->runs[i].offset < core->runs[i].content)
			return &core->runs[i];
	return NULL;
}

/* Of one run at most. */
static size_t read_content(struct core_file *core, uint64_t offset, uint8_t *to, size_t size)
{
	const struct inspect_target *t = core->target;
	const struct core_run *run = run_at(core, offset);
	uint64_t left;
	size_t got;

	if (!run)
		return 0;
	left = run->content - (offset - run->offset);
	if (size > left)
		size = (size_t)left;
	got = t->read(t->context, run->address + (offset - run->offset), to, size);
	if (got < size)
		memset(to + got, 0, size - got);
	return size;
}

size_t core_read(struct core_file *core, uint64_t offset, void *to, size_t size)
{
	size_t done = 0, n = 1;

	if (offset < core->data) {
		struct bytes part;

		n = core->data - offset < size ? (size_t)(core->data - offset) : size;
		part = bytes_part(to, n, offset);
		put_before_data(core, &part);
		done = part.size;
	}
	while (done < size && n) {
		n = read_content(core, offset + done, (uint8_t *)to + done, size - done);
		done += n;
	}
	return done;
}

void core_name(const struct inspect_target *t, char *to, size_t size)
{
	struct bytes out = bytes_into(to, size - 1);

	for (const char *c = t->name; *c; c++)
		bytes_byte(&out, *c == '/' || *c <= ' ' || *c > '~' ? '_' : (uint8_t)*c);
	bytes_byte(&out, '.');
	bytes_decimal(&out, t->pid);
	bytes_text(&out, ".core");
	to[out.size] = 0;
}
