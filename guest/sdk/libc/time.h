/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's <time.h>, with what POSIX has beyond C: the library declares that for
 * other systems only, some versions no function of it, some no CLOCK_MONOTONIC.
 *
 * There is no real-time clock: CLOCK_REALTIME, time() and gettimeofday() count from
 * 1970-01-01 as if Floe had started then, like CLOCK_MONOTONIC. clock(), and what times()
 * stores, count what has passed since the program started, whoever ran, for a process is
 * not told how long it ran itself; CLOCKS_PER_SEC is the unit of both. Nothing ends a sleep
 * early; it lasts what was asked for, rounded up to whole milliseconds, and as long as
 * others then have the CPU.
 *
 * Errors: EINVAL for an unknown clock, nanoseconds that are none (0 to 999999999),
 * seconds below 0 of a sleep; EPERM: clock_settime(CLOCK_REALTIME).
 */
#ifndef FLOE_TIME_H
#define FLOE_TIME_H

#include <sys/features.h>

#if __POSIX_VISIBLE && !defined(_POSIX_MONOTONIC_CLOCK)
#define _POSIX_MONOTONIC_CLOCK 200809L
#endif
#if __POSIX_VISIBLE && !defined(_POSIX_CLOCK_SELECTION)
#define _POSIX_CLOCK_SELECTION 200809L
#endif

#include_next <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#if __POSIX_VISIBLE
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_settime(clockid_t clock, const struct timespec *now);
int nanosleep(const struct timespec *duration, struct timespec *left);
#endif

#if __ISO_C_VISIBLE >= 2011
#ifndef TIME_UTC
#define TIME_UTC 1
#endif
int timespec_get(struct timespec *now, int base);
#endif

#ifdef __cplusplus
}
#endif

#endif
