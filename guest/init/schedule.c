/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

#include <floe/types.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LAST_CPU = 63,
};

#define PATH "/schedule"

/* All of them are required. */
static const struct property schedule_properties[] = {
	{ "major-frame-us", PROPERTY_NUMBER, offsetof(struct manifest, major_frame),
	  "major-frame-us = <20000>", NULL },
};

#define FIELD(f) offsetof(struct manifest_window, f)
static const struct property window_properties[] = {
	{ "cpu", PROPERTY_NUMBER, FIELD(cpu), "cpu = <0>", NULL },
	{ "start-us", PROPERTY_NUMBER, FIELD(start), "start-us = <0>", NULL },
	{ "duration-us", PROPERTY_NUMBER, FIELD(duration), "duration-us = <5000>", NULL },
	{ "partitions", PROPERTY_STRINGS, FIELD(partitions), "partitions = \"pump\", \"valve\"",
	  NULL },
};

static const struct property_table schedule_table = PROPERTY_TABLE(schedule_properties);
static const struct property_table window_table = PROPERTY_TABLE(window_properties);

static void take_properties(struct reader *r, int node, const char *path, const char *what,
			    const struct property_table *table, void *target)
{
	reader_properties(r, node, path, table, target);
	for (size_t i = 0; i < table->count; i++)
		if (!fdt_getprop(r->tree, node, table->properties[i].name, NULL))
			reader_mistake(r, "missing-property", path, table->properties[i].name,
				       "%s needs it; write %s;", what,
				       table->properties[i].example);
}

/* Whether the number is there, and in its range; another type was reported when it was taken. */
static bool check_number(struct reader *r, int node, const char *path, const char *name,
			 uint32_t number, uint32_t lowest, uint32_t highest)
{
	int size;

	if (!fdt_getprop(r->tree, node, name, &size) || size != sizeof(number))
		return false;
	if (number >= lowest && number <= highest)
		return true;
	reader_mistake(r, "bad-value", path, name, "%u is out of range; write %u to %u",
		       (unsigned)number, (unsigned)lowest, (unsigned)highest);
	return false;
}

static uint64_t end_of(const struct manifest_window *w)
{
	return (uint64_t)w->start + w->duration;
}

/* One without a duration has no place. */
static bool overlap(const struct manifest_window *a, const struct manifest_window *b)
{
	return a->duration && a->cpu == b->cpu && a->start < end_of(b) && b->start < end_of(a);
}

static void check_name(struct reader *r, const char *path, const struct manifest_window *w)
{
	const struct manifest_window *other = r->manifest->windows;

	if (strchr(w->name, '@'))
		reader_mistake(
			r, "bad-value", path, "",
			"a window's name has no unit address; remove the @ and what follows");
	while (other < w && strcmp(other->name, w->name) != 0)
		other++;
	if (other < w)
		reader_mistake(r, "duplicate-name", path, "",
			       "two windows have this name; rename one");
}

static void check_place(struct reader *r, const char *path, const struct manifest_window *w)
{
	const struct manifest_window *other = r->manifest->windows;
	uint32_t frame = r->manifest->major_frame;

	if (end_of(w) > frame)
		reader_mistake(r, "bad-window", path, "",
			       "it ends %llu us after the start of a major frame of %u us; let it "
			       "begin earlier, or make it shorter or the frame longer",
			       (unsigned long long)end_of(w), (unsigned)frame);
	while (other < w && !overlap(other, w))
		other++;
	if (other < w)
		reader_mistake(r, "overlapping-windows", path, "",
			       "it overlaps %s, which lasts from %u to %llu us on CPU %u as well; "
			       "move one",
			       other->name, (unsigned)other->start,
			       (unsigned long long)end_of(other), (unsigned)w->cpu);
}

static struct manifest_partition *find(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->partitions[i].name, name) == 0)
			return &m->partitions[i];
	return NULL;
}

static void name_partitions(struct reader *r, const char *path, const struct manifest_window *w)
{
	uint64_t bit = UINT64_C(1) << (w - r->manifest->windows);

	for (const char **name = w->partitions; name && *name; name++) {
		struct manifest_partition *p = find(r->manifest, *name);

		if (!p)
			reader_mistake(r, "unknown-partition", path, "partitions",
				       "there is no partition \"%s\"; correct the name", *name);
		else if (p->windows & bit)
			reader_mistake(r, "duplicate-name", path, "partitions",
				       "%s stands there twice; keep one", *name);
		else
			p->windows |= bit;
	}
}

static void read_window(struct reader *r, int node, struct manifest_window *w)
{
	char path[WHERE_SIZE];
	bool has_place;

	*w = (struct manifest_window){ .name = fdt_get_name(r->tree, node, NULL) };
	snprintf(path, sizeof(path), PATH "/%s", w->name);
	take_properties(r, node, path, "every window", &window_table, w);
	reader_no_children(r, node, path, "a window");
	has_place = check_number(r, node, path, "cpu", w->cpu, 0, LAST_CPU);
	has_place &= check_number(r, node, path, "start-us", w->start, 0, UINT32_MAX);
	has_place &= check_number(r, node, path, "duration-us", w->duration, FLOE_WINDOW_MIN,
				  FLOE_FRAME_MAX);
	if (has_place)
		check_place(r, path, w);
	else
		w->duration = 0;
	check_name(r, path, w);
	name_partitions(r, path, w);
}

static bool has_cpu_of_window(const struct manifest *m, const struct manifest_partition *p)
{
	for (size_t i = 0; i < m->window_count; i++)
		if (p->windows >> i & p->cpus >> m->windows[i].cpu & 1)
			return true;
	return false;
}

static void check_cpus(struct reader *r)
{
	const struct manifest *m = r->manifest;

	for (size_t i = 0; i < m->count; i++) {
		const struct manifest_partition *p = &m->partitions[i];
		char path[WHERE_SIZE];

		if (!p->windows || !p->cpus || has_cpu_of_window(m, p))
			continue;
		snprintf(path, sizeof(path), "/partitions/%s", p->name);
		reader_mistake(r, "never-runs", path, "cpus",
			       "it runs in its windows only, and none of them is on one of these "
			       "CPUs; write a CPU that they are on");
	}
}

static void read_windows(struct reader *r, int node, size_t count)
{
	struct manifest *m = r->manifest;
	int child;

	m->windows = calloc(count, sizeof(*m->windows));
	if (!m->windows) {
		reader_mistake(r, "not-enough-memory", PATH, "",
			       "init has no memory for so many windows; give the machine more");
		return;
	}
	fdt_for_each_subnode(child, r->tree, node)
	{
		read_window(r, child, &m->windows[m->window_count++]);
	}
}

void schedule_read(struct reader *r, int node)
{
	struct manifest *m = r->manifest;
	size_t before = r->mistakes, count = 0;
	int child;

	take_properties(r, node, PATH, "a schedule", &schedule_table, m);
	if (!check_number(r, node, PATH, "major-frame-us", m->major_frame, FLOE_WINDOW_MIN,
			  FLOE_FRAME_MAX))
		m->major_frame = FLOE_FRAME_MAX; /* behind its end no window may end in any case */
	fdt_for_each_subnode(child, r->tree, node)
	{
		count++;
	}
	if (!count)
		reader_mistake(r, "no-windows", PATH, "",
			       "there is no window; write NAME { cpu = <0>; start-us = <0>; "
			       "duration-us = <5000>; partitions = \"...\"; };");
	else if (count > FLOE_WINDOWS_MAX)
		reader_mistake(r, "too-many-windows", PATH, "",
			       "there are %zu windows; %u are the most", count, FLOE_WINDOWS_MAX);
	else
		read_windows(r, node, count);
	if (r->mistakes == before)
		check_cpus(r);
}
