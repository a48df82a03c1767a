/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frozen process's memory. What is looked at is mapped here read-only, a window
 * at a time, and stays mapped until the target is closed. Everything that comes
 * from it is untrusted: addresses, sizes and contents may be anything.
 */
#ifndef SHELL_TARGET_H
#define SHELL_TARGET_H

#include "process.h"

#include <stddef.h>
#include <stdint.h>

enum {
	TARGET_WINDOWS = 16,
	TARGET_WINDOW_SIZE = 0x10000, /* bytes */
};

struct target_region {
	uint64_t base, size;
	uint32_t flags;
	bool opened;
	Handle mdl; /* once opened; INVALID_HANDLE: all of it reads as zero */
};

struct target_window {
	uint64_t base, size; /* size 0: not in use */
	const uint8_t *data;
};

struct target {
	struct process process;
	struct target_region *regions; /* ascending */
	size_t region_count;
	struct target_window windows[TARGET_WINDOWS];
	unsigned next_window;
};

/*
 * Opens the frozen process that a word names; complains and gives false where
 * there is none, or it is not frozen.
 */
bool target_open(const char *word, struct target *target);
void target_close(struct target *target);

/*
 * Copies up to `size` bytes and gives how many could be read from the start on: 0
 * where nothing is mapped at `address`. What was never touched reads as zero.
 */
size_t target_read(struct target *target, uint64_t address, void *to, size_t size);

/* May the process execute there? */
bool target_is_code(const struct target *target, uint64_t address);

/* Gives its thread number `index`; false: there is none. */
bool target_thread(const struct target *target, unsigned index, KnThreadState *thread);

#endif
