/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RTL_RANDOM_H
#define RTL_RANDOM_H

#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Wipes `size` bytes at `mem` so that no compiler leaves it out: for a seed
 * that has been handed to KnTaskReseedAslr().
 */
void RtlRandomMemSanitize(void *mem, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
