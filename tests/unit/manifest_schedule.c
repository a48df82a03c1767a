// SPDX-License-Identifier: Apache-2.0
/* The time windows of a manifest as init reads them: guest/init/schedule.c. */
#include "unit.h"

#include "support/manifest_tree.h"

#include <stdio.h>
#include <string.h>

/* Leaves a number out. */
#define NONE (-1)

struct window {
	const char *name;
	i64 cpu, start, duration; /* or NONE */
	const char *partitions;   /* between spaces; NULL: none */
};

static void put_number(const char *name, i64 value)
{
	if (value != NONE)
		fdt_property_u32(tree, name, (u32)value);
}

static void put_window(const struct window *w)
{
	char names[64];
	int size;

	fdt_begin_node(tree, w->name);
	put_number("cpu", w->cpu);
	put_number("start-us", w->start);
	put_number("duration-us", w->duration);
	if (w->partitions) {
		size = snprintf(names, sizeof(names), "%s", w->partitions) + 1;
		for (char *space = strchr(names, ' '); space; space = strchr(space + 1, ' '))
			*space = 0;
		fdt_property(tree, "partitions", names, size);
	}
	fdt_end_node(tree);
}

/* The partitions `any`, and `one` and `two` with that one of the CPUs. Returns in the schedule. */
static void begin_schedule(i64 frame)
{
	tree_begin();
	tree_begin_partition("any");
	fdt_end_node(tree);
	tree_begin_partition("one");
	fdt_property_u32(tree, "cpus", 1);
	fdt_end_node(tree);
	tree_begin_partition("two");
	fdt_property_u32(tree, "cpus", 2);
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_begin_node(tree, "schedule");
	put_number("major-frame-us", frame);
}

static void end_and_expect(const char *about, const char *expected)
{
	struct manifest m;
	bool ok;

	tree_end();
	ok = tree_read(&m, tree, fdt_totalsize(tree));
	if (strcmp(mistakes, expected) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", about, mistakes, expected);
	assert_int_equal(ok, mistakes[0] == 0);
	assert_int_equal(m.is_whole, ok);
	manifest_free(&m);
}

#define AT "/schedule/"
#define MAX 10000000

static const struct {
	const char *about;
	i64 frame;
	struct window windows[3];
	const char *mistakes;
} schedules[] = {
	{ "longest", MAX, { { "w", 63, 0, MAX, "any" } }, "" },
	{ "shortest", 100, { { "w", 0, 0, 100, "any" } }, "" },
	{ "to the end", 20000, { { "w", 0, 15000, 5000, "any" } }, "" },
	{ "neighbours",
	  20000,
	  { { "v", 0, 5000, 5000, "any" },
	    { "w", 0, 0, 5000, "any" },
	    { "x", 0, 10000, 1000, "any" } },
	  "" },
	{ "two CPUs", 20000, { { "v", 0, 0, 500, "any" }, { "w", 1, 0, 500, "any one" } }, "" },
	{ "one of its CPUs", 9000, { { "v", 0, 0, 500, "one" }, { "w", 1, 0, 500, "one" } }, "" },
	{ "none", 20000, { { 0 } }, "no-windows /schedule\n" },
	{ "no frame",
	  NONE,
	  { { "w", 0, 0, 500, "any" } },
	  "missing-property /schedule/major-frame-us\n" },
	{ "frame of 0", 0, { { "w", 0, 0, 500, "any" } }, "bad-value /schedule/major-frame-us\n" },
	{ "frame of 99",
	  99,
	  { { "w", 0, 0, 500, "any" } },
	  "bad-value /schedule/major-frame-us\n" },
	{ "long frame",
	  MAX + 1,
	  { { "w", 0, 0, 500, "any" } },
	  "bad-value /schedule/major-frame-us\n" },
	{ "nothing",
	  20000,
	  { { "w", NONE, NONE, NONE, NULL } },
	  "missing-property " AT "w/cpu\nmissing-property " AT "w/start-us\n"
	  "missing-property " AT "w/duration-us\nmissing-property " AT "w/partitions\n" },
	{ "CPU 64", 20000, { { "w", 64, 0, 500, "any" } }, "bad-value " AT "w/cpu\n" },
	{ "short", 20000, { { "w", 0, 0, 99, "any" } }, "bad-value " AT "w/duration-us\n" },
	{ "long", 20000, { { "w", 0, 0, MAX + 1, "any" } }, "bad-value " AT "w/duration-us\n" },
	{ "behind", 20000, { { "w", 0, 15001, 5000, "any" } }, "bad-window " AT "w\n" },
	{ "far behind", 20000, { { "w", 0, 0xffffffff, 5000, "any" } }, "bad-window " AT "w\n" },
	{ "equal",
	  20000,
	  { { "v", 1, 0, 500, "any" }, { "w", 1, 0, 500, "any" } },
	  "overlapping-windows " AT "w\n" },
	{ "by one",
	  20000,
	  { { "v", 1, 500, 500, "any" }, { "w", 1, 0, 501, "any" } },
	  "overlapping-windows " AT "w\n" },
	{ "by one behind",
	  20000,
	  { { "u", 0, 0, 9000, "any" }, { "v", 1, 0, 501, "any" }, { "w", 1, 500, 500, "any" } },
	  "overlapping-windows " AT "w\n" },
	{ "within",
	  20000,
	  { { "v", 1, 0, 900, "any" }, { "w", 1, 500, 100, "any" } },
	  "overlapping-windows " AT "w\n" },
	{ "a wrong one is nobody's neighbour",
	  20000,
	  { { "v", NONE, 550, 900, "any" }, { "w", 0, 500, 100, "any" } },
	  "missing-property " AT "v/cpu\n" },
	{ "unknown",
	  20000,
	  { { "w", 0, 0, 500, "any ani" } },
	  "unknown-partition " AT "w/partitions\n" },
	{ "empty name",
	  20000,
	  { { "w", 0, 0, 500, "" } },
	  "unknown-partition " AT "w/partitions\n" },
	{ "twice",
	  20000,
	  { { "w", 0, 0, 500, "any one any" } },
	  "duplicate-name " AT "w/partitions\n" },
	{ "same name",
	  20000,
	  { { "w", 0, 0, 500, "any" }, { "w", 1, 0, 500, "any" } },
	  "duplicate-name " AT "w\n" },
	{ "unit address", 20000, { { "w@1", 0, 0, 500, "any" } }, "bad-value " AT "w@1\n" },
	{ "other CPU",
	  20000,
	  { { "v", 0, 0, 500, "one two" }, { "w", 1, 0, 500, "any one" } },
	  "never-runs /partitions/two/cpus\n" },
};

static void test_schedules(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(schedules); i++) {
		const struct window *w = schedules[i].windows;

		begin_schedule(schedules[i].frame);
		while (w < schedules[i].windows + 3 && w->name)
			put_window(w++);
		end_and_expect(schedules[i].about, schedules[i].mistakes);
	}
}

static void test_what_is_read(void **state)
{
	static const struct window windows[] = { { "v", 1, 0, 500, "any one" },
						 { "w", 0, 600, 700, "any" } };
	struct manifest m;

	(void)state;
	begin_schedule(20000);
	put_window(&windows[0]);
	put_window(&windows[1]);
	tree_end();
	assert_true(tree_read(&m, tree, fdt_totalsize(tree)));
	assert_int_equal(m.major_frame, 20000);
	assert_int_equal(m.window_count, 2);
	assert_string_equal(m.windows[1].name, "w");
	assert_int_equal(m.windows[0].cpu, 1);
	assert_int_equal(m.windows[1].start, 600);
	assert_int_equal(m.windows[1].duration, 700);
	assert_int_equal(m.partitions[0].windows, 3);
	assert_int_equal(m.partitions[1].windows, 1);
	assert_int_equal(m.partitions[2].windows, 0);
	manifest_free(&m);
}

static void test_other_nodes_and_properties(void **state)
{
	(void)state;
	begin_schedule(20000);
	fdt_property_u32(tree, "minor-frame-us", 1);
	fdt_begin_node(tree, "w");
	fdt_property_u32(tree, "cpus", 0);
	fdt_property_string(tree, "cpu", "0");
	fdt_property_u64(tree, "start-us", 0);
	fdt_property(tree, "duration-us", "", 0);
	fdt_property(tree, "partitions", "any", 3);
	fdt_begin_node(tree, "child");
	fdt_end_node(tree);
	fdt_end_node(tree);
	end_and_expect("properties", "unknown-property " AT "minor-frame-us\n"
				     "unknown-property " AT "w/cpus\nwrong-type " AT "w/cpu\n"
				     "wrong-type " AT "w/start-us\nwrong-type " AT "w/duration-us\n"
				     "wrong-type " AT "w/partitions\nunknown-node " AT "w/child\n");
}

static void put_many(u32 count)
{
	char name[16];
	struct window w = { name, 0, 0, 100, "any" };

	begin_schedule(20000);
	for (u32 i = 0; i < count; i++, w.start += 100) {
		snprintf(name, sizeof(name), "w%u", i);
		put_window(&w);
	}
}

static void test_number_of_windows(void **state)
{
	(void)state;
	put_many(63);
	end_and_expect("63", "");
	put_many(64);
	end_and_expect("64", "too-many-windows /schedule\n");
}

/* The schedule stands before the partitions that it names. */
static void test_order(void **state)
{
	static const struct window w = { "w", 0, 0, 500, "p" };

	(void)state;
	fdt_create(tree, sizeof(tree));
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_property_string(tree, "compatible", "floe,system");
	fdt_begin_node(tree, "schedule");
	put_number("major-frame-us", 1000);
	put_window(&w);
	fdt_end_node(tree);
	fdt_begin_node(tree, "partitions");
	tree_begin_partition("p");
	fdt_end_node(tree);
	end_and_expect("order", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedules),
		cmocka_unit_test(test_what_is_read),
		cmocka_unit_test(test_other_nodes_and_properties),
		cmocka_unit_test(test_number_of_windows),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("manifest_schedule", tests, NULL, NULL);
}
