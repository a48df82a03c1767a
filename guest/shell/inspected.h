/* SPDX-License-Identifier: Apache-2.0 */
/* A frozen process as the gdb server and the core writer want it (inspect/target.h). */
#ifndef SHELL_INSPECTED_H
#define SHELL_INSPECTED_H

#include "inspect/target.h"
#include "target.h"

struct inspected {
	struct target target;
	struct inspect_target view; /* its context is this struct */
};

/* As target_open() and target_close(). The struct stays where it is meanwhile. */
bool inspected_open(const char *word, struct inspected *inspected);
void inspected_close(struct inspected *inspected);

#endif
