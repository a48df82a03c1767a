/* SPDX-License-Identifier: Apache-2.0 */
/* How the machine is switched off. */
#ifndef BOOT_POWER_H
#define BOOT_POWER_H

struct device_registers;

/* A test finisher, which unlike the firmware can say success or failure; size 0: none. */
void power_init(const struct device_registers *finisher);

#endif
