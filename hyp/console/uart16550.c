/* SPDX-License-Identifier: Apache-2.0 */
#include "console/uart16550.h"

#define REG_DATA 0
#define REG_INTERRUPT_ENABLE 1
#define REG_FIFO_CONTROL 2
#define REG_LINE_CONTROL 3
#define REG_LINE_STATUS 5
#define STATUS_DATA_READY 0x01u
#define STATUS_TRANSMITTER_EMPTY 0x20u
#define CONTROL_8N1 0x03u
#define CONTROL_DIVISOR 0x80u
#define FIFO_ENABLE 0x01u
#define FIFO_SIZE 16u

static u32 read_register(const struct uart16550 *u, u32 index)
{
	u64 at = u->base + ((u64)index << u->shift);

	return u->width == 4 ? *(volatile u32 *)at : *(volatile u8 *)at;
}

static void write_register(const struct uart16550 *u, u32 index, u32 value)
{
	u64 at = u->base + ((u64)index << u->shift);

	if (u->width == 4)
		*(volatile u32 *)at = value;
	else
		*(volatile u8 *)at = (u8)value;
}

void uart16550_set_up(const struct uart16550 *u, u32 divisor)
{
	write_register(u, REG_INTERRUPT_ENABLE, 0);
	write_register(u, REG_LINE_CONTROL, CONTROL_8N1 | CONTROL_DIVISOR);
	write_register(u, REG_DATA, divisor & 0xff);
	write_register(u, REG_INTERRUPT_ENABLE, divisor >> 8 & 0xff);
	write_register(u, REG_LINE_CONTROL, CONTROL_8N1);
	write_register(u, REG_FIFO_CONTROL, FIFO_ENABLE);
}

u64 uart16550_write(const struct uart16550 *u, const char *data, u64 bytes)
{
	u64 n = min_u64(bytes, FIFO_SIZE);

	if (!(read_register(u, REG_LINE_STATUS) & STATUS_TRANSMITTER_EMPTY))
		return 0;
	for (u64 i = 0; i < n; i++)
		write_register(u, REG_DATA, (u8)data[i]);
	return n;
}

int uart16550_read(const struct uart16550 *u)
{
	if (!(read_register(u, REG_LINE_STATUS) & STATUS_DATA_READY))
		return -1;
	return (int)(read_register(u, REG_DATA) & 0xff);
}
