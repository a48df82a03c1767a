/* SPDX-License-Identifier: Apache-2.0 */
/* Pid: the id of a process; it is never used twice. */
#ifndef TASK_PIDTYPE_H
#define TASK_PIDTYPE_H

#include <floe/types.h>

#endif
