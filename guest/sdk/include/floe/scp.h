/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The static connection page (SCP) as SDK programs read it: what a creator
 * hands to a new process with KnTaskSetEnv(). The header is followed by
 * handleCount entries and then by strings, each with its NUL, without gaps:
 * argCount arguments, beginning with argv[0], envCount variables "NAME=value",
 * and handleCount names of handles in the order of the entries. All numbers are
 * little-endian. The page has exactly `size` bytes.
 */
#ifndef FLOE_SCP_H
#define FLOE_SCP_H

#include <floe/types.h>

#define FLOE_SCP_MAGIC 0x31504353u /* "SCP1" */

typedef struct {
	rtl_uint32_t magic;
	rtl_uint32_t size; /* bytes, this header counted; at most FLOE_ENV_MAX */
	rtl_uint32_t argCount;
	rtl_uint32_t envCount;
	rtl_uint32_t handleCount;
	rtl_uint32_t reserved; /* 0 */
} FloeScpHeader;

/* A handle in the new process's own handle space that has a name; INVALID_HANDLE: none yet. */
typedef struct {
	Handle handle;
	rtl_uint32_t reserved; /* 0 */
} FloeScpHandle;

#endif
