/* SPDX-License-Identifier: Apache-2.0 */
#include "console/backtrace.h"

#include "core/guest_copy.h"
#include "core/task.h"

#include <string.h>

/* Symbol table entry (System V ABI, ELF-64 object file format). */
struct symbol {
	u32 name;
	u8 info;
	u8 other;
	u16 section;
	u64 value;
	u64 size;
};

#define TYPE_NONE 0
#define TYPE_FUNCTION 2
#define BATCH 32u

/* The best symbol so far for one frame. */
struct match {
	u64 start; /* 0: none */
	u32 name;
	bool function;
};

/* Labels of assembly have no type; neither have mapping symbols ($x, $d) and local labels. */
static bool is_label(const struct task *task, u32 name)
{
	char first = 0;

	if (name < task->strtab_size)
		guest_peek(&task->vm, task->strtab + name, &first, 1);
	return first && first != '$' && first != '.';
}

static void consider(const struct task *task, const struct symbol *s, u64 pc, struct match *m)
{
	u64 start = s->value + task->initial.relocBase;
	bool function = (s->info & 15) == TYPE_FUNCTION;

	if (!s->section || (!function && (s->info & 15) != TYPE_NONE) || start > pc || start == 0)
		return;
	if (s->size && pc - start >= s->size)
		return;
	/* The nearest one; where two begin together, a function with a size. */
	if (start < m->start || (start == m->start && (m->function || !function)))
		return;
	if (!function && !is_label(task, s->name))
		return;
	/* Without a size it may reach to the end of its region, and no further. */
	if (!s->size && vm_find(&task->vm, start) != vm_find(&task->vm, pc))
		return;
	*m = (struct match){ start, s->name, function };
}

static void read_name(const struct task *task, u32 offset, char *to)
{
	u64 n;

	if (offset >= task->strtab_size)
		return;
	n = guest_peek(&task->vm, task->strtab + offset, to,
		       min_u64(FUNCTION_MAX - 1, task->strtab_size - offset));
	to[n] = 0;
}

void symbols_resolve(const struct task *task, struct frame *frames, unsigned int count)
{
	u64 total = min_u64(task->symtab_size / sizeof(struct symbol), SYMBOLS_MAX);
	struct match match[BACKTRACE_MAX];
	struct symbol batch[BATCH];

	memset(match, 0, sizeof(match));
	for (u64 i = 0; i < total; i += BATCH) {
		u64 bytes = min_u64(total - i, BATCH) * sizeof(*batch);
		u64 n = guest_peek(&task->vm, task->symtab + i * sizeof(*batch), batch, bytes);

		/* A return address may already belong to the next function. */
		for (u64 s = 0; s < n / sizeof(*batch); s++)
			for (unsigned int f = 0; f < count; f++)
				consider(task, &batch[s], frames[f].pc - (f ? 1 : 0), &match[f]);
	}
	for (unsigned int f = 0; f < count; f++) {
		/* What is no code has no function's name, though a symbol may lie before it. */
		if (!match[f].start || !guest_is_code(&task->vm, frames[f].pc))
			continue;
		frames[f].offset = frames[f].pc - match[f].start;
		read_name(task, match[f].name, frames[f].function);
	}
}
