/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for hyp/arch/cpu.h: a clock that tests set, and fences that are counted. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "arch/csr.h"
#include "core/types.h"

#include <string.h>

/* What the hypervisor did to this hart. */
struct fake_cpu {
	u64 time;
	u32 (*seed)(void); /* reads of the CSRs seed and cycle */
	u64 (*cycle)(void);
	unsigned int fence_i, fence_first, fence_vmid, fence_page, inval_page, inval_fences, wfi,
		ipi;
	unsigned int fences, flushes, zeroings;
	const void *last_flush;
	const u64 *fp_loaded;
	u64 time_step; /* ticks that pass with each look at the time */
	u64 vl;        /* stands for all vector state */
	gpa_t last_page;
	u64 last_vmid;
	void (*asleep)(
		void); /* what others do while the hart sleeps; until then none answers an IPI */
};

extern struct fake_cpu fake_cpu;

static inline u64 cpu_time(void)
{
	return fake_cpu.time += fake_cpu.time_step;
}

static inline u32 cpu_seed(void)
{
	return fake_cpu.seed();
}

static inline u64 cpu_cycle(void)
{
	return fake_cpu.cycle();
}

static inline void cpu_fence_i(void)
{
	fake_cpu.fence_i++;
}

static inline void cpu_fence(void)
{
	fake_cpu.fences++;
}

static inline void cpu_cbo_flush(const void *block)
{
	fake_cpu.flushes++;
	fake_cpu.last_flush = block;
}

/* A block is as large as hardware has it, whatever Floe takes it for. */
#define FAKE_ZERO_BLOCK 128u

static inline void cpu_cbo_zero(void *block)
{
	fake_cpu.zeroings++;
	memset((char *)block - ((u64)block & (FAKE_ZERO_BLOCK - 1)), 0, FAKE_ZERO_BLOCK);
}

static inline void cpu_hfence_gvma_vmid(u64 vmid)
{
	fake_cpu.fence_vmid++;
	fake_cpu.last_vmid = vmid;
}

static inline void cpu_hfence_vvma(void)
{
	fake_cpu.fence_first++;
}

static inline void cpu_hfence_gvma_page(gpa_t gpa, u64 vmid)
{
	fake_cpu.fence_page++;
	fake_cpu.last_page = gpa;
	fake_cpu.last_vmid = vmid;
}

static inline void cpu_hinval_gvma_page(gpa_t gpa, u64 vmid)
{
	fake_cpu.inval_page++;
	fake_cpu.last_page = gpa;
	fake_cpu.last_vmid = vmid;
}

static inline void cpu_sfence_w_inval(void)
{
	fake_cpu.inval_fences++;
}

static inline void cpu_sfence_inval_ir(void)
{
	fake_cpu.inval_fences++;
}

static inline bool cpu_claim(u64 *word, u64 value)
{
	u64 nobody = 0;

	return __atomic_compare_exchange_n(word, &nobody, value, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void cpu_count_release(u64 *count)
{
	(void)__atomic_fetch_add(count, 1, __ATOMIC_RELEASE);
}

static inline bool cpu_disclaim(u64 *word, u64 value)
{
	return __atomic_compare_exchange_n(word, &value, 0, false, __ATOMIC_RELEASE,
					   __ATOMIC_RELAXED);
}

/* Time passes until the hart's timer is due; a test that sleeps for ever fails. */
void cpu_wfi(void);

#endif
