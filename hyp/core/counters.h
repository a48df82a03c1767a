/* SPDX-License-Identifier: Apache-2.0 */
/* What is in use in the whole system (KnSysGetCounters): each object counts itself. */
#ifndef CORE_COUNTERS_H
#define CORE_COUNTERS_H

#include "core/types.h"

/* freePages and allPages are filled in when they are asked for. */
extern SysCounters counters;

#endif
