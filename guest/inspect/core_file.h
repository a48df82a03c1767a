/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ELF core file of a frozen process; docs/core-format.md has its layout. The
 * file is nowhere as a whole: once planned, any part of it can be made, in any
 * order and again, so that it can go over a line that loses bytes.
 */
#ifndef INSPECT_CORE_FILE_H
#define INSPECT_CORE_FILE_H

#include "inspect/image.h"
#include "inspect/target.h"

/*
 * Segments at most; a process has at most 1024 regions. Where memory has more
 * holes, they are filled with zeros.
 */
#define CORE_RUNS 1040u

/* Memory that begins with content in the file, and then is zero. */
struct core_run {
	uint64_t address, content, size; /* page multiples; content <= size */
	uint64_t offset;                 /* of the content in the file */
	uint32_t flags;                  /* INSPECT_* */
};

/* About 45 KiB: one for all files, in static memory. */
struct core_file {
	const struct inspect_target *target;
	struct image image;
	uint32_t region_count, run_count;
	struct core_run runs[CORE_RUNS];
	uint64_t process_notes, thread_notes; /* bytes; the latter of one thread */
	uint64_t data;                        /* offset of the first content */
	uint64_t size;
	uint64_t page[INSPECT_PAGE / 8];
};

enum core_error {
	CORE_OK,
	CORE_NO_THREAD,
	CORE_TOO_MANY_REGIONS, /* over CORE_RUNS */
	CORE_BAD_REGION,       /* no page multiple, or not above the one before */
};

/* Reads all memory once, and settles what is in the file. `size` is then known. */
enum core_error core_plan(struct core_file *core, const struct inspect_target *target);

/*
 * Makes `size` bytes of the file from `offset` on; gives how many there are,
 * fewer only at its end. Memory that has become unreadable since is zero.
 */
size_t core_read(struct core_file *core, uint64_t offset, void *to, size_t size);

/* The file's name, NAME.PID.core, without what a file name cannot have. */
void core_name(const struct inspect_target *target, char *to, size_t size);

#endif
