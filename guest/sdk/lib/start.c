/* SPDX-License-Identifier: Apache-2.0 */
/* From crt0 to main(): thread-local storage, arguments, constructors. */
#include "start.h"

#include <coresrv/task/task_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void function(void);

/* From the linker script. */
extern const char __tdata_start[], __tdata_end[];
extern char __tls_block[];
extern function *const __preinit_array_start[], *const __preinit_array_end[];
extern function *const __init_array_start[], *const __init_array_end[];

extern char **environ;
int main(int argc, char **argv, char **envp);

/* The rest of the block is .bss already. */
static void set_up_thread_local_storage(void)
{
	memcpy(__tls_block, __tdata_start, (uintptr_t)__tdata_end - (uintptr_t)__tdata_start);
	__asm__ volatile("mv tp, %0" : : "r"(__tls_block) : "memory");
}

static void call_all(function *const *next, function *const *end)
{
	for (; next < end; next++)
		(*next)();
}

void floe_start(void)
{
	struct floe_arguments arguments;

	set_up_thread_local_storage();
	floe_get_arguments(&arguments);
	environ = arguments.envp;
	call_all(__preinit_array_start, __preinit_array_end);
	call_all(__init_array_start, __init_array_end);
	exit(main(arguments.argc, arguments.argv, arguments.envp));
}

void _exit(int status)
{
	KnTaskExit(status);
	for (;;)
		KnTaskPanic(); /* the way out where exiting is refused */
}

/* A report with a backtrace says more than an exit code. */
void abort(void)
{
	for (;;)
		KnTaskPanic();
}
