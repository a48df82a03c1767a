/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in the words of Floe's reports. */
#ifndef SHELL_FAULT_H
#define SHELL_FAULT_H

#include <floe/inspect.h>

/* "load guest-page fault on 0x0, nothing mapped"; gives `to`. */
const char *fault_text(const TaskFault *fault, char *to, rtl_size_t size);

#endif
