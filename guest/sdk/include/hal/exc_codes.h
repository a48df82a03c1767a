/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes of an exception: HalExceptionCode in words common to all
 * architectures, HalArchException in the numbers of this one (scause; 12, 13,
 * 15: the process's own page tables refused the access, 20, 21, 23: the second
 * stage did; 3 for KnTaskPanic).
 */
#ifndef HAL_EXC_CODES_H
#define HAL_EXC_CODES_H

#include <floe/types.h>

#endif
