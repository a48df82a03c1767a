/* SPDX-License-Identifier: Apache-2.0 */
/* The timer, as time functions see it. */
#ifndef FLOE_SDK_CLOCK_H
#define FLOE_SDK_CLOCK_H

#include "ticks.h"

#include <stdbool.h>

/* Since Floe started, and how many make a second. */
uint64_t floe_clock_ticks(void);
uint64_t floe_clock_rate(void);

/* A clock that can be read and waited for. */
bool floe_clock_is_known(clockid_t clock);

#endif
