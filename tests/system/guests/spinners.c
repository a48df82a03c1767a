// SPDX-License-Identifier: Apache-2.0
/*
 * What FIFO threads that spin on every hart can't stop. Partitions of this image by their
 * first argument: "spin"; "crash", which init restarts twice; "work", which does something and
 * ends when init has. The latter two begin when all harts spin. "times": a thread that computes for
 * a while and crashes, beside one that sleeps.
 */
#include "stints.h"

enum {
	ROUNDS = 20,
	ROUND_US = 500,
	TIMES_US = 300000,
	LAST_PID = 7, /* of the third "crash", which does not */
};

static volatile int *volatile nowhere = (int *)8;

/* Was a thread of the process put on a hart lately? */
static bool is_on(Pid pid, const FloeTraceRing *ring)
{
	for (size_t i = 0; i < FLOE_TRACE_EVENTS; i++) {
		FloeTraceEvent e = ring->events[i];

		if (e.timeAndType >> FLOE_TRACE_TYPE_SHIFT == FloeTraceSwitch && e.value == pid)
			return true;
	}
	return false;
}

/* They never give way once they run. */
static void wait_for_spinners(void)
{
	Pid pid = stints_pid("spin");

	stints_open();
	for (unsigned cpu = 0; cpu < stint_cpus;) {
		if (is_on(pid, stint_readers[cpu].ring))
			cpu++;
		else
			KnSleep(1);
	}
	printf("%u harts spin\n", stint_cpus);
}

static int work(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		load_run_for(load_ticks(ROUND_US));
		KnSleep(1);
	}
	while (stints_pid("crash") < LAST_PID)
		KnSleep(1);
	printf("the work is done\n");
	return EXIT_SUCCESS;
}

static int compute_and_crash(void *context)
{
	(void)context;
	load_run_for(load_ticks(TIMES_US));
	return *nowhere;
}

static int times(void)
{
	Handle thread;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, 5, 0, RTL_NULL, compute_and_crash, RTL_NULL,
				    ThreadFlagSchedFifo));
	KnSleep(INFINITE_TIMEOUT - 1);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return EXIT_FAILURE;
	if (!strcmp(argv[1], "spin"))
		load_spin_everywhere(false);
	if (!strcmp(argv[1], "times"))
		return times();
	wait_for_spinners();
	if (!strcmp(argv[1], "crash"))
		return KnTaskGetId() < LAST_PID ? *nowhere : EXIT_SUCCESS;
	return work();
}
