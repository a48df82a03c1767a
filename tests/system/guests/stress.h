/* SPDX-License-Identifier: Apache-2.0 */
/* What guests share that do everything to the same processes at once. */
#ifndef TESTS_STRESS_H
#define TESTS_STRESS_H

#include "child.h"

#include <coresrv/task/inspect_api.h>

#define COMPUTE(rounds) "li t0, " #rounds "\n9: addi t0, t0, -1\nbnez t0, 9b\n"
#define SLEEP(ms) "li a0, " #ms "\n" CHILD_CALL(72)

CHILD_CODE(computes, "1:\n" COMPUTE(100000) SLEEP(0) COMPUTE(100000) SLEEP(1) "j 1b\n");
CHILD_CODE(spins, "1: j 1b\n");
CHILD_CODE(crashes, "sd zero, 0(zero)\n");
CHILD_CODE(sleeps, "1:\n" SLEEP(1) "j 1b\n");
CHILD_CODE(ends, "li a0, 3\n" CHILD_CALL(18) "1: j 1b\n");

/* clang-format off */
/* Two more threads, which begin at label 3. */
#define TWO_MORE_THREADS                                                                           \
	"addi sp, sp, -64\n"                                                                       \
	"lla t0, 3f\n"                                                                             \
	"sd t0, 0(sp)\n"                                                                           \
	"li s0, 2\n"                                                                               \
	"1: addi a0, sp, 48\n"                                                                     \
	"addi a1, sp, 56\n"                                                                        \
	"li a2, 10\n"                                                                              \
	"li a3, 4096\n"                                                                            \
	"mv a4, sp\n"                                                                              \
	CHILD_CALL(60)                                                                             \
	"addi s0, s0, -1\n"                                                                        \
	"bnez s0, 1b\n"

/* On as many harts; all are busy when the first one takes an exception. */
CHILD_CODE(crashes_with_others, TWO_MORE_THREADS
	   COMPUTE(20000)
	   "sd zero, 0(zero)\n"
	   "3:\n" COMPUTE(5000) SLEEP(0) COMPUTE(5000) SLEEP(1) "j 3b\n");
/* clang-format on */

static inline unsigned long random_number(unsigned long *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 8;
}

/*
 * It has more to its credit within 20 s, or does not run any more, or never did; or another
 * thread has closed the handle meanwhile.
 */
static inline int goes_on(Handle task)
{
	TaskInfo first, now;

	if (KnTaskGetInfo(task, &first) != rcOk)
		return 1;
	for (int n = 0; n < 4000; n++) {
		if (KnTaskGetInfo(task, &now) != rcOk || now.pid != first.pid ||
		    now.state != TaskStateRunning || now.runTime != first.runTime)
			return 1;
		KnSleep(5);
	}
	printf("process %u stands still\n", (unsigned)first.pid);
	return 0;
}

#endif
