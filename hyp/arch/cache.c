/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/cache.h"

#include "arch/cpu.h"
#include "arch/hart.h"

void cache_flush(const void *page, u64 npages)
{
	const char *at = page, *end = at + (npages << PAGE_SHIFT);

	cpu_fence();
	for (; machine.cbom_block && at < end; at += machine.cbom_block)
		cpu_cbo_flush(at);
	cpu_fence();
}

void cache_zero(void *block, u64 bytes)
{
	char *at = block, *end = at + bytes;
	u64 step = machine.cboz_block;

	/* Three instructions a turn: it is most of a first touch. */
	do {
		cpu_cbo_zero(at);
		at += step;
	} while (at < end);
}
