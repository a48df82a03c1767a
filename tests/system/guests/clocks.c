/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time functions of C and POSIX, against the timer that they stand on. Each reading
 * lies between two of the timer's, so nothing depends on how long anything takes. With an
 * argument the timer counts instructions, and a sleep is not much too long either.
 */
#include "check.h"

#include <coresrv/thread/thread_api.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/times.h>
#include <task/pcbpage.h>
#include <time.h>
#include <unistd.h>

enum {
	NSEC = 1000000000,
	MSEC = 1000000, /* nanoseconds */
	SLACK = MSEC,   /* a sleep's end, beside the millisecond that it is rounded up to */
};

static int counted;

/* Nanoseconds since Floe started. */
static int64_t timer(void)
{
	const Gsi *gsi = KnTaskGetGsi();

	return (int64_t)(GsiGetTicks(gsi) * (NSEC / gsi->ticksPerSecond));
}

static int64_t nanoseconds(const struct timespec *t)
{
	return t->tv_sec * NSEC + t->tv_nsec;
}

#define BETWEEN(before, value, after) CHECK((before) <= (value) && (value) <= (after))

/* The call slept at least so many nanoseconds. */
#define SLEEPS(least, call)                                                                        \
	do {                                                                                       \
		int64_t sleeps_from = timer(), sleeps_time;                                        \
                                                                                                   \
		CHECK((call) == 0);                                                                \
		sleeps_time = timer() - sleeps_from;                                               \
		CHECK(sleeps_time >= (least));                                                     \
		CHECK(!counted || sleeps_time <= (least) + MSEC + SLACK);                          \
	} while (0)

static void clocks(void)
{
	static const clockid_t known[] = { CLOCK_MONOTONIC, CLOCK_REALTIME };
	struct timespec now, fine;
	int64_t before;

	for (int i = 0; i < 2; i++) {
		before = timer();
		CHECK(clock_gettime(known[i], &now) == 0);
		BETWEEN(before, nanoseconds(&now), timer());
		CHECK(now.tv_nsec >= 0 && now.tv_nsec < NSEC);
		CHECK(clock_getres(known[i], &fine) == 0 && clock_getres(known[i], NULL) == 0);
		CHECK_EQUAL((NSEC / KnTaskGetGsi()->ticksPerSecond), nanoseconds(&fine));
	}
	CHECK_ERRNO(EINVAL, clock_gettime(99, &now));
	CHECK_ERRNO(EINVAL, clock_gettime(CLOCK_MONOTONIC + 1, &now));
	CHECK_ERRNO(EINVAL, clock_getres(99, &fine));
	CHECK_ERRNO(EINVAL, clock_settime(99, &now));
	CHECK_ERRNO(EINVAL, clock_settime(CLOCK_MONOTONIC, &now));
	CHECK_ERRNO(EPERM, clock_settime(CLOCK_REALTIME, &now));
	now.tv_nsec = NSEC;
	CHECK_ERRNO(EINVAL, clock_settime(CLOCK_REALTIME, &now));
	before = timer();
	CHECK_EQUAL(TIME_UTC, timespec_get(&now, TIME_UTC));
	BETWEEN(before, nanoseconds(&now), timer());
	CHECK_EQUAL(0, timespec_get(&now, TIME_UTC + 1));
}

/* Those that stand on gettimeofday() and times(). */
static void library(void)
{
	struct timezone zone = { 1, 1 };
	struct timeval now;
	struct tms used;
	int64_t before = timer(), first;
	time_t seconds, given;
	char text[16];

	CHECK(gettimeofday(&now, &zone) == 0);
	BETWEEN(before / 1000, now.tv_sec * 1000000 + now.tv_usec, timer() / 1000);
	CHECK(zone.tz_minuteswest == 0 && zone.tz_dsttime == 0);
	before = timer();
	seconds = time(&given);
	BETWEEN(before / NSEC, seconds, timer() / NSEC);
	CHECK_EQUAL(seconds, given);
	strftime(text, sizeof(text), "%Y-%m-%d", gmtime(&seconds));
	CHECK(strcmp(text, "1970-01-01") == 0);
	CHECK_EQUAL(1000000, CLOCKS_PER_SEC);
	before = timer();
	BETWEEN(before / 1000, (int64_t)times(&used), timer() / 1000);
	BETWEEN(before / 1000, (int64_t)times(NULL), timer() / 1000);
	CHECK(used.tms_stime == 0 && used.tms_cutime == 0 && used.tms_cstime == 0);
	/* It began with the program, which Floe's start and init came before. */
	first = (int64_t)clock();
	CHECK(first >= (int64_t)used.tms_utime && first < timer() / 1000);
	before = timer();
	first = (int64_t)clock();
	CHECK(usleep(3000) == 0);
	BETWEEN(3000, (int64_t)clock() - first, (timer() - before) / 1000 + 1);
}

static struct timespec *in(time_t sec, long nsec)
{
	static struct timespec time;

	time = (struct timespec){ .tv_sec = sec, .tv_nsec = nsec };
	return &time;
}

static struct timespec *from_now(int64_t nsec)
{
	nsec += timer();
	return in(nsec / NSEC, (long)(nsec % NSEC));
}

static void sleeps(void)
{
	struct timespec left = { 5, 5 };

	SLEEPS(0, nanosleep(in(0, 0), NULL));
	SLEEPS(1, nanosleep(in(0, 1), &left));
	SLEEPS(2500001, nanosleep(in(0, 2500001), &left));
	SLEEPS(1, usleep(1));
	SLEEPS(1200 * MSEC, usleep(1200000));
	SLEEPS(0, sleep(0));
	SLEEPS(NSEC, sleep(1));
	SLEEPS(3 * MSEC, clock_nanosleep(CLOCK_MONOTONIC, 0, in(0, 3 * MSEC), &left));
	SLEEPS(3 * MSEC - SLACK,
	       clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, from_now(3 * MSEC), NULL));
	SLEEPS(0, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, in(0, 1), NULL));
	CHECK(left.tv_sec == 5 && left.tv_nsec == 5);
	CHECK_ERRNO(EINVAL, nanosleep(in(-1, 0), NULL));
	CHECK_ERRNO(EINVAL, nanosleep(in(0, -1), NULL));
	CHECK_ERRNO(EINVAL, nanosleep(in(0, NSEC), NULL));
	errno = 0;
	CHECK_EQUAL(EINVAL, clock_nanosleep(99, 0, in(0, 1), NULL));
	CHECK_EQUAL(EINVAL, clock_nanosleep(CLOCK_MONOTONIC, 1, in(0, 1), NULL));
	CHECK_EQUAL(EINVAL, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, in(0, NSEC), NULL));
	CHECK_EQUAL(0, errno);
}

static int sleeps_long(void *which)
{
	struct timespec for_ever = { INT64_MAX, NSEC - 1 };

	switch ((intptr_t)which) {
	case 0:
		return nanosleep(&for_ever, NULL);
	case 1:
		return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &for_ever, NULL);
	case 2:
		return (int)sleep(UINT_MAX);
	default:
		return usleep(ULONG_MAX);
	}
}

/* What is too long for a number somewhere is not short. */
static void long_sleeps(void)
{
	Handle thread[4];
	rtl_int32_t code;
	Tid tid;

	for (intptr_t i = 0; i < 4; i++)
		NEED(KnThreadCreateByHandle(&thread[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    sleeps_long, (void *)i, ThreadFlagCreateWaitable));
	for (int i = 0; i < 4; i++)
		CHECK_RC(rcTimeout, KnThreadWaitByHandle(thread[i], 100, &code));
}

int main(int argc, char **argv)
{
	(void)argv;
	counted = argc > 1;
	clocks();
	library();
	sleeps();
	long_sleeps();
	return checks_result();
}
