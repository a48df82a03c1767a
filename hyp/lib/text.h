/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparison of short names: one small loop for both questions, where picolibc's
 * strcmp() and strncmp(), made for long strings, are 370 bytes and no faster.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What follows in s after a beginning; NULL: it begins otherwise. */
const char *text_after(const char *s, const char *beginning);

bool text_is(const char *s, const char *other);

#endif
