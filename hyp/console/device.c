/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console.h"

#include "arch/sbi.h"
#include "boot/machine.h"

#define DEFAULT_SPEED 115200u

/* The registers of a 16550. */
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

static u32 read_register(const struct device_registers *r, u32 index)
{
	u64 at = r->base + ((u64)index << r->shift);

	return r->width == 4 ? *(volatile u32 *)at : *(volatile u8 *)at;
}

static void write_register(const struct device_registers *r, u32 index, u32 value)
{
	u64 at = r->base + ((u64)index << r->shift);

	if (r->width == 4)
		*(volatile u32 *)at = value;
	else
		*(volatile u8 *)at = (u8)value;
}

/* Rate and format, 8N1, where no firmware has set them. */
static void uart_set_up(const struct device_registers *r)
{
	u32 divisor = r->clock / 16 / (r->speed ? r->speed : DEFAULT_SPEED);

	write_register(r, REG_INTERRUPT_ENABLE, 0);
	write_register(r, REG_LINE_CONTROL, CONTROL_8N1 | CONTROL_DIVISOR);
	write_register(r, REG_DATA, divisor & 0xff);
	write_register(r, REG_INTERRUPT_ENABLE, divisor >> 8 & 0xff);
	write_register(r, REG_LINE_CONTROL, CONTROL_8N1);
	write_register(r, REG_FIFO_CONTROL, FIFO_ENABLE);
}

/* What the FIFO takes at once; 0 while it is not empty. */
static u64 uart_write(const struct device_registers *r, const char *data, u64 bytes)
{
	u64 n = min_u64(bytes, FIFO_SIZE);

	if (!(read_register(r, REG_LINE_STATUS) & STATUS_TRANSMITTER_EMPTY))
		return 0;
	for (u64 i = 0; i < n; i++)
		write_register(r, REG_DATA, (u8)data[i]);
	return n;
}

static int uart_read(const struct device_registers *r)
{
	if (!(read_register(r, REG_LINE_STATUS) & STATUS_DATA_READY))
		return -1;
	return (int)(read_register(r, REG_DATA) & 0xff);
}

/* By its debug console, or, where that is missing or fails, by its legacy call. */
static bool firmware_put(char c)
{
	return !sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, (u8)c, 0, 0).error ||
	       sbi_call(SBI_LEGACY_PUTCHAR, 0, (u8)c, 0, 0).error >= 0;
}

/* One byte: either call may wait for the line, and this hart, with the lock, for it. */
static u64 firmware_write(const struct device_registers *none, const char *data, u64 bytes)
{
	(void)none;
	(void)bytes;
	/* What it does not take is lost: nobody can wait for it. */
	firmware_put(*data);
	return 1;
}

static int firmware_read(const struct device_registers *none)
{
	/* Not on the stack, which the firmware does not find: most harts' is mapped elsewhere. */
	static u8 byte;
	struct sbi_result r = sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, 1, (u64)&byte, 0);

	(void)none;
	if (r.error)
		return (int)sbi_call(SBI_LEGACY_GETCHAR, 0, 0, 0, 0).error;
	return r.value == 1 ? byte : -1;
}

static const struct console_device firmware = { firmware_write, firmware_read, NULL, false };
static struct console_device uart = { uart_write, uart_read, NULL, true };
static struct console_device second_uart = { uart_write, uart_read, NULL, true };

/* Firmware puts a CR before each LF, which files and other protocols do not bear. */
const struct console_device *device_find(const struct device_registers *r)
{
	if (!r->size)
		return &firmware;
	uart.registers = r;
	return &uart;
}

const struct console_device *device_find_second(const struct device_registers *r)
{
	if (!r->size)
		return NULL;
	second_uart.registers = r;
	if (r->clock)
		uart_set_up(r);
	return &second_uart;
}

void device_panic_putc(char c)
{
	if (firmware_put(c))
		return;
	while (uart.registers && !uart_write(uart.registers, &c, 1))
		;
}
