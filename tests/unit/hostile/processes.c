// SPDX-License-Identifier: Apache-2.0
/* What the API says of hostile processes. */
#include "hostile/api.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/task/inspect_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdio.h>
#include <string.h>

Retcode KnTaskGetNext(Pid after, Handle *task)
{
	Pid pid = after + 1 + (Pid)below(2);

	if (pid > PIDS || one_in(200))
		return rcResourceNotFound;
	return new_handle(task, pid);
}

static u32 state_of(Handle task)
{
	return task % 4 ? task % 5 : TaskStateFrozen;
}

Retcode KnTaskGetInfo(Handle task, TaskInfo *info)
{
	if (one_in(100))
		return rcHandleRevoked;
	fill(info, sizeof(*info));
	info->pid = task;
	info->state = one_in(50) ? (u32)below(10) : state_of(task);
	info->threads = (u32)below(5);
	if (one_in(2))
		info->relocBase = 0;
	info->symTab = some_address() & ~(u64)7;
	info->strTab = some_address();
	info->symTabSize = one_in(20) ? any_number() : below(MEMORY_SIZE / 8);
	info->strTabSize = one_in(20) ? any_number() : below(MEMORY_SIZE);
	return rcOk;
}

Retcode KnTaskGetString(Handle task, TaskString which, char *buf, rtl_size_t size)
{
	size_t length = one_in(10) ? size - 1 : below(size < 20 ? size : 20);

	(void)which;
	if (one_in(50))
		return rcBufferTooSmall;
	if (one_in(2)) {
		snprintf(buf, size, "task%u", (unsigned int)task);
		return rcOk;
	}
	fill(buf, length);
	buf[length] = '\0';
	return rcOk;
}

static TaskFault some_fault(void)
{
	TaskFault f;

	fill(&f, sizeof(f));
	f.kind = (u32)below(4);
	f.cause = one_in(10) ? any_number() : below(26);
	f.access = (u32)below(3);
	f.twoStage = (u32)below(2);
	return f;
}

Retcode KnTaskGetFaultRecord(Handle task, TaskFaultRecord *record)
{
	if (state_of(task) != TaskStateFrozen)
		return rcInvalidOperation;
	fill(record, sizeof(*record));
	record->fault = some_fault();
	record->atHandler = some_fault();
	record->handler = (u32)below(5);
	return rcOk;
}

Retcode KnTaskGetThreadState(Handle task, unsigned index, KnThreadState *state)
{
	(void)task;
	if (index >= 4)
		return rcResourceNotFound;
	fill(state, sizeof(*state));
	state->tid = index + 1;
	state->frame.pc = some_address();
	for (unsigned int i = 1; i < 32; i++)
		state->frame.x[i] = one_in(2) ? some_address() : some_address() & ~(u64)7;
	if (one_in(2))
		memset(state->f, 0, sizeof(state->f));
	if (!one_in(5))
		state->csrs.vsatp = 0;
	return rcOk;
}

Retcode KnTaskGetThreadInfo(Handle task, Tid after, TaskThreadInfo *info)
{
	fill(info, sizeof(*info));
	info->tid = one_in(10) ? info->tid : after + 1;
	info->state = one_in(10) ? info->state : (u32)below(6);
	return task && one_in(5) ? rcResourceNotFound : rcOk;
}

/* REGIONS regions, each with another part of the memory. */
static bool next_region(u64 after, u64 *base, u64 *size)
{
	u64 n = after / REGION_STEP + 1;

	if (n > REGIONS)
		return false;
	*base = n * REGION_STEP;
	*size = MEMORY_SIZE / REGIONS / PAGE_SIZE * PAGE_SIZE;
	return true;
}

Retcode KnTaskGetRegionInfo(Handle task, const void *after, TaskRegionInfo *info)
{
	fill(info, sizeof(*info));
	if (!task || one_in(100))
		return rcInvalidOperation;
	return next_region((u64)after, &info->base, &info->size) ? rcOk : rcResourceNotFound;
}

Retcode KnTaskGetUntouched(Handle task, const void *addr, rtl_size_t *size)
{
	*size = any_number();
	return task && addr && one_in(2) ? rcOk : rcInvalidArgument;
}

Retcode KnTaskGetNextVmRegion(Handle task, void *after, void **next, rtl_size_t *size,
			      rtl_uint32_t *flags, Handle *outHandle)
{
	u64 base;

	(void)task;
	if (one_in(100))
		return rcOutOfMemory;
	if (!next_region((u64)after, &base, size))
		return rcResourceNotFound;
	*next = (void *)base;
	*flags = base / REGION_STEP & 1 ? VMM_FLAG_READ | VMM_FLAG_EXECUTE
					: VMM_FLAG_READ | VMM_FLAG_WRITE;
	if (!outHandle)
		return rcOk;
	*outHandle = INVALID_HANDLE;
	return one_in(5) ? rcOk : new_handle(outHandle, OTHER_HANDLE);
}

Retcode KnTaskTerminate(Handle task)
{
	assert_in_range(task, 1, PIDS);
	return one_in(3) ? rcInvalidOperation : rcOk;
}

Retcode KnTaskTerminateAfterFreezing(Handle task)
{
	return KnTaskTerminate(task);
}

Retcode KnTaskGetIdByHandle(Handle task, Pid *taskId)
{
	*taskId = task;
	return one_in(20) ? rcHandleRevoked : rcOk;
}
