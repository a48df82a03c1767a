// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include "core/page.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

char *memory_area(void)
{
	static char *area;
	void *map;

	if (area)
		return area;
	map = mmap(NULL, 3 * GIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		abort();
	area = (char *)map + (-(u64)map & (GIB - 1));
	return area;
}

void memory_setup(void)
{
	static u64 bitmap[1 << 18];
	char *start = memory_area(), *end = start + (POOL_PAGES << PAGE_SHIFT);

	if (page_bitmap_bytes(start, end) > sizeof(bitmap))
		abort();
	memset(start, 0xa5, POOL_PAGES << PAGE_SHIFT);
	page_init(start, end, bitmap);
	page_add_range(start, end);
}

static struct {
	bool on, happened;
	enum memory_failure failure;
	unsigned int left;
} plan;

void memory_fail(enum memory_failure failure, unsigned int n)
{
	plan.on = true;
	plan.happened = false;
	plan.failure = failure;
	plan.left = n;
}

bool memory_fail_end(void)
{
	plan.on = false;
	return plan.happened;
}

static bool fails(void)
{
	if (!plan.on)
		return false;
	if (plan.left) {
		plan.left--;
		return false;
	}
	if (plan.failure == FAIL_ONE)
		plan.on = false;
	plan.happened = true;
	return true;
}

/* The linker sends calls from other files to __wrap_*. */
void *__real_page_alloc(unsigned int order);
void *__real_page_alloc_zero(unsigned int order);
void *__real_mem_alloc(size_t bytes);
void *__wrap_page_alloc(unsigned int order);
void *__wrap_page_alloc_zero(unsigned int order);
void *__wrap_mem_alloc(size_t bytes);

void *__wrap_page_alloc(unsigned int order)
{
	return fails() ? NULL : __real_page_alloc(order);
}

void *__wrap_page_alloc_zero(unsigned int order)
{
	return fails() ? NULL : __real_page_alloc_zero(order);
}

void *__wrap_mem_alloc(size_t bytes)
{
	return fails() ? NULL : __real_mem_alloc(bytes);
}
