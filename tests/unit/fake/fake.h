/* SPDX-License-Identifier: Apache-2.0 */
/* The fake architecture: one hart, its clock, its console, and the end of the machine. */
#ifndef UNIT_FAKE_H
#define UNIT_FAKE_H

#include "arch/cpu.h"
#include "arch/hart.h"
#include "core/types.h"

/* Ticks per millisecond of the fake clock. */
#define MS ((u64)1000)

extern struct hart fake_hart;

/* A hart and a machine as after boot: all features but Sstc, time 1000 s. */
void fake_reset(void);

/* What the console device was given since fake_output_clear(), NUL-terminated. */
const char *fake_output(void);
void fake_output_clear(void);

/* How many bytes the device takes from now on; ~0: any number. */
void fake_output_room(u64 bytes);

/* What the console reads next. */
void fake_input(const char *text);

/* system_end() as the hypervisor called it last. */
struct fake_system {
	unsigned int ends;
	bool success;
};
extern struct fake_system fake_system;

#endif
