/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols.h"

#include <string.h>

/* Symbol table entry (System V ABI, ELF-64 object file format). */
struct symbol {
	uint32_t name;
	uint8_t info;
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
};

enum {
	SYMBOLS_MAX = 1 << 20, /* are looked at */
	BATCH = 64,
	TYPE_NONE = 0,
	TYPE_FUNCTION = 2,
};

/* The best symbol so far for one frame. */
struct match {
	bool found, is_function;
	uint64_t start;
	uint32_t name;
};

/* A return address may already belong to the next function. */
static uint64_t call_site(const struct frame *frames, unsigned i)
{
	return i ? frames[i].pc - 1 : frames[i].pc;
}

static size_t read_name(struct target *t, uint32_t name, char *to, size_t size)
{
	const TaskInfo *info = &t->process.info;

	if (name >= info->strTabSize)
		return 0;
	if (size > info->strTabSize - name)
		size = info->strTabSize - name;
	return target_read(t, info->strTab + name, to, size);
}

/* Labels of assembly have no type; neither have mapping symbols ($x) and local labels (.L). */
static bool is_label(struct target *t, uint32_t name)
{
	char first;

	return read_name(t, name, &first, 1) && first && first != '$' && first != '.';
}

static void consider(struct target *t, const struct symbol *s, uint64_t pc, struct match *m)
{
	uint64_t start = s->value + t->process.info.relocBase;
	bool is_function = (s->info & 15) == TYPE_FUNCTION;

	if (!s->section || (!is_function && (s->info & 15) != TYPE_NONE) || start > pc)
		return;
	if (s->size && pc - start >= s->size)
		return;
	/* The nearest one; where two begin together, the function. */
	if (m->found &&
	    (start < m->start || (start == m->start && (m->is_function || !is_function))))
		return;
	if (is_function || is_label(t, s->name))
		*m = (struct match){ true, is_function, start, s->name };
}

/* What could disturb a terminal is shown as a question mark. */
static void take_name(struct target *t, const struct match *m, struct frame *f)
{
	size_t n = read_name(t, m->name, f->function, sizeof(f->function) - 1);

	f->function[n] = '\0';
	for (char *c = f->function; *c; c++)
		if (!is_text(*c))
			*c = '?';
	f->offset = f->pc - m->start;
}

void symbols_resolve(struct target *t, struct frame *frames, unsigned count)
{
	const TaskInfo *info = &t->process.info;
	uint64_t total = info->symTabSize / sizeof(struct symbol);
	struct match match[FRAMES_MAX];
	struct symbol batch[BATCH];

	memset(match, 0, sizeof(match));
	if (total > SYMBOLS_MAX)
		total = SYMBOLS_MAX;
	for (uint64_t i = 0, n; i < total; i += n) {
		n = total - i < BATCH ? total - i : BATCH;
		n = target_read(t, info->symTab + i * sizeof(*batch), batch, n * sizeof(*batch)) /
		    sizeof(*batch);
		if (!n)
			break;
		for (uint64_t s = 0; s < n; s++)
			for (unsigned f = 0; f < count; f++)
				consider(t, &batch[s], call_site(frames, f), &match[f]);
	}
	/* What is no code has no function's name, though a symbol may lie before it. */
	for (unsigned f = 0; f < count; f++)
		if (match[f].found && target_is_code(t, frames[f].pc))
			take_name(t, &match[f], &frames[f]);
}
