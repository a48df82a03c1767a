/* SPDX-License-Identifier: Apache-2.0 */
/* The signal that fits a fault, for tools that think in signals. */
#ifndef INSPECT_SIGNALS_H
#define INSPECT_SIGNALS_H

#include "inspect/target.h"

struct inspect_signal {
	uint8_t gdb;  /* number in the gdb remote protocol */
	uint8_t host; /* number in core files, that of Linux for RISC-V */
	int32_t code; /* si_code of Linux */
};

/* SIGSEGV, SIGBUS, SIGILL, SIGTRAP or SIGABRT. */
const struct inspect_signal *inspect_signal(const struct inspect_exception *exception);

#endif
