/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KOS_RANDOM_RANDOM_API_H
#define KOS_RANDOM_RANDOM_API_H

#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fills `size` bytes, 1 to 65536, at `output` from the hypervisor's random source.
 * Any process may call it.
 *
 * rcInvalidArgument: output is RTL_NULL or size 0. rcBufferTooLarge: more bytes.
 * rcTargetFault: the bytes do not lie in the caller's writable memory.
 */
Retcode KosRandomGenerate(rtl_size_t size, void *output);

#ifdef __cplusplus
}
#endif

#endif
