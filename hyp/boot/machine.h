/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the device tree says about the machine, read once at boot. Addresses are
 * host-physical; nothing of the tree is needed afterwards.
 */
#ifndef BOOT_MACHINE_H
#define BOOT_MACHINE_H

#include "core/types.h"

/*
 * The hypervisor reaches host-physical memory at its own addresses, and Sv39 has 2^38 bytes
 * below its hole, the last GiB of them for stacks. What is behind is left alone.
 */
#define MACHINE_END ((u64)0x3fc0000000)

/* Of a device, what the hypervisor needs at most: 8 registers, 8 bytes apart. */
#define DEVICE_BYTES 64u

/* What timebase-frequency may be, Hz. */
#define TIMEBASE_MIN 16384u
#define TIMEBASE_MAX 0xffffffffu

#define MAX_RANGES 16u
#define MAX_RESERVED 32u

struct memory_range {
	u64 start, end;
	bool no_map; /* of a reserved range: not even the hypervisor may touch it */
};

struct device_registers {
	const char *node; /* its name in the tree */
	u64 base, size;   /* size 0: there is no such device, or out of reach */
	u32 shift;        /* registers are 2^shift bytes apart */
	u32 width;        /* bytes of one access */
	u32 clock;        /* of a UART, Hz; 0: not known */
	u32 speed;        /* and its bits per second; 0: not said */
};

enum {
	EXT_H = 1,
	EXT_D = 2,
	EXT_SSTC = 4,
	EXT_SVINVAL = 8,
	EXT_SVPBMT = 16,
	EXT_ZICBOM = 32,
	EXT_ZICBOZ = 64,
	EXT_ZKR = 128,
	EXT_V = 256,
};

struct machine_tree {
	struct memory_range memory[MAX_RANGES], reserved[MAX_RESERVED];
	unsigned int nmemory, nreserved;
	u64 initrd_start, initrd_end; /* equal: none */
	u64 hart_id[MAX_HARTS];       /* in the order of the cpu nodes */
	unsigned int nharts;
	unsigned int left_out; /* cpu nodes beyond MAX_HARTS */
	u32 extensions;        /* EXT_*: all harts' isa strings have it, or say nothing */
	GsiCaches caches;
	u64 timebase;
	struct device_registers uart, second_uart, finisher; /* second: not the console's */
	const char *bootargs;
	const void *seed; /* of the generator; NULL: none */
	u32 seed_bytes;
};

/* Reads the tree; NULL, or what is wrong in one sentence. */
const char *machine_read(const void *tree, struct machine_tree *m);

/* That memory is nobody's to give away; with MAX_RESERVED ranges there may be more. */
void machine_reserve(struct machine_tree *m, u64 start, u64 end);

#endif
