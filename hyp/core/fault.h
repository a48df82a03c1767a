/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a partition: a TaskFault is a decoded exit, which arch code fills in (but `mapped`);
 * a TaskFaultRecord is what is kept of the one that ended or froze its task, and inspection copies.
 * core/fault.c is the one place that decides what becomes of the partition.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/types.h"

#include <floe/inspect.h>

/*
 * The current thread took an exception. Lets a handler of its process run, or
 * ends or freezes the partition; the thread is gone or halted then. `vector`:
 * why the guest's own trap vector could not run, or NULL.
 */
void fault_raise(const TaskFault *fault, const TaskFault *vector);

/* A handler of the current thread returned that; there is an exception. */
void fault_handler_returned(i32 result);

/* The fault in the API's words. */
HalExceptionCode fault_code(const TaskFault *fault);

/* The cause in the words of the privileged specification, lower case. */
const char *fault_name(const TaskFault *fault);

#endif
