/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time it is, for the C library and for POSIX: <time.h>. Weak, as is all that
 * programs from elsewhere may bring themselves.
 */
#include "clock.h"
#include "fail.h"

#include <coresrv/task/task_api.h>
#include <sys/time.h>
#include <sys/times.h>
#include <task/pcbpage.h>

/* Of the timer when the program started. */
static uint64_t program_start;

uint64_t floe_clock_ticks(void)
{
	return GsiGetTicks(KnTaskGetGsi());
}

uint64_t floe_clock_rate(void)
{
	return KnTaskGetGsi()->ticksPerSecond;
}

bool floe_clock_is_known(clockid_t clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;
}

__attribute__((constructor(101))) static void note_start(void)
{
	program_start = floe_clock_ticks();
}

static struct timespec now_as_timespec(void)
{
	return ticks_to_timespec(floe_clock_ticks(), floe_clock_rate());
}

__attribute__((weak)) int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!floe_clock_is_known(clock))
		return fail(EINVAL);
	*now = now_as_timespec();
	return 0;
}

__attribute__((weak)) int clock_getres(clockid_t clock, struct timespec *resolution)
{
	uint64_t rate = floe_clock_rate();

	if (!floe_clock_is_known(clock))
		return fail(EINVAL);
	if (resolution)
		*resolution = (struct timespec){
			.tv_sec = rate == 1,
			.tv_nsec = rate == 1 ? 0 : (long)((TICKS_NSEC_PER_SEC + rate - 1) / rate),
		};
	return 0;
}

/* All processes have the same clock, and it is the hypervisor's. */
__attribute__((weak)) int clock_settime(clockid_t clock, const struct timespec *now)
{
	return fail(clock == CLOCK_REALTIME && ticks_is_time(now) ? EPERM : EINVAL);
}

__attribute__((weak)) int timespec_get(struct timespec *now, int base)
{
	if (base != TIME_UTC)
		return 0;
	*now = now_as_timespec();
	return base;
}

/* The C library's time() stands on it. */
__attribute__((weak)) int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time = now_as_timespec();

	if (now)
		*now = (struct timeval){ .tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000 };
	if (zone)
		*(struct timezone *)zone = (struct timezone){ 0, 0 };
	return 0;
}

/* And its clock() on this one, as the sum of all members. Without a place for them as on Linux. */
__attribute__((weak)) clock_t times(struct tms *times)
{
	uint64_t now = floe_clock_ticks(), rate = floe_clock_rate();

	if (times)
		*times = (struct tms){
			.tms_utime = ticks_to_units(now - program_start, rate, CLOCKS_PER_SEC),
		};
	return ticks_to_units(now, rate, CLOCKS_PER_SEC);
}
