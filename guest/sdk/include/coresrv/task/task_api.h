/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes: making, starting, ending and looking at them.
 *
 * A process that creates another goes through these steps, in this order:
 * KnTaskCreateEx, KnTaskReseedAslr, KnTaskLoadSeg for each segment
 * [, KnTaskLoadElfSyms], KnTaskSetInitialState [, KnTaskSetElfHdr]
 * [, KnTaskSetEnv] [, KnTaskSetInitialPolicy], KnTaskResume. <kos/task.h> does
 * them all in one call.
 *
 * States: empty -> entry set (KnTaskSetInitialState) -> running (KnTaskResume)
 * -> ended, or frozen and then ended. A call that its object's state forbids
 * gives rcInvalidOperation; "legal" below names the states that allow it.
 *
 * Errors common to all calls, first that applies: rcInvalidArgument for a null
 * or unaligned pointer, bad flags, an unknown handle or one of another type;
 * rcHandleRevoked; rcNoCapability for a handle without the right (OCAP_TASK_*)
 * that is named below; rcSecurityDisallow for what the manifest does not permit
 * the caller; rcInvalidOperation; rcSourceFault and rcTargetFault for memory
 * behind a pointer that is not the caller's; rcBufferTooLarge, rcBufferTooSmall;
 * rcQuotaExceeded for a limit of the process, rcOutOfMemory for the machine's.
 * A call that fails changes nothing.
 */
#ifndef CORESRV_TASK_TASK_API_H
#define CORESRV_TASK_TASK_API_H

#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/vmm_types.h>
#include <hal/exc_codes.h>
#include <hal/riscv64/frame.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>
#include <task/pcbpage.h>
#include <task/pidtype.h>
#include <thread/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes an empty process and gives a handle to it with all rights. For a process
 * with may-create in its manifest.
 *
 * name and eiid (its class) have at most 1024 bytes with the NUL and are not
 * empty; path must be RTL_NULL; stackSize is in bytes, rounded up to pages, 0
 * means 1 MiB; priority is that of a standard thread, 0-15. flags: TaskEmpty
 * always, and what an unhandled exception does: TaskExceptionTerminatesTask (also
 * without either) or TaskExceptionFreezesTask.
 *
 * rcAlreadyExists: there is a process object of that name (also one that has
 * ended, until its last handle goes; but init takes names over from those of its
 * own that have ended), or it is "floe". rcSecurityDisallow: may-create is 0;
 * rcQuotaExceeded: it is used up, or that of a process that the caller comes from, for
 * which the caller's processes count as well. rcInvalidArgument also: a stack
 * above 2^38 bytes.
 */
Retcode KnTaskCreateEx(const char *name, const char *eiid, const char *path, rtl_size_t stackSize,
		       ThreadPriority priority, rtl_uint32_t flags, Handle *outHandle);

/* KnTaskCreateEx with TaskEmpty | TaskExceptionTerminatesTask. */
Retcode KnTaskCreate(const char *name, const char *eiid, const char *path, rtl_size_t stackSize,
		     ThreadPriority priority, Handle *outHandle);

/*
 * Seeds the process's own generator, from which every address comes that it
 * does not choose itself: the same seed and calls give the same addresses. At
 * most 32 bytes. Legal: empty. Right: OCAP_TASK_LOAD.
 */
Retcode KnTaskReseedAslr(Handle task, const void *seed, rtl_size_t seedSize);

/*
 * Maps the segment's MDL buffer into the process at seg->loadAddr, at a random
 * place where that is 0, and gives the address. Legal: empty. Right:
 * OCAP_TASK_LOAD; OCAP_MDL_MAP on the buffer.
 *
 * rcAlreadyExists: the range overlaps another. rcNoCapability: more access than
 * the buffer has. rcSecurityDisallow: pages would be writable and executable.
 */
Retcode KnTaskLoadSeg(Handle h, const VmSeg *seg, rtl_uintptr_t *actual);

/*
 * Maps the image's .symtab and .strtab, sizes in bytes, read-only into the
 * process; backtraces take function names from them. Legal: empty. Right:
 * OCAP_TASK_LOAD.
 *
 * rcInvalidArgument: a size of 0, or above its segment's. rcInvalidOperation: it
 * has tables already. Else as for KnTaskLoadSeg().
 */
Retcode KnTaskLoadElfSyms(Handle h, const VmSeg *symTabSeg, rtl_size_t symTabSize,
			  const VmSeg *strTabSeg, rtl_size_t strTabSize);

/*
 * Sets the entry (even; it need not be mapped) and the load offset. Legal:
 * empty, which becomes entry set. Right: OCAP_TASK_LOAD.
 */
Retcode KnTaskSetInitialState(Handle h, const TaskInitialState *state);

/*
 * Puts the image's ELF header, at most 1024 bytes, into the process's PCB.
 * Legal: empty, entry set. Right: OCAP_TASK_LOAD.
 */
Retcode KnTaskSetElfHdr(Handle h, const void *hdrData, rtl_size_t hdrSize);

/*
 * Gives the process its static connection page, at most 131072 bytes; the
 * layout that SDK programs read is in <floe/scp.h>. Legal: empty, entry set.
 * Right: OCAP_TASK_LOAD.
 */
Retcode KnTaskSetEnv(Handle task, const void *env, rtl_size_t envSize);

/*
 * The caller's static connection page and its size; RTL_NULL where it has none,
 * or has freed it (KnTaskFreeEnv then gives rcInvalidOperation). The runtime
 * library calls both of these before main().
 */
void *KnTaskGetEnv(rtl_size_t *envSize);
Retcode KnTaskFreeEnv(void);

/*
 * Gives the process a descendant of the caller's handle `srcHandle` (to an
 * object of any type) with the rights `dstRights`, none of which the source may
 * lack; *outDstHandle is its id in the process's own handle space. srcBadge:
 * INVALID_HANDLE, or any handle of the caller; its object then marks the
 * descendant for KnHandleRevokeSubtree(). The SCP is not written;
 * KosTaskTransferResource() does that as well. Legal: empty, entry set. Right:
 * OCAP_TASK_LOAD; OCAP_HANDLE_TRANSFER on the source.
 *
 * rcInvalidArgument: a handle of that very process. rcNoCapability: dstRights
 * are wider than the source's. rcQuotaExceeded: the process has 4096 handles.
 */
Retcode KnTaskTransferResource(Handle task, Handle srcHandle, Handle srcBadge,
			       rtl_uint32_t dstRights, Handle *outDstHandle);

/*
 * Reserves `size` bytes, a page multiple, of the process's address space at
 * exactly `hint`, or where its generator says for RTL_NULL, so that nothing else
 * is placed there; gives the address. The process itself commits, protects and
 * unmaps it with the calls of <coresrv/vmm/vmm_api.h>. flags: the access;
 * VMM_FLAG_LOCKED is remembered, but commits nothing now; guard pages
 * (VMM_FLAG_LOW_GUARD, VMM_FLAG_HIGH_GUARD) are not counted in the size. Legal:
 * empty. Right: OCAP_TASK_LOAD.
 *
 * rcAlreadyExists: the range, guards included, is not free.
 * rcSecurityDisallow: write with execute access, and the process may not.
 */
Retcode KnTaskVmReserve(Handle task, void *hint, rtl_size_t size, rtl_uint32_t flags, void **addr);

/*
 * Gives back what KnTaskVmReserve() reserved, its base and size exactly. Legal:
 * empty. Right: OCAP_TASK_LOAD.
 *
 * rcInvalidOperation: [base, base + size) is not one reservation.
 */
Retcode KnTaskVmFree(Handle task, void *base, rtl_size_t size);

/*
 * Records the image's file name, at most 1024 bytes with the NUL, for
 * KnTaskGetPath and reports. Legal: empty, entry set. Right: OCAP_TASK_LOAD.
 */
Retcode KnTaskSetPath(Handle task, const char *path);

/*
 * Sets the process's memory limit (in whole pages, rounded down; beside its memory, page
 * tables count, threads, and handles: beyond 64 of them, three pages for each 64), how many
 * processes may come from it at a time, its permissions (TaskMayRwx, TaskMayInspect), CPUs and
 * time windows: bit n for the n-th of KnSchedAddWindow(), FLOE_NO_WINDOW for the
 * time outside of all. Without this call it has its creator's memory limit, CPUs and
 * windows and may nothing. Legal: empty, entry set. Right: OCAP_TASK_LOAD.
 *
 * rcSecurityDisallow: more than the caller itself has, so of CPUs and windows any
 * that it has not. rcQuotaExceeded: it uses more memory than that already.
 * rcInvalidOperation: TaskMayRwx is taken away when it has memory mapped.
 * rcInvalidArgument: unknown permissions.
 */
Retcode KnTaskSetLimits(Handle task, const TaskLimits *limits);

/*
 * Promises the process budgetUs microseconds of CPU time, summed over all CPUs, of each
 * periodUs, and no more. Its periods begin when it wants to run after a rest, and follow one
 * another. What was used comes again a period after it could be used and was wanted, however
 * long others with budgets kept it waiting: k periods in a row, wherever they begin, have at
 * most k + 1 budgets. While some of it is left, the process's
 * threads go before all threads of processes without a budget, whatever class and priority
 * those have; among processes with one, that whose period ends first. Then they wait
 * until some comes again. TaskBudgetSoft: when the budget is used up, they compete by class
 * and priority instead. What the process creates runs on the same budget, unless that is
 * soft. Replaces an earlier one. Legal: empty, entry set. Right: OCAP_TASK_LOAD.
 *
 * rcInvalidArgument: a budget below FLOE_CPU_BUDGET_MIN or above the period times the
 * machine's CPUs, a period below FLOE_CPU_PERIOD_MIN or above FLOE_CPU_PERIOD_MAX, unknown flags.
 * rcSecurityDisallow: the caller lacks TaskMaySchedule, which init has. Whether all
 * budgets together can be kept is the caller's business.
 */
Retcode KnTaskSetCpuBudget(Handle task, rtl_uint32_t budgetUs, rtl_uint32_t periodUs,
			   rtl_uint32_t flags);

/*
 * Sets the scheduling class and the priority of the initial thread (standard:
 * 0-15, real-time: 0-31). param: RTL_NULL for the class's defaults, and for the
 * classes without parameters; an interval below FLOE_RR_INTERVAL_MIN, but not 0, counts as
 * that. Legal: entry set, running while its initial thread has not ended. Right:
 * OCAP_TASK_CONTROL.
 */
Retcode KnTaskSetInitialPolicy(Handle task, ThreadSchedPolicy policy, ThreadPriority priority,
			       const ThreadSchedParam *param);

/* The same for the priority alone, in the class that the thread has. */
Retcode KnTaskSetInitialThreadPriority(Handle task, ThreadPriority priority);

/* Gives the initial thread's priority. Legal in every state. Right: OCAP_TASK_QUERY. */
Retcode KnTaskGetInitialThreadPriority(Handle task, ThreadPriority *priority);

/*
 * Starts the process; it cannot be paused or started again. Legal: entry set.
 * Right: OCAP_TASK_CONTROL.
 */
Retcode KnTaskResume(Handle task);

/*
 * Ends the calling process with an exit code and returns only if that fails. A
 * program calls exit(), which also flushes its streams.
 */
Retcode KnTaskExit(rtl_int32_t status);

/* Ends the calling process by an exception that nothing can handle; a freezing one freezes. */
void KnTaskPanic(void);

/* Ends a process from outside. Legal: empty, entry set, running. Right: OCAP_TASK_CONTROL. */
Retcode KnTaskTerminate(Handle task);

/* Ends a frozen process and frees its memory. Legal: frozen. Right: OCAP_TASK_CONTROL. */
Retcode KnTaskTerminateAfterFreezing(Handle task);

/*
 * Why it ended: TaskExitNormal (itself), TaskExitTerminated (from outside),
 * TaskExitUnexpected (an exception). Legal: ended. Right: OCAP_TASK_QUERY.
 */
Retcode KnTaskGetExitStatus(Handle task, TaskExitStatus *status);

/* The exit code. Legal: ended with TaskExitNormal. Right: OCAP_TASK_QUERY. */
Retcode KnTaskGetExitCode(Handle task, rtl_int32_t *exitCode);

/*
 * The exception that ended or froze it: its code common to all architectures,
 * its scause, the registers. Legal: frozen, ended with TaskExitUnexpected.
 * Right: OCAP_TASK_INSPECT.
 */
Retcode KnTaskGetExceptionInfo(Handle task, HalExceptionCode *excType, HalArchException *excNo,
			       HalTrapFrame *exceptionContext);

/*
 * The id and registers of a thread of a frozen process; index 0 is the thread
 * that faulted. Legal: frozen. Right: OCAP_TASK_INSPECT.
 *
 * rcResourceNotFound: no thread of that index.
 */
Retcode KnTaskGetThreadContext(Handle task, unsigned index, KnThreadContext *context);

/*
 * The memory of a frozen process, region by region: gives the lowest one whose
 * base is above `after`, the lowest of all for RTL_NULL: its base, its size in
 * bytes and its flags (access, cache flag, VMM_FLAG_LOCKED, guards). Regions are what
 * KnVmAllocate, KnPmmMdlMap, KnTaskLoadSeg, KnTaskVmReserve and the stacks made;
 * guard pages and the hypervisor's own pages are none.
 *
 * Each call makes a new handle of a read-only MDL buffer with the region's
 * memory, to be mapped with KnPmmMdlMap() and closed by the caller; pages that
 * were never touched read as zero. It stays readable when the process is gone.
 * INVALID_HANDLE: the region has no committed page. outHandle RTL_NULL: none is
 * made. Legal: frozen. Right: OCAP_TASK_INSPECT.
 *
 * rcResourceNotFound: no region above `after`. rcQuotaExceeded: the caller has
 * 4096 handles.
 */
Retcode KnTaskGetNextVmRegion(Handle task, void *after, void **next, rtl_size_t *size,
			      rtl_uint32_t *flags, Handle *outHandle);

/*
 * Gives a new handle, with OCAP_TASK_QUERY, OCAP_TASK_CONTROL and
 * OCAP_TASK_INSPECT, of the process with the lowest id above `after`, in any
 * state and whoever created it; 0 begins. For a process with `inspect` in its
 * manifest.
 *
 * rcSecurityDisallow: it has not. rcResourceNotFound: no process above.
 */
Retcode KnTaskGetNext(Pid after, Handle *task);

/*
 * What is free and in use in the whole system at this moment. For a process with
 * `inspect` in its manifest. rcSecurityDisallow: it has not.
 */
Retcode KnSysGetCounters(SysCounters *counters);

/* The caller's process id. */
Pid KnTaskGetId(void);

/* The id of any process. Legal in every state. Right: OCAP_TASK_QUERY. */
Retcode KnTaskGetIdByHandle(Handle task, Pid *taskId);

/*
 * The caller's name, and the file name of its image (empty if nobody set it),
 * into a buffer of msize bytes. rcBufferTooSmall: it does not fit with its NUL;
 * rcInvalidArgument: msize is 0.
 */
Retcode KnTaskGetName(char *name, rtl_size_t msize);
Retcode KnTaskGetPath(char *path, rtl_size_t msize);

/*
 * The caller's own symbol tables, sizes in bytes, and its load offset, which is
 * to be added to the symbols' values. RTL_NULL and 0 where none were loaded, and
 * rcOk. rcInvalidArgument: a null pointer.
 */
Retcode KnTaskGetElfSyms(rtl_size_t *relocBase, void **syms, rtl_size_t *symsCnt, void **strs,
			 rtl_size_t *strsCnt);

/*
 * Registers the process's exception handler, which is called first for an
 * exception in any of its threads; RTL_NULL removes it. Gives the previous one.
 * See <thread/tcbpage.h>. KnTaskPanic() goes past it.
 */
TaskExceptionHandler KnTaskSetExceptionHandler(TaskExceptionHandler handler);

/*
 * The caller's process control block; read-only. Never RTL_NULL; one hypercall
 * at first, then none.
 */
Pcb *KnTaskGetPcb(void);

/*
 * The global system information, which all processes read: timer, active CPUs,
 * caches (see <task/pcbpage.h>). Read-only, never RTL_NULL; no hypercall.
 */
const Gsi *KnTaskGetGsi(void);

#ifdef __cplusplus
}
#endif

#endif
