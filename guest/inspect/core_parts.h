/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the core writer have in common; nobody else includes it. */
#ifndef INSPECT_CORE_PARTS_H
#define INSPECT_CORE_PARTS_H

#include "inspect/bytes.h"
#include "inspect/core_file.h"

enum {
	CORE_EHDR = 64,
	CORE_PHDR = 56,
};

/* The headers of ELF, of the notes and of each run stand before the notes. */
static inline uint64_t core_notes_offset(const struct core_file *core)
{
	return CORE_EHDR + (uint64_t)CORE_PHDR * (1 + core->run_count);
}

/* The notes about the process, and those about one thread, which are equally long for all. */
void core_put_process_notes(struct core_file *core, struct bytes *out);
void core_put_thread_notes(struct core_file *core, uint32_t index, struct bytes *out);

#endif
