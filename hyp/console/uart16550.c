/* SPDX-License-Identifier: Apache-2.0 */
#include "console/uart16550.h"

#define REG_DATA 0
#define REG_LINE_STATUS 5
#define STATUS_DATA_READY 0x01u
#define STATUS_TRANSMITTER_EMPTY 0x20u
#define FIFO_SIZE 16u

static struct {
	u64 base;
	u32 shift, width;
} uart;

static u32 read_register(u32 index)
{
	u64 at = uart.base + ((u64)index << uart.shift);

	return uart.width == 4 ? *(volatile u32 *)at : *(volatile u8 *)at;
}

static void write_register(u32 index, u32 value)
{
	u64 at = uart.base + ((u64)index << uart.shift);

	if (uart.width == 4)
		*(volatile u32 *)at = value;
	else
		*(volatile u8 *)at = (u8)value;
}

void uart16550_init(u64 base, u32 shift, u32 width)
{
	uart.base = base;
	uart.shift = shift;
	uart.width = width;
}

bool uart16550_ready(void)
{
	return uart.base != 0;
}

u64 uart16550_write(const char *data, u64 bytes)
{
	u64 n = min_u64(bytes, FIFO_SIZE);

	if (!(read_register(REG_LINE_STATUS) & STATUS_TRANSMITTER_EMPTY))
		return 0;
	for (u64 i = 0; i < n; i++)
		write_register(REG_DATA, (u8)data[i]);
	return n;
}

int uart16550_read(void)
{
	if (!(read_register(REG_LINE_STATUS) & STATUS_DATA_READY))
		return -1;
	return (int)(read_register(REG_DATA) & 0xff);
}
