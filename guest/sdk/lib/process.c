/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs ask of a process in POSIX, and the C library's raise() stands on. Weak,
 * as is all that programs from elsewhere may bring themselves.
 */
#include "fail.h"

#include <coresrv/task/task_api.h>
#include <signal.h>
#include <stdlib.h>
#include <task/pcbpage.h>
#include <time.h>
#include <unistd.h>

enum {
	SIGNAL_END = 32,
	SIGNAL_EXIT = 128, /* what shells add to a signal that ended a program */
};

__attribute__((weak)) pid_t getpid(void)
{
	return (pid_t)KnTaskGetId();
}

/* What a signal does that nobody handles; for the caller itself, as raise() has it. */
__attribute__((weak)) int kill(pid_t pid, int signal)
{
	if (signal < 0 || signal >= SIGNAL_END)
		return fail(EINVAL);
	if (pid != (pid_t)KnTaskGetId())
		return fail(ESRCH);
	switch (signal) {
	case 0:
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return 0;
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGQUIT:
	case SIGSEGV:
	case SIGSYS:
	case SIGTRAP:
		abort();
	default:
		_exit(SIGNAL_EXIT + signal);
	}
}

__attribute__((weak)) long sysconf(int name)
{
	switch (name) {
	case _SC_PAGESIZE:
		return FLOE_PAGE_SIZE;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return (long)KnTaskGetGsi()->cpuCount;
	case _SC_CLK_TCK:
		return CLOCKS_PER_SEC;
	default:
		return fail(EINVAL);
	}
}
