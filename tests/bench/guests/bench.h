/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For guests of the benchmark. Each figure is printed once, as a total of executed
 * instructions and the number of repetitions that it is of; what the measuring
 * itself executes is taken off before.
 */
#ifndef BENCH_H
#define BENCH_H

#include "child.h"

#include <coresrv/thread/thread_api.h>
#include <stdint.h>

/* Memory that the parent shares with its children, where they have it. */
#define SHARED_AT 0x20000000ul

/* How many instructions have been executed before this one. */
static inline uint64_t instret(void)
{
	uint64_t n;

	__asm__ volatile("rdinstret %0" : "=r"(n)::"memory");
	return n;
}

static inline void bench_print(const char *name, uint64_t total, uint64_t count)
{
	printf("bench: %s %lu / %lu\n", name, (unsigned long)total, (unsigned long)count);
}

/* A page to share: mapped here, and described in seg for children. */
static inline volatile uint64_t *bench_share(VmSeg *seg)
{
	void *here;

	*seg = (VmSeg){ .loadAddr = SHARED_AT,
			.size = FLOE_PAGE_SIZE,
			.flags = VMM_FLAG_READ | VMM_FLAG_WRITE };
	NEED(KnPmmMdlCreate(seg->size, seg->flags, &seg->h));
	NEED(KnPmmMdlMap(seg->h, 0, seg->size, RTL_NULL, seg->flags, &here));
	return here;
}

/* A child with shared memory, ready to be started. */
static inline Handle bench_child(const char *name, struct child_code code, const VmSeg *shared,
				 ThreadSchedPolicy policy, ThreadPriority priority)
{
	/* As short as the measuring bears: a slice is 5,000 instructions. */
	const ThreadSchedParam slice = { .rrInterval = { 0, 5000 } };
	Handle task = child_create(name, 0);
	rtl_uintptr_t at;

	NEED(KnTaskLoadSeg(task, shared, &at));
	child_load(task, code);
	NEED(KnTaskSetInitialPolicy(task, policy, priority,
				    policy == ThreadSchedPolicyRR ? &slice : RTL_NULL));
	return task;
}

#endif
