/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TaskExitStatus (why a process ended), Pcb (what a process may read about
 * itself), Gsi (what all may read about the machine), TaskExceptionHandler. Pcb
 * and Gsi are read-only memory of the hypervisor's: KnTaskGetPcb() and
 * KnTaskGetGsi() say where.
 *
 * The GSI: when Floe started and how fast its timer ticks, the harts that run
 * processes, and the caches, as far as the device tree describes them. Only
 * cpuMask and cpuCount change, when a hart begins to run processes. No tick
 * counter stands in the page: Floe sleeps between events, and a number in memory
 * would stand still with it. GsiGetTicks() reads the timer instead.
 */
#ifndef TASK_PCBPAGE_H
#define TASK_PCBPAGE_H

#include <task/pidtype.h>
#include <thread/tcbpage.h>

/*
 * Timer ticks since Floe started, to the tick; divide by gsi->ticksPerSecond for
 * seconds. One instruction that reads the time CSR (RISC-V unprivileged
 * specification, Zicntr), no hypercall: for any process, in any state.
 */
static inline rtl_uint64_t GsiGetTicks(const Gsi *gsi)
{
	rtl_uint64_t now;

	__asm__ volatile("csrr %0, time" : "=r"(now));
	return now - gsi->startTime;
}

#endif
