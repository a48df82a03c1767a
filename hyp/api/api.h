/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What guests can call. api/table.c has a row for each function: what its
 * arguments have to be, and the function in one of the files per service that
 * converts them and lets core/ act.
 *
 * Checks come in one order everywhere: null, alignment, flags and ranges of
 * the arguments; handle, type, right; permission of the manifest; state of the
 * object; memory behind pointers; limits; memory of the machine. The rows have
 * all but what is peculiar to a function, so that most functions cannot fail.
 * Nothing has been changed when a check fails.
 */
#ifndef API_API_H
#define API_API_H

#include "core/guest_copy.h"
#include "core/task.h"
#include "core/types.h"

struct thread;

/* A call whose arguments have passed their row. */
struct call {
	struct task *self; /* who calls */
	union {            /* behind the handle in a0, where the row has a type or rights */
		struct task *task;
		struct thread *thread;
		struct mdl *mdl;
		struct notice *notice;
	};
	const u64 *a; /* a0 to a5 */
	u64 value;    /* becomes a1 */
	union {       /* the input that the row names, copied */
		TaskInitialState state;
		TaskLimits limits;
		VmSeg seg;
		FloeSegFromBuf from_buf;
		FloeThreadStart start;
		RtlCpuSet cpus;
		HalTrapFrame frame;
	} in;
};

typedef Retcode api_fn(struct call *c);

/*
 * Instead of a result: the thread waits, and makes the call again afterwards.
 * Not a Retcode.
 */
#define API_RETRY ((Retcode)INT32_MIN)

/* A pointer among the arguments: to `size` bytes, aligned to the smaller of size and 8. */
struct pointer_rule {
	u16 arg : 3;
	u16 size : 13; /* 0: no rule */
};

/* The most results that a function has. */
#define API_OUTS 3

/* What a thread has to be like for a call; else rcInvalidOperation. */
enum thread_call {
	THREAD_LIVING, /* it has not ended, and its process runs */
	THREAD_JOIN,   /* made to be waited for, another one, and not ended with its process */
};

/* What has to be right before a function runs. Small: there are many. */
struct api_rules {
	api_fn *check;          /* flags and ranges; NULL: any */
	u32 any : 1;            /* is there a rule? Else nothing is spent on them */
	u32 type : 3;           /* of the object in a0; neither type nor rights: it is none */
	u32 call : 4;           /* enum task_call, of a task: what its state has to allow */
	u32 thread : 1;         /* enum thread_call, of a thread, likewise */
	u32 rights : 23;        /* that the handle in a0 needs */
	struct pointer_rule in; /* copied to call.in */
	struct pointer_rule out[API_OUTS]; /* writable when the function runs; ends with no rule */
	struct {
		u32 pointer : 3, size : 3; /* arguments */
		u32 max : 26;              /* bytes; 0: no rule */
	} buffer; /* readable when the function runs; not empty, at most max bytes */
};

struct api_row {
	api_fn *act;
	struct api_rules rules;
};

extern const struct api_row api_table[];

/* The ecall of a current thread, the pc behind it; false: it is the panic, which is an exception.
 */
bool call_make(struct thread *thread);

/* SBI calls other than ours. Sets the caller's registers. */
void api_sbi(struct thread *thread);

api_fn api_task_create_check, api_task_create, api_task_reseed_aslr, api_task_load_seg,
	api_task_load_elf_syms_check, api_task_load_elf_syms, api_task_set_initial_state,
	api_task_set_elf_hdr, api_task_set_env, api_task_free_env, api_task_set_initial_policy,
	api_task_set_initial_priority_check, api_task_set_initial_priority,
	api_task_get_initial_priority, api_task_resume, api_task_set_path_check, api_task_set_path,
	api_task_set_limits, api_task_set_cpu_budget_check, api_task_set_cpu_budget,
	api_sched_add_window, api_task_exit, api_task_terminate, api_task_terminate_after_freezing,
	api_task_get_exit_status, api_task_get_exit_code, api_task_get_exception_info,
	api_task_get_thread_context, api_task_get_id_by_handle, api_task_get_name,
	api_task_get_path, api_task_get_pcb;
api_fn api_task_transfer_resource_check, api_task_transfer_resource, api_task_vm_reserve_check,
	api_task_vm_reserve, api_task_vm_free_check, api_task_vm_free,
	api_task_get_next_vm_region_check, api_task_get_next_vm_region, api_inspector_check,
	api_task_get_next, api_sys_get_counters;
api_fn api_handle_revoke, api_handle_revoke_subtree;
api_fn api_mdl_create_check, api_mdl_create, api_mdl_create_from_vm_check, api_mdl_create_from_vm,
	api_mdl_map_check, api_mdl_map, api_mdl_get_size;
api_fn api_vm_range_check, api_vm_commit_check, api_vm_commit, api_vm_decommit,
	api_vm_protect_check, api_vm_protect;
api_fn api_vm_allocate_check, api_vm_allocate, api_vm_unmap, api_vm_seg_init_from_vm_check,
	api_vm_seg_init_from_vm, api_vm_seg_init_from_buf;
api_fn api_abi_version, api_handle_close, api_sleep, api_random_check, api_random_generate;
api_fn api_thread_create_check, api_thread_create, api_thread_exit, api_thread_wait,
	api_thread_get_priority, api_thread_set_priority, api_thread_get_sched_policy_check,
	api_thread_get_sched_policy, api_thread_set_sched_policy, api_thread_get_affinity,
	api_thread_set_affinity, api_thread_suspend_current, api_thread_resume,
	api_thread_open_current, api_thread_current;
api_fn api_set_handler_check, api_task_set_exception_handler, api_thread_set_exception_handler,
	api_in_handler_check, api_get_last_trap_frame, api_set_last_trap_frame;
api_fn api_trace_open;
api_fn api_notice_create, api_notice_subscribe_check, api_notice_subscribe,
	api_notice_get_event_check, api_notice_get_event;
api_fn api_task_get_info, api_task_get_string_check, api_task_get_string, api_task_get_fault_record,
	api_task_get_thread_state, api_task_get_region_info, api_console_set_mode_check,
	api_console_set_mode;

/* The largest stack, in bytes. */
#define STACK_MAX ((u64)1 << 38)

/* Of the access flags: R, RW, RX or RWX. Others may stand beside them. */
bool access_is_valid(u64 flags);

/* A page-aligned range, not empty, between page 0 and end? */
bool range_is_valid(u64 base, u64 size, u64 end);

/*
 * What a mapping of a part of an MDL asks for (base 0: chosen; the numbers are
 * page multiples). rcInvalidArgument: beyond the MDL; rcNoCapability: wider
 * than its access.
 */
Retcode mdl_request(const struct mdl *mdl, gpa_t base, u64 offset, u64 size, u32 prot,
		    struct vm_request *q);

/* A policy and priority that fit together? */
bool priority_is_valid(u64 policy, u64 priority);

/* Policy, priority and parameter in a1, a2 and a3, as far as that can be seen from them. */
api_fn api_sched_policy_check;

/* The round-robin interval in ticks: behind the parameter in a3, or the default. */
Retcode read_sched_param(const struct call *c, u64 *interval);
u64 rr_interval_default(void);

/* The time that is so many milliseconds away. */
u64 deadline(u64 ms);

/*
 * Nothing to give yet: the thread waits on a queue and makes the call again, or
 * gives up if its time, in milliseconds, is over.
 */
Retcode api_wait(enum thread_wait wait, struct list *queue, u64 ms);

/* The task behind a handle with those rights, in a state that allows the call. */
Retcode get_task(const struct task *self, u64 handle, u32 rights, enum task_call call,
		 struct task **task);

/* Stores a string in the buffer a[arg] of a[arg + 1] bytes; not null, not empty. */
Retcode give_string(const struct call *c, unsigned int arg, const char *s);

/* The task's thread of that index, or NULL. */
struct thread *thread_at(const struct task *task, u64 index);

/* A region's flags in the API's words. */
u32 guest_flags(const struct region *r);

/* Stores a result behind the pointer in a[arg], which the row has checked. */
void give(const struct call *c, unsigned int arg, const void *result, u64 bytes);
Retcode give_u32(const struct call *c, unsigned int arg, u32 result);

/* Opens a handle in the caller and stores it behind a[arg]. Takes over a reference. */
Retcode give_handle(const struct call *c, unsigned int arg, struct object *object, u32 rights);

#endif
