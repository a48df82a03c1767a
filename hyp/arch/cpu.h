/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single instructions that portable code needs. The unit tests put a file of
 * the same name in its place.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "arch/csr.h"
#include "core/types.h"

/* The time CSR, in ticks of the device tree's timebase-frequency. */
static inline u64 cpu_time(void)
{
	return csr_read(time);
}

/* The cycle CSR, where machine.cycle says that there is one. */
static inline u64 cpu_cycle(void)
{
	return csr_read(cycle);
}

/* One read of the seed CSR (Zkr), where machine.zkr says that there is one. */
static inline u32 cpu_seed(void)
{
	u64 value;

	__asm__ volatile("csrrw %0, seed, zero" : "=r"(value));
	return (u32)value;
}

static inline void cpu_fence_i(void)
{
	__asm__ volatile("fence.i" ::: "memory");
}

/* Orders all accesses, of every memory type. */
static inline void cpu_fence(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

/* CBO.FLUSH (Zicbom): the block goes to memory and out of all caches. */
static inline void cpu_cbo_flush(const void *block)
{
	__asm__ volatile(".insn i 0x0f, 2, x0, %0, 2" ::"r"(block) : "memory");
}

/* CBO.ZERO (Zicboz): the whole block becomes zero. */
static inline void cpu_cbo_zero(void *block)
{
	__asm__ volatile(".insn i 0x0f, 2, x0, %0, 4" ::"r"(block) : "memory");
}

/*
 * HFENCE.GVMA for one VMID, which hgatp has. It may leave what the hart knows
 * of the first stage alone, so HFENCE.VVMA follows.
 */
static inline void cpu_hfence_gvma_vmid(u64 vmid)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, %0\n\t"
			 ".insn r 0x73, 0, 0x11, x0, x0, x0" ::"r"(vmid)
			 : "memory");
}

/* HFENCE.GVMA for one page of one VMID. */
static inline void cpu_hfence_gvma_page(gpa_t gpa, u64 vmid)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, %0, %1" ::"r"(gpa >> 2), "r"(vmid) : "memory");
}

/* All translations of the first stage that belong to the VMID in hgatp. */
static inline void cpu_hfence_vvma(void)
{
	__asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" ::: "memory");
}

/* The same with Svinval: the invalidations between the two fences may overlap. */
static inline void cpu_hinval_gvma_page(gpa_t gpa, u64 vmid)
{
	__asm__ volatile(".insn r 0x73, 0, 0x33, x0, %0, %1" ::"r"(gpa >> 2), "r"(vmid) : "memory");
}

static inline void cpu_sfence_w_inval(void)
{
	__asm__ volatile(".insn 0x18000073" ::: "memory");
}

static inline void cpu_sfence_inval_ir(void)
{
	__asm__ volatile(".insn 0x18100073" ::: "memory");
}

/* Atomic: writes the value if 0 stands there; acquires. False: something else does. */
static inline bool cpu_claim(u64 *word, u64 value)
{
	__asm__ goto("1:\tlr.d.aq t6, (%0)\n\t"
		     "bnez t6, %l[taken]\n\t"
		     "sc.d t6, %1, (%0)\n\t"
		     "bnez t6, 1b"
		     :
		     : "r"(word), "r"(value)
		     : "t6", "memory"
		     : taken);
	return true;
taken:
	return false;
}

/* Adds 1; whoever sees that sees what was written before. */
static inline void cpu_count_release(u64 *count)
{
	/* The compiler's own takes a fence. */
	__asm__ volatile("amoadd.d.rl zero, %0, (%1)" : : "r"((u64)1), "r"(count) : "memory");
}

/* Atomic: writes 0 if the value stands there; releases. False: something else does. */
static inline bool cpu_disclaim(u64 *word, u64 value)
{
	__asm__ goto("1:\tlr.d t6, (%0)\n\t"
		     "bne t6, %1, %l[other]\n\t"
		     "sc.d.rl t6, zero, (%0)\n\t"
		     "bnez t6, 1b"
		     :
		     : "r"(word), "r"(value)
		     : "t6", "memory"
		     : other);
	return true;
other:
	return false;
}

/* Sleeps until an interrupt is pending, whether or not it may be taken. */
static inline void cpu_wfi(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

#endif
