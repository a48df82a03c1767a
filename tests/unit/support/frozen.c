// SPDX-License-Identifier: Apache-2.0
#include "support/frozen.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frozen frozen;

static bool get_thread(void *context, uint32_t index, struct inspect_thread *thread)
{
	struct frozen *f = context;

	if (index >= f->target.thread_count)
		return false;
	*thread = f->threads[index];
	return true;
}

static bool get_region(void *context, bool first, uint64_t after, struct inspect_region *region)
{
	struct frozen *f = context;

	for (uint32_t i = 0; i < f->region_count; i++) {
		if (!first && f->regions[i].base <= after)
			continue;
		*region = f->regions[i];
		return true;
	}
	return false;
}

/* A read may go on in the next region. */
static size_t read_memory(void *context, uint64_t address, void *to, size_t size)
{
	struct frozen *f = context;
	size_t done = 0;

	assert(size && size - 1 <= UINT64_MAX - address);
	for (uint32_t i = 0; i < f->region_count && done < size; i++) {
		uint64_t inside = address + done - f->regions[i].base, n;

		if (inside >= f->regions[i].size)
			continue;
		n = f->regions[i].size - inside;
		if (n > size - done)
			n = size - done;
		memcpy((uint8_t *)to + done, f->memory[i] + inside, n);
		done += n;
	}
	return done;
}

static bool kill_it(void *context)
{
	struct frozen *f = context;

	f->killed = !f->refuses_kill;
	return f->killed;
}

void frozen_begin(struct frozen *f, const char *name, uint32_t pid)
{
	memset(f, 0, sizeof(*f));
	f->target = (struct inspect_target){ .pid = pid,
					     .context = f,
					     .thread = get_thread,
					     .region = get_region,
					     .read = read_memory,
					     .kill = kill_it };
	snprintf(f->target.name, sizeof(f->target.name), "%s", name);
}

uint8_t *frozen_region(struct frozen *f, uint64_t base, uint64_t size, uint32_t flags,
		       const char *name)
{
	struct inspect_region *r = &f->regions[f->region_count];

	assert(f->region_count < FROZEN_REGIONS);
	*r = (struct inspect_region){ .base = base, .size = size, .flags = flags };
	snprintf(r->name, sizeof(r->name), "%s", name);
	f->memory[f->region_count] = calloc(1, size);
	assert(f->memory[f->region_count]);
	return f->memory[f->region_count++];
}

struct inspect_thread *frozen_thread(struct frozen *f, uint32_t tid)
{
	struct inspect_thread *t = &f->threads[f->target.thread_count++];

	assert(f->target.thread_count <= FROZEN_THREADS);
	*t = (struct inspect_thread){ .tid = tid, .pc = tid * 0x1000000u + 0x20, .fcsr = 0x61 };
	for (uint32_t i = 0; i < 32; i++) {
		double value = i + tid / 1000.0;

		t->x[i] = i ? tid * 0x1000000u + i : 0;
		memcpy(&t->f[i], &value, sizeof(value));
	}
	for (uint32_t i = 0; i < INSPECT_CSR_COUNT; i++)
		t->csr[i] = tid * 0x1000000u + 0x100 + i;
	return t;
}

uint8_t *frozen_at(struct frozen *f, uint64_t address, uint64_t size)
{
	for (uint32_t i = 0; i < f->region_count; i++) {
		const struct inspect_region *r = &f->regions[i];

		if (address - r->base < r->size && size <= r->size - (address - r->base))
			return f->memory[i] + (address - r->base);
	}
	return NULL;
}

void frozen_end(struct frozen *f)
{
	for (uint32_t i = 0; i < f->region_count; i++)
		free(f->memory[i]);
}
