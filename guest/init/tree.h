/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_INIT_TREE_H
#define FLOE_INIT_TREE_H

#include <stddef.h>

/*
 * Walks the whole flattened device tree in the `size` bytes at `tree`, aligned to
 * 8 bytes, so that nothing later can meet a damaged part of it. Gives 0 or an
 * error of libfdt.
 */
int tree_check(const void *tree, size_t size);

#endif
