/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/panic.h"

#include "arch/csr.h"
#include "arch/image.h"
#include "console/device.h"
#include "console/format.h"
#include "core/lock.h"
#include "core/system.h"

/* How often the lock is tried: a turn of console output takes less. */
#define LOCK_PATIENCE 1000000u

static void put_text(const char *text)
{
	while (*text)
		device_panic_putc(*text++);
}

static void put_hex(u64 value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		device_panic_putc(format_digit[value >> shift & 15]);
}

static void put_register(const char *name, u64 value)
{
	put_text(name);
	put_text(" 0x");
	put_hex(value);
}

void panic_trap(const u64 *x)
{
	/* Nobody else writes then; but he who does may be broken, or be this hart. */
	for (u32 i = 0; i < LOCK_PATIENCE && !lock_try(); i++)
		;
	put_text("\n[floe] panic: a trap in the hypervisor itself\n[floe] ");
	put_register(" scause", csr_read(scause));
	put_register("  sepc", csr_read(sepc));
	put_register("  stval", csr_read(stval));
	put_register("\n[floe]  image at", (u64)image_start);
	put_register("  sepc in floe.elf", csr_read(sepc) - (u64)image_start + FLOE_LINK_ADDRESS);
	for (unsigned int i = 1; i < 32; i++) {
		if (i % 4 == 1)
			put_text("\n[floe] ");
		put_text(" ");
		put_register(format_register[i], x[i]);
	}
	put_text("\n");
	system_power_off(false);
}
