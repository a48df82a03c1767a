/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests for tests of guest/init, made with libfdt, and the mistakes that it finds in them. */
#ifndef SUPPORT_MANIFEST_TREE_H
#define SUPPORT_MANIFEST_TREE_H

#include "manifest.h"

#include <libfdt.h>

#define TREE_SIZE 16384

extern char tree[TREE_SIZE];

/* What the last tree_read() or tree_judge() found, one "name where" a line. */
extern char mistakes[4096];

/* Begins a tree up to its partitions; ends the node that is open and the tree. */
void tree_begin(void);
void tree_end(void);

/* Begins a partition with an image; fdt_end_node() ends it. */
void tree_begin_partition(const char *name);

bool tree_read(struct manifest *m, const void *bytes, size_t size);

/* Whether a machine with these CPUs can keep what the manifest promises. */
bool tree_judge(const struct manifest *m, uint64_t cpus);

#endif
