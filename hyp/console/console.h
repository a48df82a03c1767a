/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's one console: whole lines go into a ring, and the ring drains
 * to the device while nobody has anything better to do, or a little at a time
 * beside running guests. So a slow line never holds up a hart.
 *
 * Part of the ring is kept for the hypervisor: guests wait, it does not.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "core/list.h"

#include <stdarg.h>

#define CONSOLE_RING 16384u
#define CONSOLE_RESERVE 6144u /* that guests leave free */

struct device_registers;

/*
 * A console device: the firmware's debug console (SBI DBCN), its legacy calls, or a 16550 named in
 * the device tree. write takes as many bytes as it can at once, maybe none.
 */
struct console_device {
	u64 (*write)(const struct device_registers *registers, const char *data, u64 bytes);
	int (*read)(const struct device_registers *registers); /* a byte; negative: none there */
	const struct device_registers *registers;              /* for both */
	bool clean; /* bytes go out as they are; else LF is given a CR by the device */
};

/*
 * The best console that is there. uart: of a 16550, size 0 for none;
 * the structure is kept, and the device accessed at its identity-mapped address.
 */
const struct console_device *device_find(const struct device_registers *uart);

/*
 * The same for a second line beside the console, which firmware may not have set
 * up; NULL: there is none.
 */
const struct console_device *device_find_second(const struct device_registers *uart);

/* One character, whatever has been set up. */
void device_panic_putc(char c);

/* The console; a line beside it for protocols that want one of their own, or NULL. */
extern const struct console_device *console_first, *console_second;

void console_init(const struct console_device *first, const struct console_device *second);

/* Room for a line of that many bytes, for a guest or for the hypervisor? */
bool console_has_room(u64 bytes, bool guest);

/*
 * Adds a line "[name] text" and its end. Bytes below 0x20 but TAB, and 0x7f to
 * 0x9f, become \xNN in both, and ] in the name. Without room the device is waited for.
 */
void console_line(const char *name, const char *text, u64 bytes);

/* Text, or bytes as they are, for which there is room. */
void console_write(const char *data, u64 bytes, bool is_text);

/* How many bytes of text or others a guest may write now. */
u64 console_guest_room(void);

/* Bytes that the line will take. */
u64 console_line_size(const char *name, const char *text, u64 bytes);

/*
 * A line of the hypervisor's own, of which at most CONSOLE_LINE bytes are shown; several names
 * fit. Without room the device is waited for, or nothing is shown: false.
 */
#define CONSOLE_LINE (512 + 4 * FLOE_NAME_MAX)
bool console_own_line(bool wait, const char *format, va_list args);
void console_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Is output waiting? */
bool console_busy(void);

/* Has something waiting its next turn on this hart? */
bool console_is_here(void);

/* Writes some of it, lets reports and waiting guests go on. */
void console_pump(void);

/* Writes all of it. */
void console_flush(void);

/* Threads that wait for room. */
extern struct list console_waiters;

#endif
