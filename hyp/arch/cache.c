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
