/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small printf: %s, %d, %u, %x, %lu, %lx, with 0 and a width, never without 0. Enough for
 * reports, and the format attribute still checks the arguments.
 */
#ifndef CONSOLE_FORMAT_H
#define CONSOLE_FORMAT_H

#include "core/types.h"

#include <stdarg.h>

extern const char format_digit[16];

/* x0 to x31 as the ABI calls them, padded. */
extern const char format_register[32][4];

/* Writes at most `size` bytes without a NUL and returns how many. */
u64 format_text(char *to, u64 size, const char *format, va_list args);

/* The same with a NUL, from arguments; at most size - 1 bytes. */
u64 format_string(char *to, u64 size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
