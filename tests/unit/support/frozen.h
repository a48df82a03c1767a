/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen process out of memory of this machine, for guest/inspect. */
#ifndef SUPPORT_FROZEN_H
#define SUPPORT_FROZEN_H

#include "inspect/target.h"

#define FROZEN_REGIONS 16
#define FROZEN_THREADS 300

struct frozen {
	struct inspect_target target;
	struct inspect_region regions[FROZEN_REGIONS]; /* ascending */
	uint8_t *memory[FROZEN_REGIONS];
	uint32_t region_count;
	struct inspect_thread threads[FROZEN_THREADS];
	bool killed, refuses_kill;
};

/* The one that tests share which need only one. */
extern struct frozen frozen;

void frozen_begin(struct frozen *f, const char *name, uint32_t pid);
/* Adds a region of zeros, above all others, and gives its memory. */
uint8_t *frozen_region(struct frozen *f, uint64_t base, uint64_t size, uint32_t flags,
		       const char *name);
/* Adds a thread whose registers are made out of its number. */
struct inspect_thread *frozen_thread(struct frozen *f, uint32_t tid);
/* Where `size` bytes of the process are here; NULL: not in one region. */
uint8_t *frozen_at(struct frozen *f, uint64_t address, uint64_t size);
void frozen_end(struct frozen *f);

#endif
