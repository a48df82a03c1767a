// SPDX-License-Identifier: Apache-2.0
/* What the API does beside that: mappings, the console, waiting, the library's own functions. */
#include "hostile/api.h"

#include "editor.h"

#include <coresrv/console/console_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/romfs.h>
#include <kos/task.h>
#include <stdlib.h>
#include <string.h>

static u64 seed = TEST_SEED;
u64 memory[MEMORY_SIZE / 8];
struct hostile_api fake;

u64 any_number(void)
{
	return test_random(&seed);
}

u64 below(u64 n)
{
	return any_number() % n;
}

bool one_in(u64 n)
{
	return below(n) == 0;
}

u64 some_address(void)
{
	if (one_in(4))
		return any_number();
	if (one_in(3))
		return REGION_STEP * (1 + below(REGIONS + 1)) - 16 + below(32);
	return REGION_STEP * (1 + below(REGIONS)) + below(MEMORY_SIZE / REGIONS);
}

void fill(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = (u8)below(256);
}

Retcode new_handle(Handle *handle, u32 value)
{
	fake.handles++;
	*handle = value;
	return rcOk;
}

Retcode KnHandleClose(Handle handle)
{
	assert_true(handle && handle != INVALID_HANDLE && fake.handles);
	fake.handles--;
	return rcOk;
}

Retcode KnPmmMdlMap(Handle mdl, rtl_size_t offset, rtl_size_t length, void *hint, rtl_uint32_t prot,
		    void **addr)
{
	(void)hint;
	if (prot & VMM_FLAG_WRITE) {
		*addr = &fake.page;
		return rcOk;
	}
	assert_int_equal(mdl, OTHER_HANDLE);
	assert_true(length && offset + length <= MEMORY_SIZE);
	if (one_in(100))
		return rcOutOfMemory;
	/* Nothing lies behind it that could be read by mistake. */
	*addr = malloc(length);
	memcpy(*addr, (char *)memory + offset, length);
	fake.mappings++;
	return rcOk;
}

Retcode KnPmmMdlGetSize(Handle mdl, rtl_size_t *size)
{
	assert_int_equal(mdl, OTHER_HANDLE);
	*size = sizeof(FloeTraceRing);
	return rcOk;
}

Retcode KnTraceOpen(rtl_uint32_t cpu, Handle *mdl)
{
	return cpu < 3 ? new_handle(mdl, OTHER_HANDLE) : rcResourceNotFound;
}

Retcode KnConsoleSetMode(ConsoleMode mode)
{
	(void)mode;
	return one_in(10) ? rcBusy : rcOk;
}

Retcode KnConsoleWrite(const void *data, rtl_size_t size)
{
	assert_non_null(data);
	assert_true(size <= 65536);
	return rcOk;
}

Retcode KnVmUnmap(void *addr, rtl_size_t size)
{
	assert_true(size && fake.mappings);
	fake.mappings--;
	free(addr);
	return rcOk;
}

Pid KnTaskGetId(void)
{
	return 2;
}

const Gsi *KnTaskGetGsi(void)
{
	static Gsi gsi = { .cpuMask = 0x800b };

	gsi.ticksPerSecond = one_in(10) ? below(2000) : 10000000;
	return &gsi;
}

Retcode KnSysGetCounters(SysCounters *counters)
{
	fill(counters, sizeof(*counters));
	return one_in(10) ? rcSecurityDisallow : rcOk;
}

Retcode KnNoticeCreate(Handle *notice)
{
	return one_in(10) ? rcOutOfMemory : new_handle(notice, OTHER_HANDLE);
}

Retcode KnNoticeSubscribeToObject(Handle notice, Handle object, rtl_uint32_t evMask,
				  rtl_uintptr_t evId)
{
	(void)notice;
	(void)object;
	(void)evMask;
	(void)evId;
	return one_in(10) ? rcHandleRevoked : rcOk;
}

Retcode KnNoticeGetEvent(Handle notice, rtl_uint32_t msDelay, rtl_size_t countMax,
			 EventDesc *events, rtl_size_t *count)
{
	(void)notice;
	(void)msDelay;
	(void)countMax;
	(void)events;
	*count = 0;
	return one_in(3) ? rcOk : rcTimeout;
}

Retcode KnSleep(rtl_uint32_t ms)
{
	(void)ms;
	if (one_in(2)) {
		fake.page.result = one_in(2) ? rcOk : one_in(2) ? rcResourceNotFound : rcFail;
		fake.page.answered = fake.page.request;
	}
	return rcOk;
}

Retcode KnConsoleRead(void *buf, rtl_size_t size, rtl_uint32_t msDelay, rtl_size_t *count)
{
	/* Who waits speaks a protocol, until the line is gone. */
	if (msDelay && one_in(30))
		return rcFail;
	*count = one_in(msDelay ? 2 : 10) ? below(size < 50 ? size : 50) : 0;
	fill(buf, *count);
	return *count ? rcOk : rcTimeout;
}

Retcode KosRomfsMap(const char *name, const void **data, rtl_size_t *size)
{
	(void)name;
	*data = memory;
	*size = below(MEMORY_SIZE);
	return one_in(2) ? rcOk : rcResourceNotFound;
}

Retcode KosTaskLookupResource(const char *name, Handle *handle)
{
	assert_string_equal(name, OPERATOR_RESOURCE);
	return one_in(3) ? rcResourceNotFound : new_handle(handle, OTHER_HANDLE);
}

Retcode KosTaskLaunch(const KosTaskParams *params, const char *name, const char *path, Handle *task)
{
	assert_true(strlen(name) < 64 && path);
	for (const char *const *arg = params->args; *arg; arg++)
		assert_true(strlen(*arg) < EDITOR_LINE);
	if (one_in(2))
		return one_in(2) ? rcAlreadyExists : rcResourceNotFound;
	return new_handle(task, 1 + (Handle)below(PIDS));
}

const char *KosTaskFailedCall(void)
{
	return "KnTaskLoadSeg";
}

const char *RtlRetcodeName(Retcode rc)
{
	(void)rc;
	return "rcSomething";
}
