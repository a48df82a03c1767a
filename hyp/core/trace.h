/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace: what happened on each hart lately, always on. A ring per hart, which
 * its hart alone writes and inspectors map read-only (KnTraceOpen); what an
 * event's numbers mean stands in <floe/types.h>.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "arch/cpu.h"
#include "arch/hart.h"

/* Makes a hart's ring; false: no memory. */
bool trace_init(struct hart *hart);

/* Adds an event of this hart: fewer than 30 instructions. */
static inline void trace_at(u64 now, enum FloeTraceType type, u64 arg, u64 value)
{
	FloeTraceRing *ring = this_hart()->trace;
	u64 count = ring->count;
	FloeTraceEvent *e = &ring->events[count % FLOE_TRACE_EVENTS];

	e->timeAndType = now | (u64)type << FLOE_TRACE_TYPE_SHIFT;
	e->arg = arg;
	e->value = value;
	/* Who reads the count finds the event. */
	cpu_count_release(&ring->count);
}

static inline void trace(enum FloeTraceType type, u64 arg, u64 value)
{
	trace_at(cpu_time(), type, arg, value);
}

#endif
