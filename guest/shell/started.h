/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that the shell has started: it keeps a handle of each, so that a
 * frozen one stays to be looked at and an ended one to be asked for its exit code.
 */
#ifndef SHELL_STARTED_H
#define SHELL_STARTED_H

#include <coresrv/task/task_api.h>
#include <stdbool.h>

/* Closes the shell's handle of a process; false: it has none. */
bool started_forget(Pid pid);

#endif
