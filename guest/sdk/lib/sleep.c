/* SPDX-License-Identifier: Apache-2.0 */
/* The sleeps of POSIX: <time.h>, <unistd.h>. No signal ends one early. */
#include "clock.h"
#include "fail.h"

#include <coresrv/thread/thread_api.h>
#include <unistd.h>

enum {
	USEC_PER_SEC = 1000000,
	NSEC_PER_USEC = 1000,
};

/* Until so many ticks after Floe's start; UINT64_MAX: for ever. Equals go first in any case. */
static void sleep_until(uint64_t end)
{
	uint64_t rate = floe_clock_rate(), now = floe_clock_ticks();

	do {
		KnSleep(now < end ? ticks_to_sleep(end - now, rate) : 0);
		now = floe_clock_ticks();
	} while (now < end);
}

static void sleep_for(const struct timespec *duration)
{
	uint64_t end;

	if (__builtin_add_overflow(floe_clock_ticks(),
				   ticks_from_timespec(duration, floe_clock_rate()), &end))
		end = UINT64_MAX;
	sleep_until(end);
}

/* Gives the error itself. */
__attribute__((weak)) int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
					  struct timespec *left)
{
	(void)left;
	if (!floe_clock_is_known(clock) || flags & ~TIMER_ABSTIME || !ticks_is_time(time))
		return EINVAL;
	if (flags & TIMER_ABSTIME)
		sleep_until(ticks_from_timespec(time, floe_clock_rate()));
	else
		sleep_for(time);
	return 0;
}

__attribute__((weak)) int nanosleep(const struct timespec *duration, struct timespec *left)
{
	(void)left;
	if (!ticks_is_time(duration))
		return fail(EINVAL);
	sleep_for(duration);
	return 0;
}

__attribute__((weak)) int usleep(useconds_t microseconds)
{
	sleep_for(&(struct timespec){
		.tv_sec = (time_t)(microseconds / USEC_PER_SEC),
		.tv_nsec = (long)(microseconds % USEC_PER_SEC) * NSEC_PER_USEC,
	});
	return 0;
}

__attribute__((weak)) unsigned sleep(unsigned seconds)
{
	sleep_for(&(struct timespec){ .tv_sec = seconds });
	return 0;
}
