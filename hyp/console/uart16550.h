/* SPDX-License-Identifier: Apache-2.0 */
/* A 16550, polled, with its FIFO. */
#ifndef CONSOLE_UART16550_H
#define CONSOLE_UART16550_H

#include "core/types.h"

/* Registers are 2^shift bytes apart and `width` (1 or 4) bytes wide. */
struct uart16550 {
	u64 base;
	u32 shift, width;
};

/* Sets rate and format, 8N1, where no firmware has; divisor: of the clock, by 16 times the rate. */
void uart16550_set_up(const struct uart16550 *uart, u32 divisor);

/* Writes what the FIFO takes at once; 0 while it is not empty. */
u64 uart16550_write(const struct uart16550 *uart, const char *data, u64 bytes);

/* A byte, or -1. */
int uart16550_read(const struct uart16550 *uart);

#endif
