/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include "command.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdlib.h>
#include <string.h>

enum {
	REGIONS_MAX = 4096, /* more than a process can have */
};

static bool add_region(struct target *t, uint64_t base, uint64_t size, uint32_t flags)
{
	struct target_region *more;

	/* One more at a time is slow for many, of which there are few. */
	more = realloc(t->regions, (t->region_count + 1) * sizeof(*more));
	if (!more)
		return false;
	t->regions = more;
	more[t->region_count++] = (struct target_region){ base, size, flags, false,
							  INVALID_HANDLE };
	return true;
}

static Retcode list_regions(struct target *t)
{
	uint64_t end = 0;
	void *base = RTL_NULL;
	rtl_size_t size;
	rtl_uint32_t flags;
	Retcode rc;

	for (;;) {
		rc = KnTaskGetNextVmRegion(t->process.handle, base, &base, &size, &flags, RTL_NULL);
		if (rc == rcResourceNotFound)
			return rcOk;
		if (rc != rcOk)
			return rc;
		if ((uint64_t)base < end || !size || size > UINT64_MAX - (uint64_t)base)
			return rcInternalError;
		end = (uint64_t)base + size;
		if (t->region_count == REGIONS_MAX || !add_region(t, (uint64_t)base, size, flags))
			return rcOutOfMemory;
	}
}

bool target_open(const char *word, struct target *t)
{
	memset(t, 0, sizeof(*t));
	if (!process_open(word, &t->process))
		return false;
	if (process_is_frozen(&t->process) && !failed(list_regions(t), "KnTaskGetNextVmRegion"))
		return true;
	target_close(t);
	return false;
}

static void close_window(struct target_window *w)
{
	if (w->size)
		KnVmUnmap((void *)(uintptr_t)w->data, w->size);
	w->size = 0;
}

void target_close(struct target *t)
{
	for (size_t i = 0; i < TARGET_WINDOWS; i++)
		close_window(&t->windows[i]);
	for (size_t i = 0; i < t->region_count; i++)
		if (t->regions[i].mdl != INVALID_HANDLE)
			KnHandleClose(t->regions[i].mdl);
	free(t->regions);
	t->regions = NULL;
	t->region_count = 0;
	process_close(&t->process);
}

static struct target_region *region_at(const struct target *t, uint64_t address)
{
	size_t low = 0, high = t->region_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct target_region *r = &t->regions[middle];

		if (address < r->base)
			high = middle;
		else if (address - r->base >= r->size)
			low = middle + 1;
		else
			return r;
	}
	return NULL;
}

bool target_is_code(const struct target *t, uint64_t address)
{
	const struct target_region *r = region_at(t, address);

	return r && (r->flags & VMM_FLAG_EXECUTE);
}

/* A handle of the region's memory, at the first need. */
static bool open_region(const struct target *t, struct target_region *r)
{
	void *base = RTL_NULL;
	rtl_size_t size;
	rtl_uint32_t flags;

	if (r->opened)
		return true;
	if (KnTaskGetNextVmRegion(t->process.handle, (void *)(uintptr_t)(r->base - 1), &base, &size,
				  &flags, &r->mdl) != rcOk) {
		r->mdl = INVALID_HANDLE;
		return false;
	}
	r->opened = (uint64_t)base == r->base && size == r->size;
	if (!r->opened && r->mdl != INVALID_HANDLE) {
		KnHandleClose(r->mdl);
		r->mdl = INVALID_HANDLE;
	}
	return r->opened;
}

static const struct target_window *find_window(const struct target *t, uint64_t address)
{
	for (size_t i = 0; i < TARGET_WINDOWS; i++)
		if (address - t->windows[i].base < t->windows[i].size)
			return &t->windows[i];
	return NULL;
}

/* Maps the part of a region around an address, instead of the oldest window; NULL: failed. */
static const struct target_window *open_window(struct target *t, const struct target_region *r,
					       uint64_t address)
{
	uint64_t offset = (address - r->base) & ~(uint64_t)(TARGET_WINDOW_SIZE - 1);
	uint64_t size = r->size - offset;
	struct target_window *w = &t->windows[t->next_window];
	void *data;

	close_window(w);
	size = size < TARGET_WINDOW_SIZE ? size : TARGET_WINDOW_SIZE;
	if (KnPmmMdlMap(r->mdl, offset, size, RTL_NULL, VMM_FLAG_READ, &data) != rcOk)
		return NULL;
	*w = (struct target_window){ r->base + offset, size, data };
	t->next_window = (t->next_window + 1) % TARGET_WINDOWS;
	return w;
}

/* Copies what one region and one window have; 0: nothing. */
static size_t read_part(struct target *t, uint64_t address, void *to, size_t size)
{
	struct target_region *r = region_at(t, address);
	const struct target_window *w;
	uint64_t left;

	if (!r || !(r->flags & VMM_FLAG_RWX_MASK) || !open_region(t, r))
		return 0;
	left = r->size - (address - r->base);
	if (r->mdl == INVALID_HANDLE) {
		size = size < left ? size : left;
		memset(to, 0, size);
		return size;
	}
	w = find_window(t, address);
	if (!w)
		w = open_window(t, r, address);
	if (!w)
		return 0;
	left = w->size - (address - w->base);
	size = size < left ? size : left;
	memcpy(to, w->data + (address - w->base), size);
	return size;
}

size_t target_read(struct target *t, uint64_t address, void *to, size_t size)
{
	size_t done = 0, n;

	while (done < size) {
		n = read_part(t, address + done, (char *)to + done, size - done);
		if (!n)
			break;
		done += n;
	}
	return done;
}

bool target_thread(const struct target *t, unsigned index, KnThreadState *thread)
{
	return KnTaskGetThreadState(t->process.handle, index, thread) == rcOk;
}
