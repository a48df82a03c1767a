/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of the hypercall ABI, a row each, in the order of <floe/abi.h>'s
 * services: its number's name, its name here, and the rules that table.c turns into
 * struct api_rules. Whoever includes this defines the kinds, which end with it:
 *
 *	ROW      with rules, be there any or not
 *	CHECKED  the same, with a check of its own, api_NAME_check()
 *	PLAIN    without rules: it asks for something of the caller's own, or ends
 *	         or blocks the caller
 *	SHARED   no row: a check of several, api_NAME_check()
 */
SHARED(memory)
SHARED(new_mdl)
SHARED(sched_policy)
SHARED(priority)
SHARED(inspector)
SHARED(in_handler)

PLAIN(AbiVersion, abi_version)
CHECKED(TaskCreate, task_create, OUT({ 5, 4 }))
ROW(TaskReseedAslr, task_reseed_aslr, TASK(LOAD, LOAD), BUFFER(1, 2, FLOE_SEED_MAX))
ROW(TaskLoadSeg, task_load_seg, TASK(LOAD, LOAD), IN(1, VmSeg), OUT({ 2, 8 }))
CHECKED(TaskLoadElfSyms, task_load_elf_syms, TASK(LOAD, LOAD), IN(1, VmSeg))
ROW(TaskSetInitialState, task_set_initial_state, TASK(LOAD, LOAD), IN(1, TaskInitialState))
ROW(TaskSetElfHdr, task_set_elf_hdr, TASK(LOAD, PREPARE), BUFFER(1, 2, FLOE_ELF_HDR_MAX))
ROW(TaskSetEnv, task_set_env, TASK(LOAD, PREPARE), BUFFER(1, 2, FLOE_ENV_MAX))
PLAIN(TaskFreeEnv, task_free_env)
ROW(TaskSetInitialPolicy, set_policy, TASK(CONTROL, SCHEDULE), CHECK(sched_policy),
    IN_OR_NULL(3, ThreadSchedParam))
ROW(TaskSetInitialThreadPriority, set_priority, TASK(CONTROL, SCHEDULE), CHECK(priority))
ROW(TaskGetInitialThreadPriority, get_field, TASK(QUERY, ANY), FIELD(task, priority))
ROW(TaskResume, task_resume, TASK(CONTROL, RESUME))
ROW(TaskSetPath, task_set_path, TASK(LOAD, CONFIGURE), IN(1, char))
ROW(TaskSetLimits, task_set_limits, TASK(LOAD, CONFIGURE), IN(1, TaskLimits))
CHECKED(TaskSetCpuBudget, task_set_cpu_budget, TASK(LOAD, ANY))
PLAIN(SchedAddWindow, sched_add_window)
PLAIN(TaskExit, task_exit)
ROW(TaskTerminate, task_terminate, TASK(CONTROL, TERMINATE))
ROW(TaskTerminateAfterFreezing, task_terminate_after_freezing, TASK(CONTROL, EXAMINE))
ROW(TaskGetExitStatus, get_field, TASK(QUERY, EXIT_STATUS), FIELD(task, exit_status))
ROW(TaskGetExitCode, get_field, TASK(QUERY, EXIT_CODE), FIELD(task, exit_code))
ROW(TaskGetExceptionInfo, task_get_exception_info, TASK(INSPECT, EXCEPTION_INFO),
    OUT({ 1, 4 }, { 2, 8 }, { 3, sizeof(HalTrapFrame) }))
ROW(TaskGetThreadContext, task_get_thread_context, TASK(INSPECT, EXAMINE),
    OUT({ 2, sizeof(KnThreadContext) }))
ROW(TaskGetIdByHandle, get_field, TASK(QUERY, ANY), FIELD(task, pid))
PLAIN(TaskGetName, task_get_name)
PLAIN(TaskGetPath, task_get_path)
PLAIN(TaskGetPcb, task_get_pcb)

CHECKED(TaskTransferResource, task_transfer_resource, TASK(LOAD, PREPARE), OUT({ 4, 4 }))
ROW(TaskVmReserve, task_vm_reserve, TASK(LOAD, LOAD), CHECK(memory), PLACE(1, 2),
    FLAGS(3, RWX | SHOWN_FLAGS), OUT({ 4, 8 }))
ROW(TaskVmFree, task_vm_free, TASK(LOAD, LOAD), CHECK(memory), RANGE(1, 2))
CHECKED(TaskGetNextVmRegion, task_get_next_vm_region, TASK(INSPECT, EXAMINE),
	OUT({ 2, 8 }, { 3, 8 }, { 4, 4 }))
ROW(TaskGetNext, task_get_next, CHECK(inspector), OUT({ 1, 4 }))
ROW(SysGetCounters, sys_get_counters, CHECK(inspector), OUT({ 0, sizeof(SysCounters) }))

ROW(VmAllocate, vm_allocate, CHECK(memory), PLACE(0, 1),
    FLAGS(2, RWX | VMM_FLAG_RESERVE | VMM_FLAG_CACHE_MASK | ASKED_FLAGS))
ROW(VmCommit, vm_commit, CHECK(memory), RANGE(0, 1), FLAGS(2, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED))
ROW(VmDecommit, vm_decommit, CHECK(memory), RANGE(0, 1))
ROW(VmProtect, vm_protect, CHECK(memory), RANGE(0, 1), FLAGS(2, RWX))
ROW(VmUnmap, vm_unmap, CHECK(memory), RANGE(0, 1))
ROW(VmSegInitFromVm, vm_seg_init_from_vm, CHECK(new_mdl), RANGE(2, 3), FLAGS(4, RWX), PAGES(1),
    .opens = true, OUT({ 0, sizeof(VmSeg) }))
ROW(VmSegInitFromBuf, vm_seg_init_from_buf, IN(1, FloeSegFromBuf), OUT({ 0, sizeof(VmSeg) }))
ROW(MdlCreate, mdl_create, CHECK(new_mdl), SIZE(0), FLAGS(1, RWX), OPENS(2))
ROW(MdlCreateFromVm, mdl_create_from_vm, CHECK(new_mdl), RANGE(0, 1), FLAGS(2, RWX), OPENS(3))
ROW(MdlMap, mdl_map, OBJECT(MDL, MAP), CHECK(memory), PLACE(3, 2), FLAGS(4, RWX), PAGES(1),
    OUT({ 5, 8 }))
ROW(MdlGetSize, mdl_get_size, .type = OBJECT_MDL, OUT({ 1, 8 }))

PLAIN(HandleClose, handle_close)
PLAIN(HandleRevoke, handle_revoke)
PLAIN(HandleRevokeSubtree, handle_revoke_subtree)

ROW(NoticeCreate, notice_create, OPENS(0))
CHECKED(NoticeSubscribe, notice_subscribe, OBJECT(NOTICE, WAIT))
CHECKED(NoticeGetEvent, notice_get_event, OBJECT(NOTICE, WAIT), OUT({ 4, 8 }))

CHECKED(ThreadCreate, thread_create, IN(4, FloeThreadStart), OUT({ 0, 4 }, { 1, 4 }))
PLAIN(ThreadExit, thread_exit)
ROW(ThreadWait, thread_wait, OBJECT(THREAD, WAIT), .thread = THREAD_JOIN, OUT({ 2, 4 }))
ROW(ThreadGetPriority, get_field, OBJECT(THREAD, QUERY), FIELD(thread, priority))
ROW(ThreadSetPriority, set_priority, OBJECT(THREAD, CONTROL), CHECK(priority))
CHECKED(ThreadGetSchedPolicy, thread_get_sched_policy, OBJECT(THREAD, QUERY), OUT({ 1, 4 }))
ROW(ThreadSetSchedPolicy, set_policy, OBJECT(THREAD, CONTROL), CHECK(sched_policy),
    IN_OR_NULL(3, ThreadSchedParam))
ROW(ThreadGetAffinity, get_field, OBJECT(THREAD, QUERY), FIELD(thread, affinity))
ROW(ThreadSetAffinity, thread_set_affinity, OBJECT(THREAD, CONTROL), IN(1, RtlCpuSet))
PLAIN(ThreadSuspendCurrent, thread_suspend_current)
ROW(ThreadResume, thread_resume, OBJECT(THREAD, CONTROL))
ROW(ThreadOpenCurrent, thread_open_current, OPENS(0))
PLAIN(ThreadCurrent, thread_current)
PLAIN(Sleep, sleep)

ROW(TaskSetExceptionHandler, task_set_exception_handler)
ROW(ThreadSetExceptionHandler, thread_set_exception_handler)
ROW(GetLastTrapFrame, get_last_trap_frame, CHECK(in_handler), OUT({ 0, sizeof(HalTrapFrame) }))
ROW(SetLastTrapFrame, set_last_trap_frame, CHECK(in_handler), IN(0, HalTrapFrame))

ROW(TraceOpen, trace_open, CHECK(inspector), OUT({ 1, 4 }))
ROW(TaskGetInfo, task_get_info, TASK(QUERY, ANY), OUT({ 1, sizeof(TaskInfo) }))
CHECKED(TaskGetString, task_get_string, TASK(QUERY, ANY))
ROW(TaskGetFaultRecord, get_field, TASK(INSPECT, EXCEPTION_INFO), FIELD(task, fault))
ROW(TaskGetThreadState, task_get_thread_state, TASK(INSPECT, EXAMINE),
    OUT({ 2, sizeof(KnThreadState) }))
ROW(TaskGetThreadInfo, task_get_thread_info, TASK(QUERY, ANY), OUT({ 2, sizeof(TaskThreadInfo) }))
ROW(TaskGetRegionInfo, task_get_region_info, TASK(INSPECT, REGIONS),
    OUT({ 2, sizeof(TaskRegionInfo) }))
ROW(TaskGetUntouched, task_get_untouched, TASK(INSPECT, REGIONS), OUT({ 2, 8 }))
ROW(ConsoleSetMode, console_set_mode)
ROW(RandomGenerate, random_generate)

#undef SHARED
#undef PLAIN
#undef ROW
#undef CHECKED
