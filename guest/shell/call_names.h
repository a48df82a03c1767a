/* SPDX-License-Identifier: Apache-2.0 */
/* What a hypercall or an SBI call is called. */
#ifndef SHELL_CALL_NAMES_H
#define SHELL_CALL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Gives `to`, with "TaskGetInfo" for KnTaskGetInfo(), "DBCN 0" for an SBI call, or
 * the numbers of what has no name.
 */
const char *call_text(uint64_t extension, uint64_t function, char *to, size_t size);

#endif
