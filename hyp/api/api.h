/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What guests can call. Each function here checks and converts the arguments of
 * one hypercall and then lets core/ act; api/table.c lists them by number.
 *
 * Checks come in one order everywhere: null, alignment, flags and ranges of
 * the arguments; handle, type, right; permission of the manifest; state of the
 * object; memory behind pointers; limits; memory of the machine. Nothing has
 * been changed when one fails.
 */
#ifndef API_API_H
#define API_API_H

#include "core/task.h"
#include "core/types.h"

struct thread;

/*
 * self: the calling process. a: a0 to a5. *value becomes a1; it is 0 before.
 * The result becomes a0.
 */
typedef Retcode api_fn(struct task *self, const u64 *a, u64 *value);

/*
 * Instead of a result: the thread waits, and makes the call again afterwards.
 * Not a Retcode.
 */
#define API_RETRY ((Retcode)INT32_MIN)

api_fn api_task_create, api_task_reseed_aslr, api_task_load_seg, api_task_load_elf_syms,
	api_task_set_initial_state, api_task_set_elf_hdr, api_task_set_env, api_task_free_env,
	api_task_set_initial_policy, api_task_set_initial_priority, api_task_get_initial_priority,
	api_task_resume, api_task_set_path, api_task_set_limits, api_task_exit, api_task_terminate,
	api_task_get_exit_status, api_task_get_exit_code, api_task_get_exception_info,
	api_task_get_thread_context, api_task_terminate_after_freezing, api_task_get_id_by_handle,
	api_task_get_name, api_task_get_path, api_task_get_pcb;
api_fn api_vm_allocate, api_vm_unmap, api_vm_seg_init_from_vm, api_vm_seg_init_from_buf;
api_fn api_handle_close, api_sleep, api_random_generate;
api_fn api_notice_create, api_notice_subscribe, api_notice_get_event;

/* SBI calls other than ours. Sets the caller's registers. */
void api_sbi(struct thread *thread);

/* api/args.c: what the functions share. */

/* Is that no usable pointer to something aligned to `align` bytes? */
static inline bool bad_pointer(u64 pointer, u64 align)
{
	return !pointer || (pointer & (align - 1));
}

/* One of R, RW, RX, RWX. */
bool access_is_valid(u64 flags);

/* The task behind a handle with those rights, in a state that allows the call. */
Retcode get_task(const struct task *self, u64 handle, u32 rights, enum task_call call,
		 struct task **task);

/* A policy and priority that fit together? */
bool priority_is_valid(u64 policy, u64 priority);

/* Reserves an id, to be called as the last check before acting. */
static inline Retcode reserve_handle(struct task *self)
{
	return handle_reserve(&self->handles);
}

/* Opens a handle in self, stores it at a checked address. Takes over a reference. */
void store_handle(struct task *self, gpa_t to, struct object *object, u32 rights);

#endif
