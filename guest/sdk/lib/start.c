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
extern char __tls_block[], __tls_block_end[];
extern const uint64_t __tls_align;
extern function *const __preinit_array_start[], *const __preinit_array_end[];
extern function *const __init_array_start[], *const __init_array_end[];

extern char **environ;
int main(int argc, char **argv, char **envp);

size_t floe_tls_size(void)
{
	return (uintptr_t)__tls_block_end - (uintptr_t)__tls_block;
}

size_t floe_tls_align(void)
{
	return __tls_align;
}

void floe_tls_init(char *block)
{
	size_t data = (uintptr_t)__tdata_end - (uintptr_t)__tdata_start;

	memcpy(block, __tdata_start, data);
	memset(block + data, 0, floe_tls_size() - data);
	KnThreadSetTls(block);
}

static void call_all(function *const *next, function *const *end)
{
	for (; next < end; next++)
		(*next)();
}

void floe_start(void)
{
	struct floe_arguments arguments;

	floe_tls_init(__tls_block);
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
