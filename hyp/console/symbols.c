/* SPDX-License-Identifier: Apache-2.0 */
#include "console/backtrace.h"

#include "core/guest_copy.h"
#include "core/region.h"
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

/* What is done at a time: comparisons, of which a look at the guest's memory is worth so many. */
#define PORTION 4096u
#define LOOK_COST 16u

/* Labels of assembly have no type; neither have mapping symbols ($x, $d) and local labels. */
static bool is_label(const struct task *task, u32 name)
{
	char first = 0;

	if (name < task->strtab_size)
		guest_peek(&task->vm, task->strtab + name, &first, 1);
	return first && first != '$' && first != '.';
}

/* A return address may already belong to the next function. */
static u64 call_site(const struct backtrace *b, unsigned int frame)
{
	return b->frames[frame].pc - (frame ? 1 : 0);
}

/* What that cost. */
static u32 consider(const struct task *task, const struct symbol *s, u64 pc, struct match *m)
{
	u64 start = s->value + task->initial.relocBase;
	bool function = (s->info & 15) == TYPE_FUNCTION;

	if (!s->section || (!function && (s->info & 15) != TYPE_NONE) || start > pc || start == 0)
		return 1;
	/* Without a size it may reach to the end of its region, and no further. */
	if (s->size ? pc - start >= s->size : start < m->low || start >= m->high)
		return 1;
	/* The nearest one; where two begin together, a function with a size. */
	if (start < m->start || (start == m->start && (m->function || !function)))
		return 1;
	if (function || is_label(task, s->name)) {
		m->start = start;
		m->name = s->name;
		m->function = function;
	}
	return function ? 1 : LOOK_COST;
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

void symbols_begin(const struct task *task, struct backtrace *b)
{
	for (unsigned int f = 0; f < b->count; f++) {
		const struct region *r = vm_find(&task->vm, call_site(b, f));

		if (r) {
			b->match[f].low = r->base;
			b->match[f].high = region_end(r);
		}
	}
}

void symbols_name(const struct task *task, struct backtrace *b)
{
	for (unsigned int f = 0; f < b->count; f++) {
		const struct match *m = &b->match[f];

		/* What is no code has no function's name, though a symbol may lie before it. */
		if (!m->start || !guest_is_code(&task->vm, b->frames[f].pc))
			continue;
		b->frames[f].offset = b->frames[f].pc - m->start;
		read_name(task, m->name, b->frames[f].function);
	}
}

bool symbols_go_on(const struct task *task, struct backtrace *b)
{
	u64 total = min_u64(task->symtab_size / sizeof(struct symbol), SYMBOLS_MAX), n, bytes;
	struct symbol batch[BATCH];

	for (u32 cost = 0; b->next < total && cost < PORTION; b->next += n, cost += LOOK_COST) {
		n = min_u64(total - b->next, BATCH);
		bytes = guest_peek(&task->vm, task->symtab + b->next * sizeof(*batch), batch,
				   n * sizeof(*batch));
		for (u64 s = 0; s < bytes / sizeof(*batch); s++)
			for (unsigned int f = 0; f < b->count; f++)
				cost += consider(task, &batch[s], call_site(b, f), &b->match[f]);
	}
	return b->next >= total;
}
