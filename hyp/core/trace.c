/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"

#include "core/memobj.h"
#include "core/page.h"

#define RING_ORDER 2

_Static_assert(sizeof(FloeTraceRing) <= PAGE_SIZE << RING_ORDER, "the ring fits");

bool trace_init(struct hart *hart)
{
	struct memobj *mem = memobj_create_empty();
	FloeTraceRing *ring = mem ? page_alloc_zero(RING_ORDER) : NULL;

	if (!ring)
		return false;
	ring->cpu = (u32)hart->index;
	memobj_append(mem, ring, (u64)1 << RING_ORDER);
	hart->trace = ring;
	hart->trace_mem = mem;
	return true;
}
