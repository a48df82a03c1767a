/* SPDX-License-Identifier: Apache-2.0 */
/* Load for the tests of guarantees: partitions that spin, or run and sleep as it comes. */
#ifndef TESTS_LOAD_H
#define TESTS_LOAD_H

#include "check.h"

#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdbool.h>
#include <stdint.h>

/* Of a spinner that rests. */
#define LOAD_SPIN_US 1000
#define LOAD_REST_MS 9

static inline uint64_t load_clock(void)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}

static inline uint64_t load_ticks(uint64_t us)
{
	return us * KnTaskGetGsi()->ticksPerSecond / 1000000;
}

/* So that the trace has a moment at which the caller ran yet. */
static inline void load_sleep(rtl_uint32_t ms)
{
	KnTaskResume(INVALID_HANDLE);
	KnSleep(ms);
}

static inline void load_run_for(uint64_t ticks)
{
	uint64_t begin = load_clock();

	while (load_clock() - begin < ticks)
		;
}

/* Sleeps, and runs, as it comes. */
static inline void load_bursts(void)
{
	for (uint32_t random = 1;;) {
		random = random * 1664525 + 1013904223;
		load_run_for(load_ticks(random >> 21));
		load_sleep((random >> 8) % 4);
	}
}

static int load_spin(void *rests)
{
	for (;;) {
		load_run_for(rests ? load_ticks(LOAD_SPIN_US) : ~(uint64_t)0 >> 1);
		KnSleep(LOAD_REST_MS);
	}
	return 0;
}

/* A thread that never gives way, or rests at times; cpus 0: on any. */
static inline void load_start_spinner(RtlCpuSet cpus, unsigned flags, unsigned priority, bool rests)
{
	Handle thread;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, (ThreadPriority)priority, 0x4000, RTL_NULL,
				    load_spin, (void *)(uintptr_t)rests,
				    flags | ThreadFlagCreateSuspended));
	if (cpus)
		NEED(KnThreadSetAffinityByHandle(thread, &cpus));
	NEED(KnThreadResumeByHandle(thread));
}

/*
 * A FIFO thread of the highest priority on each hart. They rest where several harts have
 * turns (QEMU before 8.1, -icount): the first that computes keeps all later ones from running.
 */
static inline void load_spin_everywhere(bool rest)
{
	for (unsigned cpu = 0; cpu < 64; cpu++)
		if (KnTaskGetGsi()->cpuMask >> cpu & 1)
			load_start_spinner((RtlCpuSet)1 << cpu, ThreadFlagSchedFifo, 31, rest);
	for (;;)
		KnThreadSuspendCurrent();
}

#endif
