// SPDX-License-Identifier: Apache-2.0
#include "unit.h"

#include "support/manifest_tree.h"

#include <stdio.h>
#include <string.h>

char tree[TREE_SIZE] __attribute__((aligned(8)));
char mistakes[4096];

static void report(void *context, const char *name, const char *where, const char *sentence)
{
	(void)context;
	assert_true(strlen(sentence) > 5);
	if (strlen(mistakes) + strlen(name) + strlen(where) + 3 < sizeof(mistakes))
		sprintf(mistakes + strlen(mistakes), "%s %s\n", name, where);
}

static const struct manifest_reporter reporter = { report, NULL };

bool tree_read(struct manifest *m, const void *bytes, size_t size)
{
	mistakes[0] = 0;
	return manifest_read(m, bytes, size, &reporter);
}

bool tree_judge(const struct manifest *m, uint64_t cpus)
{
	mistakes[0] = 0;
	return manifest_check_cpu_time(m, cpus, &reporter);
}

void tree_begin(void)
{
	fdt_create(tree, sizeof(tree));
	fdt_finish_reservemap(tree);
	fdt_begin_node(tree, "");
	fdt_property_string(tree, "compatible", "floe,system");
	fdt_begin_node(tree, "partitions");
}

void tree_end(void)
{
	fdt_end_node(tree);
	fdt_end_node(tree);
	assert_int_equal(fdt_finish(tree), 0);
}

void tree_begin_partition(const char *name)
{
	fdt_begin_node(tree, name);
	fdt_property_string(tree, "image", "image.elf");
}
