/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several threads do everything to the same processes and threads at once:
 * create, start, freeze, terminate, revoke, change class, priority and affinity,
 * close. What they get is an error more often than not; afterwards nothing is left.
 * Some threads beside them count, whatever class, priority and hart they are given
 * meanwhile: each has to go on, during all that and afterwards, and so has each
 * process that still runs.
 *
 * Arguments: how often each of the threads does something, and `counted` where QEMU
 * runs one hart at a time and before 8.1 changes harts only when one sleeps: then no
 * process spins. The others sleep between computations, for making way among
 * themselves is not enough: the hart would always have one of them to run.
 */
#include "api-test.h"
#include "child.h"
#include "stress.h"

#include <coresrv/thread/thread_api.h>
#include <stdint.h>

#define WORKERS 4
#define SLOTS 4
#define COUNTERS 4

static Handle tasks[SLOTS], threads[SLOTS];
static Handle counting[COUNTERS];
static volatile unsigned long counted[COUNTERS];
static volatile int stop;
static int endless = 1;
static unsigned long rounds, made, done;

/* What a slot held goes, whatever others do with it. */
static void put(Handle *slot, Handle handle)
{
	Handle old = __atomic_exchange_n(slot, handle, __ATOMIC_ACQ_REL);

	if (old == INVALID_HANDLE)
		return;
	/* Of a thread it is an error. */
	KnTaskTerminate(old);
	KnHandleClose(old);
}

static void make_task(Handle *slot, unsigned long random)
{
	static const struct {
		const char *start, *end;
	} codes[] = { { computes, computes_end },
		      { sleeps, sleeps_end },
		      { ends, ends_end },
		      { crashes, crashes_end },
		      { crashes_with_others, crashes_with_others_end },
		      { spins, spins_end } };
	unsigned long which = random / 8 % (endless ? 6 : 5);
	const char *start = codes[which].start, *end = codes[which].end;
	char name[24];
	Handle task;

	snprintf(name, sizeof(name), "s%lu", __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED));
	task = child_create(name, random & 4 ? TaskExceptionFreezesTask : 0);
	child_load(task, (struct child_code){ start, end });
	put(slot, task);
}

static int yields(void *context)
{
	for (uintptr_t i = (uintptr_t)context; i; i--)
		KnSleep((rtl_uint32_t)(i % 2));
	return 0;
}

static void make_thread(Handle *slot, unsigned long random)
{
	Handle thread;
	Tid tid;

	if (KnThreadCreateByHandle(&thread, &tid, (ThreadPriority)(random % 16), 0, RTL_NULL,
				   yields, (void *)(random % 20), 0) == rcOk)
		put(slot, thread);
}

/* A slot's handle is given on to an empty process and taken back from it; or goes as well. */
static void revoke(Handle task, Handle *slot, int all)
{
	Handle own = __atomic_load_n(slot, __ATOMIC_ACQUIRE), given;

	KnTaskTransferResource(task, own, INVALID_HANDLE, OCAP_TASK_QUERY, &given);
	if (!all) {
		KnHandleRevokeSubtree(own, own);
		return;
	}
	own = __atomic_exchange_n(slot, INVALID_HANDLE, __ATOMIC_ACQ_REL);
	/* Without a handle nobody could end it any more. */
	KnTaskTerminate(own);
	KnHandleRevoke(own);
}

/* Counts, and lets others run: in the highest class it would keep them from it. */
static int counts(void *context)
{
	while (!stop) {
		counted[(uintptr_t)context]++;
		KnSleep(1);
	}
	return 0;
}

/* Every one of them goes on, within 20 s. */
static void check_progress(void)
{
	for (int i = 0; i < COUNTERS; i++) {
		unsigned long before = counted[i];

		for (int n = 0; n < 400 && counted[i] == before; n++)
			KnSleep(50);
		CHECK(counted[i] != before);
	}
}

static void disturb(Handle thread, unsigned long random)
{
	const RtlCpuSet cpus = 1 + random / 4 % 255;
	ThreadPriority priority = (ThreadPriority)(random / 4 % 16);

	if (random & 1)
		KnThreadSetAffinityByHandle(thread, &cpus);
	if (random & 2)
		KnThreadSetSchedPolicyByHandle(
			thread,
			(ThreadSchedPolicy[]){ ThreadSchedPolicyOther, ThreadSchedPolicyFifo,
					       ThreadSchedPolicyRR }[random / 1024 % 3],
			priority, RTL_NULL);
}

static void act(unsigned long random)
{
	Handle *task_slot = &tasks[random % SLOTS], *thread_slot = &threads[random / 8 % SLOTS];
	Handle task = __atomic_load_n(task_slot, __ATOMIC_ACQUIRE);
	Handle thread = __atomic_load_n(thread_slot, __ATOMIC_ACQUIRE);
	const RtlCpuSet cpus = 1 + random / 64 % 255;
	ThreadPriority priority = (ThreadPriority)(random / 64 % 16);

	switch (random / 65536 % 14) {
	case 0:
		make_task(task_slot, random / 64);
		break;
	case 1:
	case 2:
		KnTaskResume(task);
		break;
	case 3:
		KnTaskTerminate(task);
		break;
	case 4:
		KnTaskTerminateAfterFreezing(task);
		break;
	case 5:
		KnTaskSetInitialThreadPriority(task, priority);
		break;
	case 6:
		KnTaskSetInitialPolicy(task, ThreadSchedPolicyOther, priority, RTL_NULL);
		break;
	case 7:
		make_thread(thread_slot, random / 64);
		break;
	case 8:
		KnThreadSetAffinityByHandle(thread, &cpus);
		break;
	case 9:
		KnThreadSetPriorityByHandle(thread, priority);
		break;
	case 10:
		KnThreadSetSchedPolicyByHandle(
			thread, random & 64 ? ThreadSchedPolicyRR : ThreadSchedPolicyOther,
			priority, RTL_NULL);
		break;
	case 11:
		put(random & 64 ? task_slot : thread_slot, INVALID_HANDLE);
		break;
	case 12:
		revoke(task, random & 64 ? &tasks[random / 128 % SLOTS] : thread_slot,
		       !(random & 1536));
		break;
	case 13:
		disturb(counting[random / 64 % COUNTERS], random / 256);
		break;
	}
	__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
}

static int works(void *context)
{
	unsigned long state = 0x9e3779b97f4a7c15ul * (uintptr_t)context;

	for (unsigned long i = 0; i < rounds; i++)
		act(random_number(&state));
	return 0;
}

static void all(void)
{
	Handle workers[WORKERS];
	rtl_int32_t code;
	Tid tid;

	stop = 0;
	for (uintptr_t i = 0; i < COUNTERS; i++)
		NEED(KnThreadCreateByHandle(&counting[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    counts, (void *)i, ThreadFlagCreateWaitable));
	for (uintptr_t i = 0; i < WORKERS; i++)
		NEED(KnThreadCreateByHandle(&workers[i], &tid, ThreadPriorityNormal, 0, RTL_NULL,
					    works, (void *)(i + 1), ThreadFlagCreateWaitable));
	for (int i = 0; i < WORKERS; i++) {
		NEED(KnThreadWaitByHandle(workers[i], INFINITE_TIMEOUT, &code));
		NEED(KnHandleClose(workers[i]));
	}
	check_progress();
	for (int i = 0; i < SLOTS; i++) {
		CHECK(goes_on(tasks[i]));
		put(&tasks[i], INVALID_HANDLE);
		put(&threads[i], INVALID_HANDLE);
	}
	stop = 1;
	for (int i = 0; i < COUNTERS; i++) {
		CHECK_RC(rcOk, KnThreadWaitByHandle(counting[i], 20000, &code));
		NEED(KnHandleClose(counting[i]));
	}
}

/* They are there at all. */
static void check_others(void)
{
	Handle task = child_start("three", CHILD(crashes_with_others), TaskExceptionFreezesTask);
	TaskInfo info;

	child_wait(task);
	NEED(KnTaskGetInfo(task, &info));
	CHECK_EQUAL(TaskStateFrozen, info.state);
	CHECK_EQUAL(3, info.threads);
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	SysCounters before, after;

	for (int i = 0; i < SLOTS; i++)
		tasks[i] = threads[i] = INVALID_HANDLE;
	endless = argc < 3 || strcmp(argv[2], "counted") != 0;
	check_others();
	/* What the library and the tables of handles keep is there afterwards. */
	rounds = 200;
	all();
	KnSleep(200);
	before = counters();
	rounds = argc > 1 ? (unsigned long)atoi(argv[1]) : 1000;
	done = 0;
	all();
	KnSleep(200);
	after = counters();
	check_counters(__LINE__, "everything", &before, &after);
	printf("%lu operations\n", done);
	return checks_result();
}
