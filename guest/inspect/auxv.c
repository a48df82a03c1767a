// SPDX-License-Identifier: Apache-2.0
#include "inspect/auxv.h"

/* elf.h of Linux. */
enum {
	AT_NULL = 0,
	AT_PHDR = 3,
	AT_PHENT = 4,
	AT_PHNUM = 5,
	AT_PAGESZ = 6,
	AT_ENTRY = 9,
	PHDR_SIZE = 56,
};

static void put(struct bytes *out, uint64_t type, uint64_t value)
{
	bytes_u64(out, type);
	bytes_u64(out, value);
}

void auxv_put(struct bytes *out, const struct image *image)
{
	if (image->found) {
		put(out, AT_PHDR, image->headers);
		put(out, AT_PHENT, PHDR_SIZE);
		put(out, AT_PHNUM, image->header_count);
	}
	if (image->entry)
		put(out, AT_ENTRY, image->entry);
	put(out, AT_PAGESZ, INSPECT_PAGE);
	put(out, AT_NULL, 0);
}
