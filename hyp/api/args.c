/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api.h"

#include "core/guest_copy.h"

bool access_is_valid(u64 flags)
{
	switch (flags & VMM_FLAG_RWX_MASK) {
	case VMM_FLAG_READ:
	case VMM_FLAG_READ | VMM_FLAG_WRITE:
	case VMM_FLAG_READ | VMM_FLAG_EXECUTE:
	case VMM_FLAG_RWX_MASK:
		return true;
	default:
		return false;
	}
}

Retcode get_task(const struct task *self, u64 handle, u32 rights, enum task_call call,
		 struct task **task)
{
	struct object *object;
	Retcode rc = handle_get(&self->handles, (Handle)handle, OBJECT_TASK, rights, &object);

	if (rc != rcOk)
		return rc;
	*task = container_of(object, struct task, object);
	return task_allows(*task, call) ? rcOk : rcInvalidOperation;
}

bool priority_is_valid(u64 policy, u64 priority)
{
	switch (policy) {
	case ThreadSchedPolicyOther:
		return priority < STD_PRIORITIES;
	case ThreadSchedPolicyFifo:
	case ThreadSchedPolicyRR:
		return priority < RT_PRIORITIES;
	default:
		return false;
	}
}

void store_handle(struct task *self, gpa_t to, struct object *object, u32 rights)
{
	Handle handle = handle_open(&self->handles, object, rights);

	guest_write(&self->vm, to, &handle, sizeof(handle));
}
