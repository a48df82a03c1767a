/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_SDK_START_H
#define FLOE_SDK_START_H

#include <coresrv/thread/thread_api.h>
#include <floe/scp.h>
#include <stddef.h>

struct floe_arguments {
	int argc;
	char **argv, **envp; /* each ends with a null pointer */
};

/* Called by crt0 on the initial stack; never returns. */
_Noreturn void floe_start(void);

/*
 * A thread-local block: its size and alignment in bytes, and its beginning; it
 * becomes the calling thread's.
 */
size_t floe_tls_size(void);
size_t floe_tls_align(void);
void floe_tls_init(char *block);

/* Where a thread of KnThreadCreateByHandle() begins (thread_entry.S), and goes on. */
void floe_thread_entry(void);
_Noreturn void floe_thread_start(void (*start)(void), ThreadRoutine routine, void *context);

/*
 * Takes the arguments and the environment out of the static connection page
 * and frees it. A process without one, or with one that is damaged, has its own
 * name as argv[0] and an empty environment.
 */
void floe_get_arguments(struct floe_arguments *arguments);

/* The copy of the page that floe_get_arguments() has made and checked; null without one. */
const FloeScpHeader *floe_own_scp(void);

#endif
