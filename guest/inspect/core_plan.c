// SPDX-License-Identifier: Apache-2.0
/* Which memory is in a core file. */
#include "inspect/core_parts.h"

#include <string.h>

static bool read_page(struct core_file *core, uint64_t address)
{
	const struct inspect_target *t = core->target;

	return t->read(t->context, address, core->page, INSPECT_PAGE) == INSPECT_PAGE;
}

/*
 * Whether a page can be left out. Where a debugger finds no content in the core
 * file it looks into the program's file before it takes zeros: so what was
 * filled from there must be in the core file, zero or not.
 */
static bool is_hole(struct core_file *core, uint64_t address)
{
	if (image_fills(&core->image, address, INSPECT_PAGE))
		return false;
	if (!read_page(core, address))
		return true;
	for (size_t i = 0; i < INSPECT_PAGE / 8; i++)
		if (core->page[i])
			return false;
	return true;
}

/* Whole pages from `address` on, `most` bytes at most, that can be left out unread. */
static uint64_t untouched(const struct core_file *core, uint64_t address, uint64_t most)
{
	const struct inspect_target *t = core->target;
	uint64_t size = t->untouched ? t->untouched(t->context, address) : 0;

	if (size > most)
		size = most;
	size &= ~(uint64_t)(INSPECT_PAGE - 1);
	return size && !image_fills(&core->image, address, size) ? size : 0;
}

static struct core_run *add_run(struct core_file *core, uint64_t address, uint32_t flags)
{
	struct core_run *run = &core->runs[core->run_count++];

	*run = (struct core_run){ .address = address, .flags = flags };
	return run;
}

/* `spare`: runs that this region may use beside its first. */
static void plan_region(struct core_file *core, const struct inspect_region *r, uint32_t spare)
{
	struct core_run *run = add_run(core, r->base, r->flags);

	for (uint64_t at = 0, step; at < r->size; at += step) {
		step = untouched(core, r->base + at, r->size - at);
		if (step) {
			run->size += step;
			continue;
		}
		step = INSPECT_PAGE;
		if (!is_hole(core, r->base + at)) {
			if (run->size > run->content && spare) {
				run = add_run(core, r->base + at, r->flags);
				spare--;
			}
			run->content = run->size + INSPECT_PAGE;
		}
		run->size += INSPECT_PAGE;
	}
}

static enum core_error count_regions(struct core_file *core)
{
	const struct inspect_target *t = core->target;
	struct inspect_region r = { 0 };
	uint64_t end = 0;

	while (t->region(t->context, core->region_count == 0, r.base, &r)) {
		if ((r.base | r.size) % INSPECT_PAGE || r.base < end || !r.size ||
		    r.size > UINT64_MAX - r.base)
			return CORE_BAD_REGION;
		end = r.base + r.size;
		if (core->region_count++ == CORE_RUNS)
			return CORE_TOO_MANY_REGIONS;
	}
	return CORE_OK;
}

static void place(struct core_file *core)
{
	uint64_t notes = core_notes_offset(core) + core->process_notes +
			 core->thread_notes * core->target->thread_count;
	uint64_t offset = (notes + INSPECT_PAGE - 1) & ~(uint64_t)(INSPECT_PAGE - 1);

	core->data = offset;
	for (uint32_t i = 0; i < core->run_count; i++) {
		core->runs[i].offset = offset;
		offset += core->runs[i].content;
	}
	core->size = offset;
}

enum core_error core_plan(struct core_file *core, const struct inspect_target *t)
{
	struct inspect_thread thread;
	struct inspect_region r = { 0 };
	enum core_error error;
	struct bytes nothing = { 0 };

	memset(core, 0, sizeof(*core));
	core->target = t;
	if (!t->thread_count || !t->thread(t->context, 0, &thread))
		return CORE_NO_THREAD;
	error = count_regions(core);
	if (error)
		return error;
	image_find(t, &core->image);
	for (uint32_t i = 0; i < core->region_count; i++) {
		if (!t->region(t->context, i == 0, r.base, &r))
			break;
		plan_region(core, &r, CORE_RUNS - core->run_count - (core->region_count - i));
	}
	core_put_process_notes(core, &nothing);
	core->process_notes = nothing.position;
	nothing.position = 0;
	core_put_thread_notes(core, 0, &nothing);
	core->thread_notes = nothing.position;
	place(core);
	return CORE_OK;
}
