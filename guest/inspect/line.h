/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of bytes to a program elsewhere, for example a serial line. It may
 * lose, damage and invent bytes.
 */
#ifndef INSPECT_LINE_H
#define INSPECT_LINE_H

#include <stddef.h>
#include <stdint.h>

enum {
	LINE_TIMEOUT = -1,
	LINE_CLOSED = -2, /* for good */
};

struct inspect_line {
	void *context; /* for the functions */
	/* The next byte, or one of the above after `timeout` milliseconds; 0: does not wait. */
	int (*read)(void *context, uint32_t timeout);
	/* Sends all of it as it is, waiting where it must. */
	void (*write)(void *context, const void *bytes, size_t size);
};

#endif
