/* SPDX-License-Identifier: Apache-2.0 */
/* <coresrv/task/inspect_api.h>: one hypercall each. */
#include "hypercall.h"

#include <coresrv/task/inspect_api.h>

Retcode KnTaskGetInfo(Handle task, TaskInfo *info)
{
	return FLOE_RC(FloeFnTaskGetInfo, task, FLOE_ARG(info));
}

Retcode KnTaskGetString(Handle task, TaskString which, char *buf, rtl_size_t size)
{
	return FLOE_RC(FloeFnTaskGetString, task, which, FLOE_ARG(buf), size);
}

Retcode KnTaskGetFaultRecord(Handle task, TaskFaultRecord *record)
{
	return FLOE_RC(FloeFnTaskGetFaultRecord, task, FLOE_ARG(record));
}

Retcode KnTaskGetThreadState(Handle task, unsigned index, KnThreadState *state)
{
	return FLOE_RC(FloeFnTaskGetThreadState, task, index, FLOE_ARG(state));
}

Retcode KnTaskGetThreadInfo(Handle task, Tid after, TaskThreadInfo *info)
{
	return FLOE_RC(FloeFnTaskGetThreadInfo, task, after, FLOE_ARG(info));
}

Retcode KnTaskGetRegionInfo(Handle task, const void *after, TaskRegionInfo *info)
{
	return FLOE_RC(FloeFnTaskGetRegionInfo, task, FLOE_ARG(after), FLOE_ARG(info));
}

Retcode KnTaskGetUntouched(Handle task, const void *addr, rtl_size_t *size)
{
	return FLOE_RC(FloeFnTaskGetUntouched, task, FLOE_ARG(addr), FLOE_ARG(size));
}
