/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <libfdt.h>
#include <stdbool.h>

enum {
	MAX_DEPTH = 8, /* a manifest has 3 */
};

static bool has_name(const void *tree, int property)
{
	const char *name;

	return fdt_getprop_by_offset(tree, property, &name, NULL);
}

int tree_check(const void *tree, size_t size)
{
	int error, offset, depth = 0, next = 0;
	uint32_t tag;

	if (size < sizeof(struct fdt_header))
		return -FDT_ERR_TRUNCATED;
	error = fdt_check_header(tree);
	if (error)
		return error;
	if (fdt_totalsize(tree) > size)
		return -FDT_ERR_TRUNCATED;
	if (fdt_off_dt_struct(tree) % sizeof(uint32_t))
		return -FDT_ERR_ALIGNMENT;
	do {
		offset = next;
		tag = fdt_next_tag(tree, offset, &next);
		depth += (tag == FDT_BEGIN_NODE) - (tag == FDT_END_NODE);
		if (next < 0)
			return next;
		if (depth < 0 || depth > MAX_DEPTH)
			return -FDT_ERR_BADSTRUCTURE;
		if (tag == FDT_PROP && !has_name(tree, offset))
			return -FDT_ERR_BADSTRUCTURE;
	} while (tag != FDT_END);
	return depth ? -FDT_ERR_BADSTRUCTURE : 0;
}
