/* SPDX-License-Identifier: Apache-2.0 */
/* The console as the SBI debug console extension gives it. */
#ifndef FLOE_SDK_CONSOLE_H
#define FLOE_SDK_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all `size` bytes; false where the console refuses them. */
bool floe_console_write(const void *data, size_t size);

/*
 * Reads at least one byte and at most `size`, waiting for the first; gives
 * their number, or 0 where this process gets no console input (it may not
 * inspect) or size is 0.
 */
size_t floe_console_read(void *data, size_t size);

#endif
