/* SPDX-License-Identifier: Apache-2.0 */
/* Floe's first process: what its parts give each other. */
#ifndef FLOE_INIT_INIT_H
#define FLOE_INIT_INIT_H

#include "manifest.h"

#include <coresrv/task/task_api.h>
#include <stdbool.h>

/* Prints a mistake as users know it: "manifest error: NAME: WHERE: SENTENCE". */
void report_mistake(void *context, const char *name, const char *where, const char *sentence);

/*
 * Checks that the partition's image is in ROMFS and is a program that may be
 * loaded; reports what is wrong with it.
 */
bool check_image(const struct manifest_partition *partition);

/* Creates and loads the partition's process, without starting it; reports a failure. */
bool load_partition(const struct manifest_partition *partition, Handle *task);

/*
 * Sets the windows, loads all partitions, and starts them when all are loaded; if one fails, ends
 * those that are there and gives false. Then waits until every partition has
 * ended or frozen for good, or the operator has ended the system, and restarts
 * those that are to be. True if all ended as the manifest allows.
 */
bool run_system(const struct manifest *manifest);

#endif
