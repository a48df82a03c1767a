/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap under malloc(): chunks of demand-zero memory, extended in place
 * where the addresses behind are free. A chunk costs no page before it is used.
 */
#include <coresrv/vmm/vmm_api.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 20,
};

static char *start, *now, *end; /* of the current chunk */

static char *allocate(void *where, size_t size)
{
	return KnVmAllocate(where, size,
			    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT);
}

/* Makes room for `size` bytes at `now`, which may then be in another chunk. */
static bool grow(size_t size)
{
	size_t missing = size - (size_t)(end - now);
	size_t more = (missing + CHUNK - 1) / CHUNK * CHUNK;

	if (more < missing)
		return false;
	if (end && allocate(end, more)) {
		end += more;
		return true;
	}
	more = (size + CHUNK - 1) / CHUNK * CHUNK;
	if (more < size)
		return false;
	start = allocate(RTL_NULL, more);
	now = start;
	end = start ? start + more : RTL_NULL;
	return start;
}

void *sbrk(ptrdiff_t change)
{
	char *old;

	if (change < 0 && now - start < -change) {
		errno = EINVAL;
		return (void *)-1;
	}
	if (change > end - now && !grow((size_t)change)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	old = now;
	now += change;
	return old;
}
