/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console devices: the firmware's debug console (SBI DBCN), its legacy calls,
 * or a 16550 named in the device tree.
 */
#ifndef CONSOLE_DEVICE_H
#define CONSOLE_DEVICE_H

#include "console/console.h"

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

#endif
