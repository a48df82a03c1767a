/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/csr.h"
#include "arch/exit.h"
#include "arch/image.h"
#include "console/console.h"
#include "console/format.h"
#include "core/lock.h"
#include "core/system.h"

/* How often the lock is tried: a turn of console output takes less. */
#define LOCK_PATIENCE 1000000u

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char text[256];
	va_list args;
	u64 n;

	va_start(args, format);
	n = format_text(text, sizeof(text), format, args);
	va_end(args);
	for (u64 i = 0; i < n; i++)
		device_panic_putc(text[i]);
}

void panic_trap(const u64 *x)
{
	/* Nobody else writes then; but he who does may be broken, or be this hart. */
	for (u32 i = 0; i < LOCK_PATIENCE && !lock_try(); i++)
		;
	say("\n[floe] panic: a trap in the hypervisor itself\n");
	say("[floe]  scause 0x%016lx  sepc 0x%016lx  stval 0x%016lx\n", csr_read(scause),
	    csr_read(sepc), csr_read(stval));
	say("[floe]  image at 0x%016lx  sepc in floe.elf 0x%016lx", (u64)image_start,
	    csr_read(sepc) - (u64)image_start + FLOE_LINK_ADDRESS);
	for (unsigned int i = 1; i < 32; i++)
		say("%s %s 0x%016lx", i % 4 == 1 ? "\n[floe] " : "", format_register[i], x[i]);
	say("\n");
	system_power_off(false);
}
