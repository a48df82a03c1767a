/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TaskExitStatus (why a process ended), Pcb (what a process may read about
 * itself), TaskExceptionHandler.
 */
#ifndef TASK_PCBPAGE_H
#define TASK_PCBPAGE_H

#include <task/pidtype.h>
#include <thread/tcbpage.h>

#endif
