/* SPDX-License-Identifier: Apache-2.0 */
/* A 16550 that firmware has set up (rate, format): polled, with its FIFO. */
#ifndef CONSOLE_UART16550_H
#define CONSOLE_UART16550_H

#include "core/types.h"

/* Registers are 2^shift bytes apart and `width` (1 or 4) bytes wide. */
void uart16550_init(u64 base, u32 shift, u32 width);

/* Was it set up? */
bool uart16550_ready(void);

/* Writes what the FIFO takes at once; 0 while it is not empty. */
u64 uart16550_write(const char *data, u64 bytes);

/* A byte, or -1. */
int uart16550_read(void);

#endif
