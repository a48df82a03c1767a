/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypercall ABI. A hypercall is an SBI call (`ecall` from VS-mode) with
 *
 *	a7        FLOE_SBI_EXTENSION
 *	a6        function number, FloeFn*
 *	a0 .. a5  arguments
 *
 * and gives a0 = Retcode, sign-extended, and a1 = a value where the function's
 * row says so, else 0. All other registers are preserved. Pointers are
 * guest-physical addresses, which is what a guest's addresses are while its
 * satp is bare. A number that is not listed gives rcUnimplemented.
 *
 * No call keeps a hart for long. Those that give "bytes done" check the whole range, do a first
 * part of it, perhaps 0 bytes, and are made again for the rest.
 *
 * Beside it a guest may use the SBI extensions Base, DBCN (console_write,
 * console_write_byte; console_read for a partition that may inspect), TIME,
 * SRST and the legacy console putchar (RISC-V SBI specification 2.0).
 */
#ifndef FLOE_ABI_H
#define FLOE_ABI_H

#define FLOE_ABI_VERSION 1

/* The most bytes that FloeFnVmSegInitFromBuf copies; the caller copies more by itself. */
#define FLOE_SEG_BUF_PORTION 32768u

/* In the firmware space of the SBI specification: "\nFLO". */
#define FLOE_SBI_EXTENSION 0x0A464C4F

#ifndef __ASSEMBLER__
#include <floe/inspect.h>
#include <floe/types.h>

enum {
	FloeFnAbiVersion = 0, /* () -> a1 version */

	FloeFnTaskCreate = 1, /* (name, eiid, path, stackSize, priority | flags << 32, Handle *) */
	FloeFnTaskReseedAslr = 2,        /* (task, seed, size) */
	FloeFnTaskLoadSeg = 3,           /* (task, const VmSeg *, rtl_uintptr_t *actual) */
	FloeFnTaskLoadElfSyms = 4,       /* (task, symSeg, symSize, strSeg, strSize) */
	FloeFnTaskSetInitialState = 5,   /* (task, const TaskInitialState *) */
	FloeFnTaskSetElfHdr = 6,         /* (task, hdr, size) */
	FloeFnTaskSetEnv = 7,            /* (task, env, size) */
	FloeFnTaskFreeEnv = 8,           /* () */
	FloeFnTaskTransferResource = 9,  /* (task, src, badge, rights, Handle *) */
	FloeFnTaskVmReserve = 10,        /* (task, hint, size, flags, void **) */
	FloeFnTaskVmFree = 11,           /* (task, base, size) */
	FloeFnTaskSetInitialPolicy = 12, /* (task, policy, priority, const ThreadSchedParam *) */
	FloeFnTaskSetInitialThreadPriority = 13, /* (task, priority) */
	FloeFnTaskGetInitialThreadPriority = 14, /* (task, ThreadPriority *) */
	FloeFnTaskResume = 15,                   /* (task) */
	FloeFnTaskSetPath = 16,                  /* (task, path) */
	FloeFnTaskSetLimits = 17,                /* (task, const TaskLimits *) */
	FloeFnTaskSetCpuBudget = 53,             /* (task, budgetUs, periodUs, flags) */
	FloeFnTaskExit = 18,                     /* (status) */
	FloeFnTaskPanic = 19,                    /* () */
	FloeFnTaskTerminate = 20,                /* (task) */
	FloeFnTaskGetExitStatus = 21,            /* (task, TaskExitStatus *) */
	FloeFnTaskGetExitCode = 22,              /* (task, rtl_int32_t *) */
	FloeFnTaskGetExceptionInfo = 23,         /* (task, HalExceptionCode *, HalArchException *,
						    HalTrapFrame *) */
	FloeFnTaskGetThreadContext = 24,         /* (task, index, KnThreadContext *) */
	FloeFnTaskGetNextVmRegion = 25,          /* (task, after, void **next, rtl_size_t *size,
						    rtl_uint32_t *flags, Handle *) */
	FloeFnTaskTerminateAfterFreezing = 26,   /* (task) */
	FloeFnTaskGetIdByHandle = 27,            /* (task, Pid *) */
	FloeFnTaskGetName = 28,                  /* (name, size) */
	FloeFnTaskGetPath = 29,                  /* (path, size) */
	FloeFnTaskGetPcb = 30,                   /* () -> a1 address of the PCB */

	FloeFnTaskGetNext = 32,    /* (after, Handle *) */
	FloeFnSysGetCounters = 33, /* (SysCounters *) */

	FloeFnVmAllocate = 40,      /* (addr, size, flags) -> a1 address; commits nothing */
	FloeFnVmCommit = 41,        /* (addr, size, flags) -> a1 bytes done */
	FloeFnVmDecommit = 42,      /* (addr, size) -> a1 bytes done */
	FloeFnVmProtect = 43,       /* (addr, size, flags) */
	FloeFnVmUnmap = 44,         /* (addr, size) -> a1 bytes done */
	FloeFnVmSegInitFromVm = 46, /* (VmSeg *, loadAddr, addr, size, flags) */
	/* rcBufferTooLarge: more than can be done at once; make it of committed memory. */
	FloeFnVmSegInitFromBuf = 47, /* (VmSeg *, const FloeSegFromBuf *) */

	FloeFnMdlCreate = 48,       /* (size, prot, Handle *); rcBufferTooLarge likewise */
	FloeFnMdlCreateFromVm = 49, /* (addr, size, prot, Handle *) */
	FloeFnMdlMap = 54,          /* (mdl, offset, length, hint, prot, void **) */
	FloeFnMdlGetSize = 55,      /* (mdl, rtl_size_t *) */

	FloeFnHandleClose = 50,         /* (handle) */
	FloeFnHandleRevoke = 51,        /* (handle) */
	FloeFnHandleRevokeSubtree = 52, /* (handle, badge) */

	FloeFnNoticeCreate = 56,    /* (Handle *) */
	FloeFnNoticeSubscribe = 57, /* (notice, object, mask, id) */
	FloeFnNoticeGetEvent = 58, /* (notice, msDelay, countMax, EventDesc *, rtl_size_t *count) */

	FloeFnThreadCreate = 60,         /* (Handle *, Tid *, priority | flags << 32, stackSize,
					    const FloeThreadStart *) */
	FloeFnThreadExit = 61,           /* (code) */
	FloeFnThreadWait = 62,           /* (thread, msDelay, rtl_int32_t *) */
	FloeFnThreadGetPriority = 63,    /* (thread, ThreadPriority *) */
	FloeFnThreadSetPriority = 64,    /* (thread, priority) */
	FloeFnThreadGetSchedPolicy = 65, /* (thread, ThreadSchedPolicy *, ThreadSchedParam *) */
	FloeFnThreadSetSchedPolicy = 66, /* (thread, policy, priority, const ThreadSchedParam *) */
	FloeFnThreadGetAffinity = 67,    /* (thread, RtlCpuSet *) */
	FloeFnThreadSetAffinity = 68,    /* (thread, const RtlCpuSet *) */
	FloeFnThreadSuspendCurrent = 69, /* () */
	FloeFnThreadResume = 70,         /* (thread) */
	FloeFnThreadOpenCurrent = 71,    /* (Handle *) */
	FloeFnSleep = 72,                /* (ms) */
	FloeFnThreadCurrent = 73,        /* () -> a1 Tid */

	FloeFnSchedAddWindow = 59, /* (majorFrameUs, cpu, startUs, durationUs) */

	FloeFnTaskSetExceptionHandler = 74,   /* (handler) -> a1 the one before */
	FloeFnThreadSetExceptionHandler = 75, /* (handler) -> a1 the one before */
	FloeFnGetLastTrapFrame = 76,          /* (HalTrapFrame *) */
	FloeFnSetLastTrapFrame = 77,          /* (const HalTrapFrame *) */

	FloeFnRandomGenerate = 45, /* (size, output) -> a1 bytes done */

	FloeFnTraceOpen = 31, /* (cpu, Handle *) */

	FloeFnTaskGetInfo = 34,        /* (task, TaskInfo *) */
	FloeFnTaskGetString = 35,      /* (task, which, buffer, size) */
	FloeFnTaskGetFaultRecord = 36, /* (task, TaskFaultRecord *) */
	FloeFnTaskGetThreadState = 37, /* (task, index, KnThreadState *) */
	FloeFnTaskGetRegionInfo = 38,  /* (task, after, TaskRegionInfo *) */
	FloeFnTaskGetThreadInfo = 78,  /* (task, after, TaskThreadInfo *) */
	FloeFnTaskGetUntouched = 79,   /* (task, addr, rtl_size_t *) */
	FloeFnConsoleSetMode = 39,     /* (mode) */

	FloeFnCount = 80,
};
#endif

#endif
