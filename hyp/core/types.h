/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Basic types of the hypervisor.
 *
 * Two kinds of address never mix: host-physical memory is identity mapped and
 * is only ever a pointer; a guest-physical address is only ever a gpa_t, an
 * integer that nothing dereferences. vm_resolve() is the one way from the
 * second to the first.
 */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

#include <floe/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

/* Guest-physical address, in bytes. */
typedef u64 gpa_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE ((u64)1 << PAGE_SHIFT)
#define PAGE_MASK (PAGE_SIZE - 1)

/* Harts that Floe can schedule on: the width of a CPU mask. */
#define MAX_HARTS 64

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline u64 page_round_up(u64 bytes)
{
	return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

static inline u64 page_round_down(u64 bytes)
{
	return bytes & ~PAGE_MASK;
}

static inline bool page_aligned(u64 value)
{
	return (value & PAGE_MASK) == 0;
}

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

#endif
