// SPDX-License-Identifier: Apache-2.0
#include "task_calls.h"

#include "unit.h"

#define LOAD OCAP_TASK_LOAD
#define CONTROL OCAP_TASK_CONTROL
#define QUERY OCAP_TASK_QUERY
#define INSPECT OCAP_TASK_INSPECT

#define RESERVED_AT 0x20000000

#define CALL(name, right, legal, ...)                                                              \
	{                                                                                          \
#name, FloeFnTask##name, { __VA_ARGS__ }, right, legal                             \
	}

const struct task_call_row task_calls[] = {
	CALL(ReseedAslr, LOAD, IS_EMPTY, EMPTY, BUFFER_AT, 32),
	CALL(LoadSeg, LOAD, IS_EMPTY, EMPTY, SEG_AT, OUT_AT),
	CALL(LoadElfSyms, LOAD, IS_EMPTY, EMPTY, FREE_SEG_AT, 24, FREE_SEG_AT, 24),
	CALL(VmReserve, LOAD, IS_EMPTY, EMPTY, RESERVED_AT, PAGE_SIZE, RW_, OUT_AT),
	CALL(VmFree, LOAD, IS_EMPTY, EMPTY, RESERVED_AT, PAGE_SIZE),
	CALL(SetPath, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, NAME_AT),
	CALL(SetLimits, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, LIMITS_AT),
	CALL(SetCpuBudget, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, 1000, 10000, 0),
	CALL(SetElfHdr, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, BUFFER_AT, 64),
	CALL(SetEnv, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, BUFFER_AT, 64),
	CALL(TransferResource, LOAD, IS_EMPTY | IS_ENTRY_SET, EMPTY, MDL, INVALID_HANDLE, 0,
	     OUT_AT),
	CALL(SetInitialState, LOAD, IS_EMPTY, EMPTY, STATE_AT),
	CALL(SetInitialPolicy, CONTROL, IS_ENTRY_SET | IS_RUNNING, ENTRY_SET,
	     ThreadSchedPolicyOther, 5, 0),
	CALL(SetInitialThreadPriority, CONTROL, IS_ENTRY_SET | IS_RUNNING, ENTRY_SET, 5),
	CALL(GetInitialThreadPriority, QUERY, IN_EVERY_STATE, RUNNING, OUT_AT),
	CALL(GetIdByHandle, QUERY, IN_EVERY_STATE, RUNNING, OUT_AT),
	CALL(GetExitStatus, QUERY, IS_ENDED, ENDED, OUT_AT),
	CALL(GetExitCode, QUERY, IS_EXITED, ENDED, OUT_AT),
	CALL(GetExceptionInfo, INSPECT, IS_FROZEN | IS_CRASHED, FROZEN, OUT_AT, OUT_AT + 8,
	     OUT_AT + 16),
	CALL(GetThreadContext, INSPECT, IS_FROZEN, FROZEN, 0, OUT_AT),
	CALL(GetNextVmRegion, INSPECT, IS_FROZEN, FROZEN, 0, OUT_AT, OUT_AT + 8, OUT_AT + 16,
	     OUT_AT + 24),
	CALL(GetInfo, QUERY, IN_EVERY_STATE, FROZEN, OUT_AT),
	CALL(GetString, QUERY, IN_EVERY_STATE, RUNNING, TaskStringClass, OUT_AT, 64),
	CALL(GetFaultRecord, INSPECT, IS_FROZEN | IS_CRASHED, FROZEN, OUT_AT),
	CALL(GetThreadState, INSPECT, IS_FROZEN, FROZEN, 0, OUT_AT),
	CALL(GetThreadInfo, QUERY, IN_EVERY_STATE, FROZEN, 0, OUT_AT),
	CALL(GetRegionInfo, INSPECT, IS_EMPTY | IS_ENTRY_SET | IS_RUNNING | IS_FROZEN, RUNNING, 0,
	     OUT_AT),
	CALL(GetUntouched, INSPECT, IS_EMPTY | IS_ENTRY_SET | IS_RUNNING | IS_FROZEN, RUNNING, 0,
	     OUT_AT),
	CALL(Resume, CONTROL, IS_ENTRY_SET, ENTRY_SET),
	CALL(Terminate, CONTROL, IS_EMPTY | IS_ENTRY_SET | IS_RUNNING, RUNNING),
	CALL(TerminateAfterFreezing, CONTROL, IS_FROZEN, FROZEN),
};
const size_t task_call_count = ARRAY_SIZE(task_calls);

const struct task_call_row *task_call_of(u64 function)
{
	for (size_t i = 0; i < task_call_count; i++)
		if (task_calls[i].function == function)
			return &task_calls[i];
	return NULL;
}
