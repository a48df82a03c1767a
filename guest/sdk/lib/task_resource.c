/* SPDX-License-Identifier: Apache-2.0 */
/* <kos/task.h>: handles with names in the static connection page. */
#include "scp_keep.h"
#include "start.h"
#include "task_failed.h"

#include <kos/task.h>
#include <stdlib.h>
#include <string.h>

/* The entry of that name in a page that is known to be whole, or NULL. */
static const FloeScpHandle *find_entry(const FloeScpHeader *page, const char *name)
{
	const FloeScpHandle *entry = (const FloeScpHandle *)(page + 1);
	const char *next = (const char *)(entry + page->handleCount);

	for (rtl_uint32_t i = 0; i < page->argCount + page->envCount; i++)
		next += strlen(next) + 1;
	for (rtl_uint32_t i = 0; i < page->handleCount; i++) {
		if (strcmp(next, name) == 0)
			return &entry[i];
		next += strlen(next) + 1;
	}
	return NULL;
}

/* A copy of the page with one more entry, whose handle is still invalid; NULL: no memory. */
static FloeScpHeader *with_entry(const FloeScpHeader *page, const char *name, size_t size,
				 FloeScpHandle **entry)
{
	size_t head = sizeof(*page) + page->handleCount * sizeof(FloeScpHandle);
	FloeScpHeader *wider = malloc(size);
	char *strings;

	if (!wider)
		return NULL;
	memcpy(wider, page, head);
	*entry = (FloeScpHandle *)(wider + 1) + page->handleCount;
	**entry = (FloeScpHandle){ INVALID_HANDLE, 0 };
	strings = (char *)(*entry + 1);
	memcpy(strings, (const char *)page + head, page->size - head);
	strcpy(strings + page->size - head, name);
	wider->size = (rtl_uint32_t)size;
	wider->handleCount++;
	return wider;
}

/*
 * Writes the wider page first: where that has no room, nothing has been
 * transferred. An entry with an invalid handle is as good as none.
 */
static Retcode transfer(Handle task, Handle source, Handle badge, rtl_uint32_t rights,
			const FloeScpHeader *page, FloeScpHeader *wider, FloeScpHandle *entry)
{
	Retcode rc = floe_check(KnTaskSetEnv(task, wider, wider->size), "KnTaskSetEnv");

	if (rc != rcOk)
		return rc;
	rc = floe_check(KnTaskTransferResource(task, source, badge, rights, &entry->handle),
			"KnTaskTransferResource");
	if (rc != rcOk) {
		KnTaskSetEnv(task, page, page->size);
		return rc;
	}
	return floe_check(KnTaskSetEnv(task, wider, wider->size), "KnTaskSetEnv");
}

static Retcode check_name(const FloeScpHeader *page, const char *name, size_t size)
{
	if (!page)
		return rcInvalidOperation;
	if (size > FLOE_ENV_MAX)
		return rcBufferTooLarge;
	return find_entry(page, name) ? rcAlreadyExists : rcOk;
}

Retcode KosTaskTransferResource(Handle task, Handle srcHandle, Handle srcBadge,
				rtl_uint32_t dstRights, const char *name)
{
	const FloeScpHeader *page = floe_scp_kept(task);
	FloeScpHeader *wider;
	FloeScpHandle *entry;
	size_t size;
	Pid pid;
	Retcode rc = name && *name ? KnTaskGetIdByHandle(task, &pid) : rcInvalidArgument;

	if (rc != rcOk)
		return floe_check(rc, "KosTaskTransferResource");
	size = (page ? page->size : 0) + sizeof(*entry) + strlen(name) + 1;
	rc = check_name(page, name, size);
	if (rc != rcOk)
		return floe_check(rc, "KosTaskTransferResource");
	wider = with_entry(page, name, size, &entry);
	if (!wider)
		return floe_check(rcOutOfMemory, "KosTaskTransferResource");
	rc = transfer(task, srcHandle, srcBadge, dstRights, page, wider, entry);
	if (rc == rcOk)
		rc = floe_scp_keep(task, wider);
	else
		free(wider);
	return rc;
}

Retcode KosTaskLookupResource(const char *name, Handle *handle)
{
	const FloeScpHeader *page = floe_own_scp();
	const FloeScpHandle *entry;

	if (!name || !handle)
		return rcInvalidArgument;
	entry = page ? find_entry(page, name) : NULL;
	if (!entry || entry->handle == INVALID_HANDLE)
		return rcResourceNotFound;
	*handle = entry->handle;
	return rcOk;
}
