/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap under malloc(): chunks of demand-zero memory, extended in place
 * where the addresses behind are free. A chunk costs no page before it is used.
 */
#include <coresrv/vmm/vmm_api.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum {
	CHUNK = 1 << 20,
};

#define LARGEST (PTRDIFF_MAX - CHUNK)

static uintptr_t start, now, end; /* of the current chunk */

static uintptr_t allocate(uintptr_t where, size_t size)
{
	return (uintptr_t)KnVmAllocate((void *)where, size,
				       VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE |
					       VMM_FLAG_COMMIT);
}

/* Makes room for `size` bytes at `now`, which may then be in another chunk. */
static bool grow(size_t size)
{
	size_t more = (size - (end - now) + CHUNK - 1) / CHUNK * CHUNK;
	uintptr_t chunk;

	if (end && allocate(end, more)) {
		end += more;
		return true;
	}
	more = (size + CHUNK - 1) / CHUNK * CHUNK;
	chunk = allocate(0, more);
	if (!chunk)
		return false; /* what is left of the current one serves smaller requests */
	start = chunk;
	now = chunk;
	end = chunk + more;
	return true;
}

void *sbrk(ptrdiff_t change)
{
	size_t size = (size_t)change;
	uintptr_t old;

	if (change < 0 && now - start < -size) {
		errno = EINVAL;
		return (void *)-1;
	}
	if (change > 0 && size > end - now && (change > LARGEST || !grow(size))) {
		errno = ENOMEM;
		return (void *)-1;
	}
	old = now;
	now += size;
	return (void *)old;
}
