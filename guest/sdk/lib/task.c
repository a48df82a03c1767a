/* SPDX-License-Identifier: Apache-2.0 */
/* <coresrv/task/task_api.h>: each function is one hypercall, or a look into the PCB. */
#include "hypercall.h"
#include "scp_keep.h"

#include <coresrv/task/task_api.h>

Retcode KnTaskCreateEx(const char *name, const char *eiid, const char *path, rtl_size_t stackSize,
		       ThreadPriority priority, rtl_uint32_t flags, Handle *outHandle)
{
	return FLOE_RC(FloeFnTaskCreate, FLOE_ARG(name), FLOE_ARG(eiid), FLOE_ARG(path), stackSize,
		       priority | (uint64_t)flags << 32, FLOE_ARG(outHandle));
}

Retcode KnTaskCreate(const char *name, const char *eiid, const char *path, rtl_size_t stackSize,
		     ThreadPriority priority, Handle *outHandle)
{
	return KnTaskCreateEx(name, eiid, path, stackSize, priority,
			      TaskEmpty | TaskExceptionTerminatesTask, outHandle);
}

Retcode KnTaskReseedAslr(Handle task, const void *seed, rtl_size_t seedSize)
{
	return FLOE_RC(FloeFnTaskReseedAslr, task, FLOE_ARG(seed), seedSize);
}

Retcode KnTaskLoadSeg(Handle h, const VmSeg *seg, rtl_uintptr_t *actual)
{
	return FLOE_RC(FloeFnTaskLoadSeg, h, FLOE_ARG(seg), FLOE_ARG(actual));
}

Retcode KnTaskLoadElfSyms(Handle h, const VmSeg *symTabSeg, rtl_size_t symTabSize,
			  const VmSeg *strTabSeg, rtl_size_t strTabSize)
{
	return FLOE_RC(FloeFnTaskLoadElfSyms, h, FLOE_ARG(symTabSeg), symTabSize,
		       FLOE_ARG(strTabSeg), strTabSize);
}

Retcode KnTaskSetInitialState(Handle h, const TaskInitialState *state)
{
	return FLOE_RC(FloeFnTaskSetInitialState, h, FLOE_ARG(state));
}

Retcode KnTaskSetElfHdr(Handle h, const void *hdrData, rtl_size_t hdrSize)
{
	return FLOE_RC(FloeFnTaskSetElfHdr, h, FLOE_ARG(hdrData), hdrSize);
}

Retcode KnTaskSetEnv(Handle task, const void *env, rtl_size_t envSize)
{
	return FLOE_RC(FloeFnTaskSetEnv, task, FLOE_ARG(env), envSize);
}

Retcode KnTaskTransferResource(Handle task, Handle srcHandle, Handle srcBadge,
			       rtl_uint32_t dstRights, Handle *outDstHandle)
{
	return FLOE_RC(FloeFnTaskTransferResource, task, srcHandle, srcBadge, dstRights,
		       FLOE_ARG(outDstHandle));
}

Retcode KnTaskVmReserve(Handle task, void *hint, rtl_size_t size, rtl_uint32_t flags, void **addr)
{
	return FLOE_RC(FloeFnTaskVmReserve, task, FLOE_ARG(hint), size, flags, FLOE_ARG(addr));
}

Retcode KnTaskVmFree(Handle task, void *base, rtl_size_t size)
{
	return FLOE_RC(FloeFnTaskVmFree, task, FLOE_ARG(base), size);
}

Retcode KnTaskFreeEnv(void)
{
	return FLOE_RC(FloeFnTaskFreeEnv, 0);
}

Retcode KnTaskSetPath(Handle task, const char *path)
{
	return FLOE_RC(FloeFnTaskSetPath, task, FLOE_ARG(path));
}

Retcode KnTaskSetLimits(Handle task, const TaskLimits *limits)
{
	return FLOE_RC(FloeFnTaskSetLimits, task, FLOE_ARG(limits));
}

Retcode KnTaskSetCpuBudget(Handle task, rtl_uint32_t budgetUs, rtl_uint32_t periodUs,
			   rtl_uint32_t flags)
{
	return FLOE_RC(FloeFnTaskSetCpuBudget, task, budgetUs, periodUs, flags);
}

Retcode KnTaskSetInitialPolicy(Handle task, ThreadSchedPolicy policy, ThreadPriority priority,
			       const ThreadSchedParam *param)
{
	return FLOE_RC(FloeFnTaskSetInitialPolicy, task, policy, priority, FLOE_ARG(param));
}

Retcode KnTaskSetInitialThreadPriority(Handle task, ThreadPriority priority)
{
	return FLOE_RC(FloeFnTaskSetInitialThreadPriority, task, priority);
}

Retcode KnTaskGetInitialThreadPriority(Handle task, ThreadPriority *priority)
{
	return FLOE_RC(FloeFnTaskGetInitialThreadPriority, task, FLOE_ARG(priority));
}

Retcode KnTaskResume(Handle task)
{
	Retcode rc = FLOE_RC(FloeFnTaskResume, task);

	if (rc == rcOk)
		floe_scp_forget(task); /* nobody can give it resources any more */
	return rc;
}

Retcode KnTaskExit(rtl_int32_t status)
{
	return FLOE_RC(FloeFnTaskExit, (uint64_t)(int64_t)status);
}

void KnTaskPanic(void)
{
	FLOE_CALL(FloeFnTaskPanic, 0);
}

Retcode KnTaskTerminate(Handle task)
{
	return FLOE_RC(FloeFnTaskTerminate, task);
}

Retcode KnTaskTerminateAfterFreezing(Handle task)
{
	return FLOE_RC(FloeFnTaskTerminateAfterFreezing, task);
}

Retcode KnTaskGetExitStatus(Handle task, TaskExitStatus *status)
{
	return FLOE_RC(FloeFnTaskGetExitStatus, task, FLOE_ARG(status));
}

Retcode KnTaskGetExitCode(Handle task, rtl_int32_t *exitCode)
{
	return FLOE_RC(FloeFnTaskGetExitCode, task, FLOE_ARG(exitCode));
}

Retcode KnTaskGetExceptionInfo(Handle task, HalExceptionCode *excType, HalArchException *excNo,
			       HalTrapFrame *exceptionContext)
{
	return FLOE_RC(FloeFnTaskGetExceptionInfo, task, FLOE_ARG(excType), FLOE_ARG(excNo),
		       FLOE_ARG(exceptionContext));
}

Retcode KnTaskGetThreadContext(Handle task, unsigned index, KnThreadContext *context)
{
	return FLOE_RC(FloeFnTaskGetThreadContext, task, index, FLOE_ARG(context));
}

Retcode KnTaskGetNextVmRegion(Handle task, void *after, void **next, rtl_size_t *size,
			      rtl_uint32_t *flags, Handle *outHandle)
{
	return FLOE_RC(FloeFnTaskGetNextVmRegion, task, FLOE_ARG(after), FLOE_ARG(next),
		       FLOE_ARG(size), FLOE_ARG(flags), FLOE_ARG(outHandle));
}

Retcode KnTaskGetNext(Pid after, Handle *task)
{
	return FLOE_RC(FloeFnTaskGetNext, after, FLOE_ARG(task));
}

Retcode KnSysGetCounters(SysCounters *counters)
{
	return FLOE_RC(FloeFnSysGetCounters, FLOE_ARG(counters));
}

Retcode KnTaskGetIdByHandle(Handle task, Pid *taskId)
{
	return FLOE_RC(FloeFnTaskGetIdByHandle, task, FLOE_ARG(taskId));
}

Retcode KnTaskGetName(char *name, rtl_size_t msize)
{
	return FLOE_RC(FloeFnTaskGetName, FLOE_ARG(name), msize);
}

Retcode KnTaskGetPath(char *path, rtl_size_t msize)
{
	return FLOE_RC(FloeFnTaskGetPath, FLOE_ARG(path), msize);
}

TaskExceptionHandler KnTaskSetExceptionHandler(TaskExceptionHandler handler)
{
	return (TaskExceptionHandler)FLOE_CALL(FloeFnTaskSetExceptionHandler, FLOE_ARG(handler))
		.value;
}

Pcb *KnTaskGetPcb(void)
{
	static Pcb *pcb; /* its address never changes */

	if (!pcb)
		pcb = (Pcb *)FLOE_CALL(FloeFnTaskGetPcb, 0).value;
	return pcb;
}

const Gsi *KnTaskGetGsi(void)
{
	return (const Gsi *)KnTaskGetPcb()->gsi;
}

Pid KnTaskGetId(void)
{
	return KnTaskGetPcb()->pid;
}

void *KnTaskGetEnv(rtl_size_t *envSize)
{
	Pcb *pcb = KnTaskGetPcb();

	if (envSize)
		*envSize = pcb->scpSize;
	return (void *)pcb->scp;
}

Retcode KnTaskGetElfSyms(rtl_size_t *relocBase, void **syms, rtl_size_t *symsCnt, void **strs,
			 rtl_size_t *strsCnt)
{
	Pcb *pcb = KnTaskGetPcb();

	if (!relocBase || !syms || !symsCnt || !strs || !strsCnt)
		return rcInvalidArgument;
	*relocBase = pcb->relocBase;
	*syms = (void *)pcb->symTab;
	*symsCnt = pcb->symTabSize;
	*strs = (void *)pcb->strTab;
	*strsCnt = pcb->strTabSize;
	return rcOk;
}
