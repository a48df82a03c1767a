/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypercall from as many harts at once as the argument says, each from a thread
 * of its own that has the hart for itself. What it costs, and what waits for the
 * lock, is counted in QEMU's log.
 */
#include "bench.h"

#include <floe/abi.h>

enum {
	CALLS = 100,
	MOST = 8,
};

static volatile int ready, go;

static int calls(void *context)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_RELAXED);
	while (!go)
		;
	for (int i = 0; i < CALLS; i++) {
		register uint64_t a0 __asm__("a0"), a1 __asm__("a1");
		register uint64_t a6 __asm__("a6") = FloeFnAbiVersion;
		register uint64_t a7 __asm__("a7") = FLOE_SBI_EXTENSION;

		__asm__ volatile("ecall" : "=r"(a0), "=r"(a1) : "r"(a6), "r"(a7) : "memory");
	}
	(void)context;
	return 0;
}

int main(int argc, char **argv)
{
	int harts = argc > 1 ? atoi(argv[1]) : 1;
	Handle threads[MOST];
	rtl_int32_t code;
	Tid tid;

	/* The last one of them is this thread's own hart until it waits. */
	for (int i = 0; i < harts; i++) {
		const RtlCpuSet cpus = (RtlCpuSet)1 << i;

		NEED(KnThreadCreateByHandle(&threads[i], &tid, 10, 0, RTL_NULL, calls, RTL_NULL,
					    ThreadFlagSchedFifo | ThreadFlagCreateSuspended |
						    ThreadFlagCreateWaitable));
		NEED(KnThreadSetAffinityByHandle(threads[i], &cpus));
	}
	for (int i = 0; i < harts; i++)
		NEED(KnThreadResumeByHandle(threads[i]));
	while (ready < harts)
		KnSleep(1);
	go = 1;
	for (int i = 0; i < harts; i++)
		NEED(KnThreadWaitByHandle(threads[i], INFINITE_TIMEOUT, &code));
	return 0;
}
