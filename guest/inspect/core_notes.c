// SPDX-License-Identifier: Apache-2.0
/*
 * The notes of a core file. Types and layouts are those of Linux for RISC-V
 * (elfcore.h, procfs.h, siginfo.h), of gdb where the owner is GDB, and ours,
 * which docs/core-format.md describes.
 */
#include "inspect/auxv.h"
#include "inspect/core_parts.h"
#include "inspect/registers.h"
#include "inspect/signals.h"

#include <string.h>

enum {
	NT_PRSTATUS = 1,
	NT_FPREGSET = 2,
	NT_PRPSINFO = 3,
	NT_AUXV = 6,
	NT_SIGINFO = 0x53494749,
	NT_RISCV_CSR = 0x900,
	NT_GDB_TDESC = 0xff000000,
	/* Tools go by the type alone where they know it: these are nobody else's. */
	NT_FLOE_FAULT = 0x466c0001,
	NT_FLOE_REGIONS = 0x466c0002,
	FLOE_NOTES_VERSION = 1,
	FNAME = 16,
	PSARGS = 80,
};

/* A note's contents: they are made twice, the first time to be counted. */
typedef void desc_fn(const struct core_file *core, const void *of, struct bytes *out);

static void pad(struct bytes *out, uint64_t size)
{
	bytes_zero(out, -size & 3);
}

static void put_note(const struct core_file *core, struct bytes *out, const char *owner,
		     uint32_t type, desc_fn *desc, const void *of)
{
	struct bytes counted = { 0 };
	uint32_t name_size = (uint32_t)strlen(owner) + 1;

	desc(core, of, &counted);
	bytes_u32(out, name_size);
	bytes_u32(out, (uint32_t)counted.position);
	bytes_u32(out, type);
	bytes_put(out, owner, name_size);
	pad(out, name_size);
	desc(core, of, out);
	pad(out, counted.position);
}

/* A text in a field of `size` bytes, with a NUL at least. */
static void put_field(struct bytes *out, const char *text, size_t size)
{
	size_t length = strlen(text);

	if (length > size - 1)
		length = size - 1;
	bytes_put(out, text, length);
	bytes_zero(out, size - length);
}

static void desc_prpsinfo(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct inspect_target *t = core->target;

	(void)of;
	bytes_put(out, "\4Z", 2); /* pr_state and its letter */
	bytes_zero(out, 6);
	bytes_u64(out, 0);  /* pr_flag */
	bytes_zero(out, 8); /* user and group */
	bytes_u32(out, t->pid);
	bytes_zero(out, 12); /* parent, group and session */
	/* gdb compares the first with the name of the program's file, and shows the second. */
	put_field(out, t->image, FNAME);
	put_field(out, t->name, PSARGS);
}

static void desc_auxv(const struct core_file *core, const void *of, struct bytes *out)
{
	(void)of;
	auxv_put(out, &core->image);
}

static void desc_target(const struct core_file *core, const void *of, struct bytes *out)
{
	(void)core;
	(void)of;
	registers_describe(out, NULL);
	bytes_byte(out, 0);
}

static void put_exception(struct bytes *out, const struct inspect_exception *e)
{
	bytes_u32(out, e->kind);
	bytes_u32(out, e->access);
	bytes_u32(out, e->mapped);
	bytes_u32(out, e->two_stage);
	bytes_u64(out, e->cause);
	bytes_u64(out, e->pc);
	bytes_u64(out, e->address);
	bytes_u64(out, e->gpa);
	bytes_u32(out, e->instruction);
	bytes_u32(out, e->instruction_size);
}

static void desc_fault(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct inspect_target *t = core->target;

	(void)of;
	bytes_u32(out, FLOE_NOTES_VERSION);
	bytes_u32(out, t->pid);
	bytes_u64(out, t->load_offset);
	bytes_u64(out, core->image.entry);
	put_exception(out, &t->fault.exception);
	bytes_u64(out, t->fault.second_is);
	put_exception(out, &t->fault.second);
	put_field(out, t->name, sizeof(t->name));
	put_field(out, t->image, sizeof(t->image));
	put_field(out, t->fault.text, sizeof(t->fault.text));
}

static void desc_regions(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct inspect_target *t = core->target;
	struct inspect_region r = { 0 };
	bool more = true;

	(void)of;
	for (uint32_t i = 0; i < core->region_count; i++) {
		more = more && t->region(t->context, i == 0, r.base, &r);
		if (!more)
			r = (struct inspect_region){ 0 };
		bytes_u64(out, r.base);
		bytes_u64(out, r.size);
		bytes_u64(out, r.flags);
		put_field(out, r.name, sizeof(r.name));
	}
}

void core_put_process_notes(struct core_file *core, struct bytes *out)
{
	put_note(core, out, "CORE", NT_PRPSINFO, desc_prpsinfo, NULL);
	put_note(core, out, "CORE", NT_AUXV, desc_auxv, NULL);
	put_note(core, out, "GDB", NT_GDB_TDESC, desc_target, NULL);
	put_note(core, out, "Floe", NT_FLOE_FAULT, desc_fault, NULL);
	put_note(core, out, "Floe", NT_FLOE_REGIONS, desc_regions, NULL);
}

/* A thread with the signal that ended the process, which only the first got. */
struct stopped {
	bool faulted;
	struct inspect_thread thread;
	struct inspect_signal signal;
};

static void desc_prstatus(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct stopped *s = of;

	(void)core;
	bytes_u32(out, s->signal.host); /* pr_info */
	bytes_u32(out, (uint32_t)s->signal.code);
	bytes_u32(out, 0);
	bytes_u16(out, s->signal.host); /* pr_cursig: tools take the last thread's */
	bytes_zero(out, 2 + 16);
	bytes_u32(out, s->thread.tid);
	bytes_zero(out, 12 + 64);
	bytes_u64(out, s->thread.pc);
	for (uint32_t i = 1; i < 32; i++)
		bytes_u64(out, register_value(&s->thread, i));
	bytes_u32(out, 1); /* pr_fpvalid */
	bytes_zero(out, 4);
}

static void desc_siginfo(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct stopped *s = of;
	const uint32_t size = 128;

	if (!s->faulted) {
		bytes_zero(out, size);
		return;
	}
	bytes_u32(out, s->signal.host);
	bytes_u32(out, 0);
	bytes_u32(out, (uint32_t)s->signal.code);
	bytes_u32(out, 0);
	bytes_u64(out, core->target->fault.exception.address);
	bytes_zero(out, size - 24);
}

static void desc_fpregset(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct stopped *s = of;

	(void)core;
	for (uint32_t i = 0; i < 32; i++)
		bytes_u64(out, s->thread.f[i]);
	bytes_u32(out, (uint32_t)register_value(&s->thread, REGISTER_FCSR));
	bytes_zero(out, 4);
}

/* In the order of the target description. */
static void desc_csrs(const struct core_file *core, const void *of, struct bytes *out)
{
	const struct stopped *s = of;

	(void)core;
	for (uint32_t i = 0; i < INSPECT_CSR_COUNT; i++)
		bytes_u64(out, s->thread.csr[i]);
}

void core_put_thread_notes(struct core_file *core, uint32_t index, struct bytes *out)
{
	const struct inspect_target *t = core->target;
	struct stopped s = { 0 };

	if (!t->thread(t->context, index, &s.thread))
		s.thread = (struct inspect_thread){ 0 };
	s.faulted = index == 0;
	s.signal = *inspect_signal(&t->fault.exception);
	put_note(core, out, "CORE", NT_PRSTATUS, desc_prstatus, &s);
	put_note(core, out, "CORE", NT_FPREGSET, desc_fpregset, &s);
	put_note(core, out, "CORE", NT_SIGINFO, desc_siginfo, &s);
	put_note(core, out, "GDB", NT_RISCV_CSR, desc_csrs, &s);
}
