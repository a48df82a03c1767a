/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"
#include "arch/exit.h"
#include "arch/hart.h"
#include "arch/this_hart.h"
#include "core/thread.h"

#include <floe/abi.h>

static api_fn *const functions[FloeFnCount] = {
	[FloeFnTaskCreate] = api_task_create,
	[FloeFnTaskReseedAslr] = api_task_reseed_aslr,
	[FloeFnTaskLoadSeg] = api_task_load_seg,
	[FloeFnTaskLoadElfSyms] = api_task_load_elf_syms,
	[FloeFnTaskSetInitialState] = api_task_set_initial_state,
	[FloeFnTaskSetElfHdr] = api_task_set_elf_hdr,
	[FloeFnTaskSetEnv] = api_task_set_env,
	[FloeFnTaskFreeEnv] = api_task_free_env,
	[FloeFnTaskSetInitialPolicy] = api_task_set_initial_policy,
	[FloeFnTaskSetInitialThreadPriority] = api_task_set_initial_priority,
	[FloeFnTaskGetInitialThreadPriority] = api_task_get_initial_priority,
	[FloeFnTaskResume] = api_task_resume,
	[FloeFnTaskSetPath] = api_task_set_path,
	[FloeFnTaskSetLimits] = api_task_set_limits,
	[FloeFnTaskExit] = api_task_exit,
	[FloeFnTaskTerminate] = api_task_terminate,
	[FloeFnTaskGetExitStatus] = api_task_get_exit_status,
	[FloeFnTaskGetExitCode] = api_task_get_exit_code,
	[FloeFnTaskGetExceptionInfo] = api_task_get_exception_info,
	[FloeFnTaskGetThreadContext] = api_task_get_thread_context,
	[FloeFnTaskTerminateAfterFreezing] = api_task_terminate_after_freezing,
	[FloeFnTaskGetIdByHandle] = api_task_get_id_by_handle,
	[FloeFnTaskGetName] = api_task_get_name,
	[FloeFnTaskGetPath] = api_task_get_path,
	[FloeFnTaskGetPcb] = api_task_get_pcb,
	[FloeFnVmAllocate] = api_vm_allocate,
	[FloeFnVmUnmap] = api_vm_unmap,
	[FloeFnVmSegInitFromVm] = api_vm_seg_init_from_vm,
	[FloeFnVmSegInitFromBuf] = api_vm_seg_init_from_buf,
	[FloeFnHandleClose] = api_handle_close,
	[FloeFnNoticeCreate] = api_notice_create,
	[FloeFnNoticeSubscribe] = api_notice_subscribe,
	[FloeFnNoticeGetEvent] = api_notice_get_event,
	[FloeFnSleep] = api_sleep,
	[FloeFnRandomGenerate] = api_random_generate,
};

static void call_function(struct thread *t, u64 number)
{
	u64 *a = &t->vcpu.x[10];
	u64 value = 0;
	Retcode rc = rcUnimplemented;

	if (number == FloeFnAbiVersion) {
		value = FLOE_ABI_VERSION;
		rc = rcOk;
	} else if (number < FloeFnCount && functions[number]) {
		rc = functions[number](t->task, a, &value);
	}
	/* A call can end its caller. */
	if (thread_current() != t)
		return;
	t->retrying = rc == API_RETRY;
	if (t->retrying) {
		vcpu_retry_call();
		return;
	}
	a[0] = (u64)(i64)rc;
	a[1] = value;
}

struct thread *hypercall(struct thread *t)
{
	u64 extension = t->vcpu.x[17], number = t->vcpu.x[16];

	if (extension == FLOE_SBI_EXTENSION) {
		if (number == FloeFnTaskPanic)
			return NULL;
		call_function(t, number);
	} else {
		api_sbi(t);
	}
	return this_hart()->rq.work ? sched_work() : t;
}
