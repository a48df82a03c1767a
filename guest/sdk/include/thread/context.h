/* SPDX-License-Identifier: Apache-2.0 */
/* KnThreadContext: the id and the registers of a thread of a frozen process. */
#ifndef THREAD_CONTEXT_H
#define THREAD_CONTEXT_H

#include <hal/riscv64/frame.h>
#include <thread/tidtype.h>

#endif
