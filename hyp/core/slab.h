/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocator for the hypervisor's own small objects: size classes, each carved
 * from pages that go back to the page allocator as soon as their last object
 * is freed, so that the count of free pages shows every leak.
 *
 * Callers: the hypervisor only. No call blocks.
 */
#ifndef CORE_SLAB_H
#define CORE_SLAB_H

#include "core/types.h"

/* The largest object; larger things take whole pages. */
#define SLAB_MAX 2032

/* A zeroed object of at least `bytes` bytes, 16-byte aligned, or NULL. */
void *mem_alloc(size_t bytes);

/* Frees it; the size has to be the same. NULL is allowed. */
void mem_free(void *object, size_t bytes);

/* The same for one that is surely not larger than SLAB_MAX. */
void slab_free(void *object);

#endif
