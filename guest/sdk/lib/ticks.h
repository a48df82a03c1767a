/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticks of the timer and seconds. Pure, and right for all times that the types hold: up
 * to 2^64 ticks, a rate of 1 Hz to 16 GHz.
 */
#ifndef FLOE_SDK_TICKS_H
#define FLOE_SDK_TICKS_H

#include <stdint.h>
#include <time.h>

enum {
	TICKS_NSEC_PER_SEC = 1000000000,
	TICKS_MSEC_PER_SEC = 1000,
	TICKS_SLEEP_SECONDS = 1000000, /* in one piece: as milliseconds they fit 32 bits */
};

/* A part of a second, as units of which there are so many in one. */
static inline uint64_t ticks_part(uint64_t ticks, uint64_t rate, uint64_t units)
{
	return ticks % rate * units / rate;
}

/* Rounded down. */
static inline struct timespec ticks_to_timespec(uint64_t ticks, uint64_t rate)
{
	return (struct timespec){
		.tv_sec = (time_t)(ticks / rate),
		.tv_nsec = (long)ticks_part(ticks, rate, TICKS_NSEC_PER_SEC),
	};
}

/* In units of which there are so many in a second, rounded down. */
static inline uint64_t ticks_to_units(uint64_t ticks, uint64_t rate, uint64_t units)
{
	return ticks / rate * units + ticks_part(ticks, rate, units);
}

/* Rounded up; UINT64_MAX is never. The time is one that ticks_is_time() has seen. */
static inline uint64_t ticks_from_timespec(const struct timespec *time, uint64_t rate)
{
	uint64_t part = ((uint64_t)time->tv_nsec * rate + TICKS_NSEC_PER_SEC - 1) /
			TICKS_NSEC_PER_SEC;
	uint64_t ticks;

	if (__builtin_mul_overflow((uint64_t)time->tv_sec, rate, &ticks) ||
	    __builtin_add_overflow(ticks, part, &ticks))
		return UINT64_MAX;
	return ticks;
}

static inline int ticks_is_time(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < TICKS_NSEC_PER_SEC;
}

/* How many milliseconds to sleep for so many ticks, rounded up; of a long time a part. */
static inline uint32_t ticks_to_sleep(uint64_t ticks, uint64_t rate)
{
	uint64_t most = TICKS_SLEEP_SECONDS * rate;
	uint64_t now = ticks < most ? ticks : most;

	return (uint32_t)(now / rate * TICKS_MSEC_PER_SEC +
			  (now % rate * TICKS_MSEC_PER_SEC + rate - 1) / rate);
}

#endif
