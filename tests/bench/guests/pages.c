/* SPDX-License-Identifier: Apache-2.0 */
/* The first touch of pages: a fault, a zeroed page, and on. */
#include "bench.h"

enum {
	PAGES = 10000,
};

/* Stores once in every page. */
static uint64_t touch(const void *memory)
{
	uint64_t start, end, n = PAGES;

	__asm__ volatile("rdinstret %0\n"
			 "1: sd zero, 0(%3)\n"
			 "add %3, %3, %4\n"
			 "addi %2, %2, -1\n"
			 "bnez %2, 1b\n"
			 "rdinstret %1\n"
			 : "=&r"(start), "=&r"(end), "+&r"(n), "+&r"(memory)
			 : "r"((uint64_t)FLOE_PAGE_SIZE)
			 : "memory");
	return end - start;
}

int main(void)
{
	void *memory = KnVmAllocate(RTL_NULL, (rtl_size_t)PAGES * FLOE_PAGE_SIZE,
				    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE |
					    VMM_FLAG_COMMIT);
	uint64_t first, again;

	NEED(memory ? rcOk : rcOutOfMemory);
	first = touch(memory);
	again = touch(memory);
	bench_print("page_first_touch", first - again, PAGES);
	return 0;
}
