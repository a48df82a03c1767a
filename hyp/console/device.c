/* SPDX-License-Identifier: Apache-2.0 */
#include "console/device.h"

#include "arch/sbi.h"
#include "console/uart16550.h"

#include "boot/machine.h"

enum {
	DBCN_WRITE,
	DBCN_READ,
	DBCN_WRITE_BYTE
};

static u64 dbcn_write(const char *data, u64 bytes)
{
	struct sbi_result r = sbi_call(SBI_EXT_DBCN, DBCN_WRITE, bytes, (u64)data, 0);

	/* What a failing console does not take is lost: nobody can wait for it. */
	return r.error ? bytes : (u64)r.value;
}

static int dbcn_read(void)
{
	u8 byte;
	struct sbi_result r = sbi_call(SBI_EXT_DBCN, DBCN_READ, 1, (u64)&byte, 0);

	return r.error || r.value != 1 ? -1 : byte;
}

static u64 legacy_write(const char *data, u64 bytes)
{
	for (u64 i = 0; i < bytes; i++)
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (u8)data[i], 0, 0);
	return bytes;
}

static int legacy_read(void)
{
	return (int)sbi_call(SBI_LEGACY_GETCHAR, 0, 0, 0, 0).error;
}

static const struct console_device dbcn = { "SBI DBCN", dbcn_write, dbcn_read, false };
static const struct console_device legacy = { "SBI legacy console", legacy_write, legacy_read,
					      false };
static const struct console_device uart = { "16550", uart16550_write, uart16550_read, true };

/* Firmware puts a CR before each LF, which files and other protocols do not bear. */
const struct console_device *device_find(const struct device_registers *registers)
{
	if (registers->size) {
		uart16550_init(registers->base, registers->shift, registers->width);
		return &uart;
	}
	if (sbi_has(SBI_EXT_DBCN))
		return &dbcn;
	return sbi_has(SBI_LEGACY_PUTCHAR) ? &legacy : NULL;
}

void device_panic_putc(char c)
{
	if (!sbi_call(SBI_EXT_DBCN, DBCN_WRITE_BYTE, (u8)c, 0, 0).error)
		return;
	if (sbi_has(SBI_LEGACY_PUTCHAR))
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (u8)c, 0, 0);
	else
		while (uart16550_ready() && !uart16550_write(&c, 1))
			;
}
