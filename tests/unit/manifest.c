// SPDX-License-Identifier: Apache-2.0
/* The manifest as init reads it: guest/init/manifest.c, on trees made here with libfdt. */
#include "unit.h"

#include "support/manifest_tree.h"

#include <stdlib.h>
#include <string.h>

static void test_a_whole_manifest(void **state)
{
	const u32 cpus[] = { cpu_to_fdt32(1), cpu_to_fdt32(3) };
	const struct manifest_partition *p;
	struct manifest m;

	(void)state;
	tree_begin();
	fdt_begin_node(tree, "sensor");
	fdt_property_string(tree, "image", "dir/sensor.elf");
	fdt_property_string(tree, "class", "demo.Sensor");
	fdt_property(tree, "args", "-v\0fast", 8);
	fdt_property_string(tree, "env", "MODE=test");
	fdt_property_string(tree, "policy", "fifo");
	fdt_property_u32(tree, "priority", 20);
	fdt_property(tree, "cpus", cpus, sizeof(cpus));
	fdt_property_u32(tree, "stack-size", 0x10000);
	fdt_property_u64(tree, "memory-limit", (u64)1 << 33);
	fdt_property_string(tree, "on-exception", "restart");
	fdt_property_u32(tree, "max-restarts", 3);
	fdt_property_u32(tree, "may-create", 8);
	fdt_property(tree, "may-fail", "", 0);
	fdt_property(tree, "inspect", "", 0);
	fdt_end_node(tree);
	tree_begin_partition("plain");
	fdt_end_node(tree);
	tree_end();
	assert_true(tree_read(&m, tree, fdt_totalsize(tree)));
	assert_string_equal(mistakes, "");
	assert_int_equal(m.count, 2);
	p = &m.partitions[0];
	assert_string_equal(p->name, "sensor");
	assert_string_equal(manifest_base_name(p->image), "sensor.elf");
	assert_string_equal(p->eiid, "demo.Sensor");
	assert_string_equal(p->args[0], "-v");
	assert_string_equal(p->args[1], "fast");
	assert_null(p->args[2]);
	assert_string_equal(p->env[0], "MODE=test");
	assert_int_equal(p->policy, POLICY_FIFO);
	assert_int_equal(p->priority, 20);
	assert_int_equal(p->cpus, 2 | 8);
	assert_int_equal(p->stack_size, 0x10000);
	assert_int_equal(p->memory_limit, (u64)1 << 33);
	assert_int_equal(p->on_exception, ON_EXCEPTION_RESTART);
	assert_int_equal(p->max_restarts, 3);
	assert_int_equal(p->may_create, 8);
	assert_true(p->may_fail && p->inspect && !p->allow_rwx);
	/* Defaults. */
	p = &m.partitions[1];
	assert_string_equal(p->eiid, "plain");
	assert_null(p->args);
	assert_int_equal(p->policy, POLICY_STANDARD);
	assert_int_equal(p->priority, 10);
	assert_int_equal(p->cpus, 0);
	assert_int_equal(p->stack_size, 0);
	assert_int_equal(p->on_exception, ON_EXCEPTION_TERMINATE);
	assert_int_equal(p->max_restarts, 10);
	assert_false(p->may_fail || p->inspect || p->allow_rwx);
	manifest_free(&m);
}

#define AT "/partitions/p/"

/* One property more in a good partition. */
static const struct {
	const char *property;
	const char *value;
	size_t size;
	const char *mistake;
} properties[] = {
	{ "colour", "red", 4, "unknown-property " AT "colour\n" },
	{ "Priority", "\0\0\0\1", 4, "unknown-property " AT "Priority\n" },
	{ "class", "", 1, "bad-value " AT "class\n" },
	{ "class", "no end", 6, "wrong-type " AT "class\n" },
	{ "class", "two\0words", 10, "wrong-type " AT "class\n" },
	{ "class", "", 0, "wrong-type " AT "class\n" },
	{ "args", "no end", 6, "wrong-type " AT "args\n" },
	{ "args", "", 0, "wrong-type " AT "args\n" },
	{ "env", "NOTHING", 8, "bad-value " AT "env\n" },
	{ "env", "=x", 3, "bad-value " AT "env\n" },
	{ "policy", "idle", 5, "bad-value " AT "policy\n" },
	{ "policy", "\0\0\0\1", 4, "wrong-type " AT "policy\n" },
	{ "priority", "\0\0\0\x10", 4, "priority-out-of-range " AT "priority\n" },
	{ "priority", "\xff\xff\xff\xff", 4, "priority-out-of-range " AT "priority\n" },
	{ "priority", "ten", 4, "priority-out-of-range " AT "priority\n" },
	{ "priority", "\0\1", 2, "wrong-type " AT "priority\n" },
	{ "priority", "\0\0\0\1\0\0\0\2", 8, "wrong-type " AT "priority\n" },
	{ "max-restarts", "\0\0\0\3", 4, "never-restarts " AT "max-restarts\n" },
	{ "max-restarts", "\0\0\0\0", 4, "never-restarts " AT "max-restarts\n" },
	{ "cpus", "\0\0\0\1\0\0\0\0\0\0\0\1", 12, "duplicate-cpu " AT "cpus\n" },
	{ "cpus", "\0\0\0\1\0\0\0\x40\0\0\0\1", 12, "bad-value " AT "cpus\n" },
	{ "cpus", "\0\0\0\1\0\0\0\0", 8, "" },
	{ "cpus", "\0\0\0\x40", 4, "bad-value " AT "cpus\n" },
	{ "cpus", "", 0, "wrong-type " AT "cpus\n" },
	{ "cpus", "\0\0\0\1\0", 5, "wrong-type " AT "cpus\n" },
	{ "cpu-budget", "\0\0\0\1", 4, "wrong-type " AT "cpu-budget\n" },
	{ "cpu-budget", "\0\0\0\0\0\0\0\1", 8, "bad-value " AT "cpu-budget\n" },
	{ "cpu-budget", "\0\0\0\1\0\0\0\0", 8, "bad-value " AT "cpu-budget\n" },
	{ "stack-size", "\0\0\0\0", 4, "bad-value " AT "stack-size\n" },
	{ "stack-size", "\0\0\0\x80\0\0\0\0", 8, "bad-value " AT "stack-size\n" },
	{ "memory-limit", "\0\0\0\0\0\0\0\0", 8, "bad-value " AT "memory-limit\n" },
	{ "memory-limit", "\0\0\0", 3, "wrong-type " AT "memory-limit\n" },
	{ "on-exception", "explode", 8, "bad-value " AT "on-exception\n" },
	{ "may-fail", "yes", 4, "wrong-type " AT "may-fail\n" },
	{ "allow-rwx", "\0\0\0\1", 4, "wrong-type " AT "allow-rwx\n" },
	/* Right ones. */
	{ "priority", "\0\0\0\x0f", 4, "" },
	{ "cpus", "\0\0\0\x3f", 4, "" },
	{ "cpu-budget", "\0\0\0\1\0\0\0\2", 8, "" },
	{ "stack-size", "\0\0\0\x7f\xff\xff\xff\xff", 8, "" },
	{ "phandle", "\0\0\0\1", 4, "" },
	{ "env", "A=", 3, "" },
};

static void test_properties(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		struct manifest m;
		bool ok;

		tree_begin();
		tree_begin_partition("p");
		fdt_property(tree, properties[i].property, properties[i].value,
			     (int)properties[i].size);
		fdt_end_node(tree);
		tree_end();
		ok = tree_read(&m, tree, fdt_totalsize(tree));
		if (strcmp(mistakes, properties[i].mistake) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", properties[i].property, mistakes,
				 properties[i].mistake);
		assert_int_equal(ok, mistakes[0] == 0);
		manifest_free(&m);
	}
}

static void test_nodes(void **state)
{
	struct manifest m;

	(void)state;
	tree_begin();
	tree_begin_partition("a");
	fdt_end_node(tree);
	tree_begin_partition("init");
	fdt_end_node(tree);
	tree_begin_partition("b@1");
	fdt_end_node(tree);
	fdt_begin_node(tree, "c");
	fdt_begin_node(tree, "child");
	fdt_end_node(tree);
	fdt_end_node(tree);
	tree_begin_partition("a");
	fdt_end_node(tree);
	tree_end();
	assert_false(tree_read(&m, tree, fdt_totalsize(tree)));
	/* All at once, in the order of the tree. */
	assert_string_equal(mistakes, "duplicate-name /partitions/init\n"
				      "bad-value /partitions/b@1\n"
				      "unknown-node /partitions/c/child\n"
				      "missing-property /partitions/c/image\n"
				      "duplicate-name /partitions/a\n");
	manifest_free(&m);
}

static void test_without_partitions(void **state)
{
	struct manifest m;

	(void)state;
	tree_begin();
	tree_end();
	assert_false(tree_read(&m, tree, fdt_totalsize(tree)));
	assert_string_equal(mistakes, "no-partitions /partitions\n");
	manifest_free(&m);
	fdt_create(tree, sizeof(tree));
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_begin_node(tree, "other");
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_finish(tree);
	assert_false(tree_read(&m, tree, fdt_totalsize(tree)));
	assert_string_equal(mistakes, "missing-property /compatible\nunknown-node /other\n"
				      "no-partitions /partitions\n");
	manifest_free(&m);
}

/* A heap block of just that size, so that the sanitizer sees every byte too many. */
static bool read_copy(const char *bytes, size_t size)
{
	char *block = malloc(size ? size : 1);
	struct manifest m;
	bool ok;

	memcpy(block, bytes, size);
	ok = tree_read(&m, block, size);
	assert_int_equal(ok, mistakes[0] == 0);
	tree_judge(&m, 3);
	manifest_free(&m);
	free(block);
	return ok;
}

static void make_sample(void)
{
	tree_begin();
	tree_begin_partition("p");
	fdt_property(tree, "args", "one\0two", 8);
	fdt_property_u32(tree, "priority", 5);
	fdt_property_string(tree, "policy", "rr");
	fdt_end_node(tree);
	tree_begin_partition("q");
	fdt_property_string(tree, "env", "A=b");
	fdt_end_node(tree);
	fdt_end_node(tree);
	fdt_begin_node(tree, "schedule");
	fdt_property_u32(tree, "major-frame-us", 20000);
	fdt_begin_node(tree, "w");
	fdt_property_u32(tree, "cpu", 1);
	fdt_property_u32(tree, "start-us", 0);
	fdt_property_u32(tree, "duration-us", 5000);
	fdt_property(tree, "partitions", "p\0q", 4);
	fdt_end_node(tree);
	tree_end();
}

static void test_every_length(void **state)
{
	size_t size;

	(void)state;
	make_sample();
	size = fdt_totalsize(tree);
	for (size_t n = 0; n < size; n++)
		assert_false(read_copy(tree, n));
	assert_true(read_copy(tree, size));
}

static void test_random_damage(void **state)
{
	char copy[TREE_SIZE] __attribute__((aligned(8)));
	u64 random = TEST_SEED;
	unsigned int ok = 0;
	size_t size;

	(void)state;
	make_sample();
	size = fdt_totalsize(tree);
	for (unsigned int turn = 0; turn < 20000; turn++) {
		memcpy(copy, tree, size);
		for (unsigned int i = 0; i < 1 + turn % 4; i++)
			copy[test_random(&random) % size] = (char)test_random(&random);
		ok += read_copy(copy, size);
	}
	assert_in_range(ok, 10, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_manifest),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_without_partitions),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_random_damage),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
