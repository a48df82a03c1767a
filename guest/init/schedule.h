/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_INIT_SCHEDULE_H
#define FLOE_INIT_SCHEDULE_H

#include "reader.h"

/*
 * Reads the manifest's `schedule` node, after its partitions: the windows, and in which of
 * them each partition runs. Reports all that is wrong whatever the machine is.
 */
void schedule_read(struct reader *r, int node);

#endif
