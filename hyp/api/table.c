/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include <floe/abi.h>

#define RULES(...)                                                                                 \
	&(const struct api_rules)                                                                  \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

#define LOAD OCAP_TASK_LOAD
#define CONTROL OCAP_TASK_CONTROL
#define QUERY OCAP_TASK_QUERY
#define INSPECT OCAP_TASK_INSPECT

const struct api_row api_table[FloeFnCount] = {
	[FloeFnAbiVersion] = { api_abi_version, NULL },
	[FloeFnTaskCreate] = { api_task_create,
			       RULES(.check = api_task_create_check, .out = { { 5, 4 } }) },
	[FloeFnTaskReseedAslr] = { api_task_reseed_aslr, RULES(.rights = LOAD, .call = CALL_LOAD,
							       .buffer = { 1, 2, FLOE_SEED_MAX }) },
	[FloeFnTaskLoadSeg] = { api_task_load_seg,
				RULES(.rights = LOAD, .call = CALL_LOAD, .in = { 1, sizeof(VmSeg) },
				      .out = { { 2, 8 } }) },
	[FloeFnTaskLoadElfSyms] = { api_task_load_elf_syms,
				    RULES(.check = api_task_load_elf_syms_check, .rights = LOAD,
					  .call = CALL_LOAD, .in = { 1, sizeof(VmSeg) }) },
	[FloeFnTaskSetInitialState] = { api_task_set_initial_state,
					RULES(.rights = LOAD, .call = CALL_LOAD,
					      .in = { 1, sizeof(TaskInitialState) }) },
	[FloeFnTaskSetElfHdr] = { api_task_set_elf_hdr,
				  RULES(.rights = LOAD, .call = CALL_PREPARE,
					.buffer = { 1, 2, FLOE_ELF_HDR_MAX }) },
	[FloeFnTaskSetEnv] = { api_task_set_env, RULES(.rights = LOAD, .call = CALL_PREPARE,
						       .buffer = { 1, 2, FLOE_ENV_MAX }) },
	[FloeFnTaskFreeEnv] = { api_task_free_env, NULL },
	[FloeFnTaskSetInitialPolicy] = { api_task_set_initial_policy,
					 RULES(.check = api_task_set_initial_policy_check,
					       .rights = CONTROL, .call = CALL_SCHEDULE) },
	[FloeFnTaskSetInitialThreadPriority] = { api_task_set_initial_priority,
						 RULES(.check = api_task_set_initial_priority_check,
						       .rights = CONTROL, .call = CALL_SCHEDULE) },
	[FloeFnTaskGetInitialThreadPriority] = { api_task_get_initial_priority,
						 RULES(.rights = QUERY, .call = CALL_ANY,
						       .out = { { 1, 4 } }) },
	[FloeFnTaskResume] = { api_task_resume, RULES(.rights = CONTROL, .call = CALL_RESUME) },
	[FloeFnTaskSetPath] = { api_task_set_path, RULES(.check = api_task_set_path_check,
							 .rights = LOAD, .call = CALL_CONFIGURE) },
	[FloeFnTaskSetLimits] = { api_task_set_limits, RULES(.rights = LOAD, .call = CALL_CONFIGURE,
							     .in = { 1, sizeof(TaskLimits) }) },
	[FloeFnTaskExit] = { api_task_exit, NULL },
	[FloeFnTaskTerminate] = { api_task_terminate,
				  RULES(.rights = CONTROL, .call = CALL_TERMINATE) },
	[FloeFnTaskGetExitStatus] = { api_task_get_exit_status,
				      RULES(.rights = QUERY, .call = CALL_EXIT_STATUS,
					    .out = { { 1, 4 } }) },
	[FloeFnTaskGetExitCode] = { api_task_get_exit_code,
				    RULES(.rights = QUERY, .call = CALL_EXIT_CODE,
					  .out = { { 1, 4 } }) },
	[FloeFnTaskGetExceptionInfo] = { api_task_get_exception_info,
					 RULES(.rights = INSPECT, .call = CALL_EXCEPTION_INFO,
					       .out = { { 1, 4 },
							{ 2, 8 },
							{ 3, sizeof(HalTrapFrame) } }) },
	[FloeFnTaskGetThreadContext] = { api_task_get_thread_context,
					 RULES(.rights = INSPECT, .call = CALL_EXAMINE,
					       .out = { { 2, sizeof(KnThreadContext) } }) },
	[FloeFnTaskTerminateAfterFreezing] = { api_task_terminate_after_freezing,
					       RULES(.rights = CONTROL, .call = CALL_EXAMINE) },
	[FloeFnTaskGetIdByHandle] = { api_task_get_id_by_handle,
				      RULES(.rights = QUERY, .call = CALL_ANY,
					    .out = { { 1, 4 } }) },
	[FloeFnTaskGetName] = { api_task_get_name, NULL },
	[FloeFnTaskGetPath] = { api_task_get_path, NULL },
	[FloeFnTaskGetPcb] = { api_task_get_pcb, NULL },

	[FloeFnVmAllocate] = { api_vm_allocate, RULES(.check = api_vm_allocate_check) },
	[FloeFnVmUnmap] = { api_vm_unmap, RULES(.check = api_vm_unmap_check) },
	[FloeFnVmSegInitFromVm] = { api_vm_seg_init_from_vm,
				    RULES(.check = api_vm_seg_init_from_vm_check,
					  .out = { { 0, sizeof(VmSeg) } }) },
	[FloeFnVmSegInitFromBuf] = { api_vm_seg_init_from_buf,
				     RULES(.in = { 1, sizeof(FloeSegFromBuf) },
					   .out = { { 0, sizeof(VmSeg) } }) },

	[FloeFnHandleClose] = { api_handle_close, NULL },
	[FloeFnNoticeCreate] = { api_notice_create, RULES(.out = { { 0, 4 } }) },
	[FloeFnNoticeSubscribe] = { api_notice_subscribe,
				    RULES(.check = api_notice_subscribe_check) },
	[FloeFnNoticeGetEvent] = { api_notice_get_event, RULES(.check = api_notice_get_event_check,
							       .out = { { 4, 8 } }) },
	[FloeFnSleep] = { api_sleep, NULL },
	[FloeFnRandomGenerate] = { api_random_generate, RULES(.check = api_random_check) },
};
