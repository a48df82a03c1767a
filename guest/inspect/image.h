/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ELF header in a frozen process's memory says of its image. The SDK's
 * programs map theirs; the process may have overwritten it, or have none.
 */
#ifndef INSPECT_IMAGE_H
#define INSPECT_IMAGE_H

#include "inspect/target.h"

#define IMAGE_SEGMENTS 8

/* A range of memory that was filled from the file. */
struct image_content {
	uint64_t begin, end;
};

struct image {
	bool found;
	uint32_t flags;   /* e_flags: the ABI */
	uint64_t entry;   /* with the load offset */
	uint64_t base;    /* where the first segment lies, with the load offset */
	uint64_t headers; /* where the program headers lie */
	uint32_t header_count;
	uint32_t content_count;
	struct image_content content[IMAGE_SEGMENTS];
};

/* Looks for the header at the load offset, or else at the begin of a region. */
void image_find(const struct inspect_target *target, struct image *image);

/* Whether the file has content for some of these bytes, of which there is at least one. */
bool image_fills(const struct image *image, uint64_t address, uint64_t size);

#endif
