/* SPDX-License-Identifier: Apache-2.0 */
#include "call_names.h"

#include <floe/abi.h>
#include <stdio.h>

#define NAME(function) [FloeFn##function] = #function

static const char *const functions[FloeFnCount] = {
	NAME(AbiVersion),
	NAME(TaskCreate),
	NAME(TaskReseedAslr),
	NAME(TaskLoadSeg),
	NAME(TaskLoadElfSyms),
	NAME(TaskSetInitialState),
	NAME(TaskSetElfHdr),
	NAME(TaskSetEnv),
	NAME(TaskFreeEnv),
	NAME(TaskTransferResource),
	NAME(TaskVmReserve),
	NAME(TaskVmFree),
	NAME(TaskSetInitialPolicy),
	NAME(TaskSetInitialThreadPriority),
	NAME(TaskGetInitialThreadPriority),
	NAME(TaskResume),
	NAME(TaskSetPath),
	NAME(TaskSetLimits),
	NAME(TaskExit),
	NAME(TaskPanic),
	NAME(TaskTerminate),
	NAME(TaskGetExitStatus),
	NAME(TaskGetExitCode),
	NAME(TaskGetExceptionInfo),
	NAME(TaskGetThreadContext),
	NAME(TaskGetNextVmRegion),
	NAME(TaskTerminateAfterFreezing),
	NAME(TaskGetIdByHandle),
	NAME(TaskGetName),
	NAME(TaskGetPath),
	NAME(TaskGetPcb),
	NAME(TraceOpen),
	NAME(TaskGetNext),
	NAME(SysGetCounters),
	NAME(TaskGetInfo),
	NAME(TaskGetString),
	NAME(TaskGetFaultRecord),
	NAME(TaskGetThreadState),
	NAME(TaskGetRegionInfo),
	NAME(ConsoleSetMode),
	NAME(VmAllocate),
	NAME(VmCommit),
	NAME(VmDecommit),
	NAME(VmProtect),
	NAME(VmUnmap),
	NAME(RandomGenerate),
	NAME(VmSegInitFromVm),
	NAME(VmSegInitFromBuf),
	NAME(MdlCreate),
	NAME(MdlCreateFromVm),
	NAME(HandleClose),
	NAME(HandleRevoke),
	NAME(HandleRevokeSubtree),
	NAME(TaskSetCpuBudget),
	NAME(MdlMap),
	NAME(MdlGetSize),
	NAME(NoticeCreate),
	NAME(NoticeSubscribe),
	NAME(NoticeGetEvent),
	NAME(SchedAddWindow),
	NAME(ThreadCreate),
	NAME(ThreadExit),
	NAME(ThreadWait),
	NAME(ThreadGetPriority),
	NAME(ThreadSetPriority),
	NAME(ThreadGetSchedPolicy),
	NAME(ThreadSetSchedPolicy),
	NAME(ThreadGetAffinity),
	NAME(ThreadSetAffinity),
	NAME(ThreadSuspendCurrent),
	NAME(ThreadResume),
	NAME(ThreadOpenCurrent),
	NAME(Sleep),
	NAME(ThreadCurrent),
	NAME(TaskSetExceptionHandler),
	NAME(ThreadSetExceptionHandler),
	NAME(GetLastTrapFrame),
	NAME(SetLastTrapFrame),
	NAME(TaskGetThreadInfo),
	NAME(TaskGetUntouched),
};

/* RISC-V SBI specification 2.0; the legacy extensions have no functions. */
static const struct {
	uint64_t id;
	const char *name;
} extensions[] = {
	{ 0x10, "Base" },       { 0x54494d45, "TIME" }, { 0x53525354, "SRST" },
	{ 0x4442434e, "DBCN" }, { 0x01, "putchar" },
};

const char *call_text(uint64_t extension, uint64_t function, char *to, size_t size)
{
	if (extension == FLOE_SBI_EXTENSION && function < FloeFnCount && functions[function]) {
		snprintf(to, size, "%s", functions[function]);
		return to;
	}
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (extensions[i].id == extension) {
			snprintf(to, size, "%s %llu", extensions[i].name,
				 (unsigned long long)function);
			return to;
		}
	snprintf(to, size, "extension 0x%llx, function %llu", (unsigned long long)extension,
		 (unsigned long long)function);
	return to;
}
