/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOE_SDK_START_H
#define FLOE_SDK_START_H

#include <floe/scp.h>

struct floe_arguments {
	int argc;
	char **argv, **envp; /* each ends with a null pointer */
};

/* Called by crt0 on the initial stack; never returns. */
_Noreturn void floe_start(void);

/*
 * Takes the arguments and the environment out of the static connection page
 * and frees it. A process without one, or with one that is damaged, has its own
 * name as argv[0] and an empty environment.
 */
void floe_get_arguments(struct floe_arguments *arguments);

/* The copy of the page that floe_get_arguments() has made and checked; null without one. */
const FloeScpHeader *floe_own_scp(void);

#endif
