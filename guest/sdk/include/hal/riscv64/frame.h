/* SPDX-License-Identifier: Apache-2.0 */
/* HalTrapFrame: the registers of a thread where it was stopped; x[0] is 0. */
#ifndef HAL_RISCV64_FRAME_H
#define HAL_RISCV64_FRAME_H

#include <floe/types.h>

#endif
