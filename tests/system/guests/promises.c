/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes with CPU budgets and time windows, whose class and priority several threads
 * change, and which end and are made again: each goes on all the time, whatever it is
 * changed to, and nothing leaks. This is the first process, for that alone promises time.
 * Together the budgets are less than one hart, so that all can be kept wherever the
 * processes run.
 *
 * Each process is changed and looked at by one thread only: what stands still is not
 * ended by another one before it is noticed.
 */
#include "api-test.h"
#include "stress.h"

#include <coresrv/sched/sched_api.h>
#include <coresrv/thread/thread_api.h>
#include <stdint.h>

#define WORKERS 4
#define ROUNDS 3000 /* of each worker */
#define LOOK_EVERY 20
#define EACH 3 /* processes of a worker */

/* Two threads that never give way, and a third that sleeps at times. */
/* clang-format off */
CHILD_CODE(several, TWO_MORE_THREADS
	   "2:\n" COMPUTE(20000) SLEEP(1) "j 2b\n"
	   "3: j 3b\n");
/* clang-format on */

static const struct child_code codes[] = {
	{ spins, spins_end },
	{ computes, computes_end },
	{ several, several_end },
};

/* Each worker's first, second and third process; 56 % of a hart with all four workers. */
static const struct {
	rtl_uint32_t budget, period, flags;
} budgets[EACH] = { { 50, 1000, 0 }, { 400, 5000, 0 }, { 100, 10000, TaskBudgetSoft } };

static unsigned long rounds, made;

static void make(Handle *task, unsigned which, unsigned long random)
{
	TaskLimits limits = { .memoryLimit = 0x1000000, .windows = 1 + random / 8 % 3 };
	char name[24];

	snprintf(name, sizeof(name), "p%lu", __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED));
	*task = child_create(name, 0);
	/* All have one: real-time spinners without would keep each other from running. */
	NEED(KnTaskSetCpuBudget(*task, budgets[which].budget, budgets[which].period,
				budgets[which].flags));
	if (random & 1)
		limits.windows |= FLOE_NO_WINDOW;
	if (random % 8 < 4)
		NEED(KnTaskSetLimits(*task, &limits));
	child_load(*task, codes[random / 64 % 3]);
	NEED(KnTaskResume(*task));
}

static void put(Handle task)
{
	NEED(KnTaskTerminate(task));
	NEED(KnHandleClose(task));
}

static void act(Handle *task, unsigned which, unsigned long random)
{
	static const ThreadSchedPolicy policies[] = { ThreadSchedPolicyOther, ThreadSchedPolicyFifo,
						      ThreadSchedPolicyRR };

	switch (random % 8) {
	case 0:
		put(*task);
		make(task, which, random / 8);
		break;
	case 1:
		KnSleep(1);
		break;
	case 2:
	case 3:
	case 4:
		NEED(KnTaskSetInitialPolicy(*task, policies[random / 8 % 3],
					    (ThreadPriority)(random / 32 % 16), RTL_NULL));
		break;
	default:
		NEED(KnTaskSetInitialThreadPriority(*task, (ThreadPriority)(random / 8 % 16)));
	}
}

static int works(void *context)
{
	unsigned long state = 0x9e3779b97f4a7c15ul * (uintptr_t)context;
	Handle tasks[EACH];

	for (unsigned i = 0; i < EACH; i++)
		make(&tasks[i], i, random_number(&state));
	for (unsigned long n = 1; n <= rounds; n++) {
		unsigned i = (unsigned)(n % EACH);

		act(&tasks[i], i, random_number(&state));
		if (n % LOOK_EVERY == 0)
			CHECK(goes_on(tasks[n / LOOK_EVERY % EACH]));
	}
	for (unsigned i = 0; i < EACH; i++) {
		CHECK(goes_on(tasks[i]));
		put(tasks[i]);
	}
	return 0;
}

static void all(void)
{
	Handle workers[WORKERS];
	rtl_int32_t code;
	Tid tid;

	for (uintptr_t i = 0; i < WORKERS; i++)
		NEED(KnThreadCreateByHandle(&workers[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    works, (void *)(i + 1), ThreadFlagCreateWaitable));
	for (int i = 0; i < WORKERS; i++) {
		NEED(KnThreadWaitByHandle(workers[i], INFINITE_TIMEOUT, &code));
		NEED(KnHandleClose(workers[i]));
	}
}

int main(void)
{
	SysCounters before, after;

	/* Two windows on the first hart, one on the second where there is one. */
	NEED(KnSchedAddWindow(5000, 0, 1000, 1000));
	NEED(KnSchedAddWindow(5000, 0, 3000, 500));
	KnSchedAddWindow(5000, 1, 0, 3000);
	/* What the library and the tables of handles keep is there afterwards. */
	rounds = 50;
	all();
	KnSleep(200);
	before = counters();
	rounds = ROUNDS;
	all();
	KnSleep(200);
	after = counters();
	check_counters(__LINE__, "everything", &before, &after);
	return checks_result();
}
