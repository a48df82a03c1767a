/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a process and everything up to its entry: api.md, section 2. */
#include "api/api.h"
#include "core/guest_copy.h"
#include "core/slab.h"

#include <string.h>

#define STACK_MAX ((u64)1 << 38)

static bool flags_are_valid(u32 flags)
{
	u32 known = TaskExceptionTerminatesTask | TaskExceptionFreezesTask | TaskEmpty;
	u32 both = TaskExceptionTerminatesTask | TaskExceptionFreezesTask;

	return !(flags & ~known) && (flags & TaskEmpty) && (flags & both) != both;
}

static Retcode read_name(struct task *self, gpa_t from, char *to)
{
	Retcode rc = guest_read_string(&self->vm, from, to, FLOE_NAME_MAX);

	return rc == rcOk && !to[0] ? rcInvalidArgument : rc;
}

/* (name, eiid, path, stackSize, priority | flags << 32, Handle *) */
Retcode api_task_create(struct task *self, const u64 *a, u64 *value)
{
	char name[FLOE_NAME_MAX], eiid[FLOE_NAME_MAX];
	struct task_request q = { .name = name,
				  .eiid = eiid,
				  .stack_size = page_round_up(a[3] ? a[3] : FLOE_STACK_DEFAULT),
				  .priority = (ThreadPriority)a[4],
				  .flags = (u32)(a[4] >> 32),
				  .creator = self,
				  .limits = { .memoryLimit = self->limits.memoryLimit,
					      .cpuMask = self->limits.cpuMask } };
	struct task *task;
	Retcode rc;

	(void)value;
	if (!a[0] || !a[1] || a[2] || a[3] > STACK_MAX || bad_pointer(a[5], sizeof(Handle)) ||
	    !flags_are_valid(q.flags) || !priority_is_valid(ThreadSchedPolicyOther, q.priority))
		return rcInvalidArgument;
	if (!self->limits.maxTasks)
		return rcSecurityDisallow;
	rc = read_name(self, a[0], name);
	if (rc == rcOk)
		rc = read_name(self, a[1], eiid);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[5], sizeof(Handle));
	if (rc == rcOk && self->nchildren >= self->limits.maxTasks)
		rc = rcQuotaExceeded;
	if (rc == rcOk)
		rc = reserve_handle(self);
	if (rc == rcOk)
		rc = task_create(&q, &task);
	if (rc == rcOk)
		store_handle(self, a[5], &task->object, OCAP_TASK_FULL);
	return rc;
}

/* (task, seed, size) */
Retcode api_task_reseed_aslr(struct task *self, const u64 *a, u64 *value)
{
	u8 seed[FLOE_SEED_MAX];
	struct task *task;
	Retcode rc;

	(void)value;
	if (!a[1] || !a[2])
		return rcInvalidArgument;
	if (a[2] > sizeof(seed))
		return rcBufferTooLarge;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_LOAD, &task);
	if (rc == rcOk)
		rc = guest_read(&self->vm, a[1], seed, a[2]);
	if (rc == rcOk) {
		rng_seed(&task->vm.rng, seed, a[2]);
		task->vm.window = 0;
	}
	memset(seed, 0, sizeof(seed));
	return rc;
}

/* A segment's fields, its MDL, and what follows for a mapping in `task`. */
static Retcode read_segment(struct task *self, gpa_t from, VmSeg *seg, struct vm_request *q)
{
	struct object *object;
	const struct mdl *mdl;
	u64 pages;
	Retcode rc = guest_read(&self->vm, from, seg, sizeof(*seg));

	if (rc != rcOk)
		return rc;
	if (!page_aligned(seg->loadAddr | seg->offset | seg->size) || !seg->size ||
	    (seg->flags & ~(u32)VMM_FLAG_RWX_MASK) || !access_is_valid(seg->flags) ||
	    seg->loadAddr >= VM_USER_END || seg->size > VM_USER_END - seg->loadAddr)
		return rcInvalidArgument;
	rc = handle_get(&self->handles, seg->h, OBJECT_MDL, OCAP_MDL_MAP, &object);
	if (rc != rcOk)
		return rc;
	mdl = container_of(object, struct mdl, object);
	pages = mdl->npages << PAGE_SHIFT;
	if (seg->offset > pages || seg->size > pages - seg->offset)
		return rcInvalidArgument;
	if (seg->flags & ~mdl->prot)
		return rcNoCapability;
	*q = (struct vm_request){ .base = seg->loadAddr,
				  .npages = seg->size >> PAGE_SHIFT,
				  .prot = seg->flags,
				  .ceiling = mdl->prot,
				  .mem = mdl->mem,
				  .mem_first = mdl->first + (seg->offset >> PAGE_SHIFT) };
	return rcOk;
}

/* (task, const VmSeg *, rtl_uintptr_t *actual) */
Retcode api_task_load_seg(struct task *self, const u64 *a, u64 *value)
{
	struct vm_request q;
	struct region *region;
	struct task *task;
	VmSeg seg;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(u64)) || bad_pointer(a[2], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_LOAD, &task);
	if (rc == rcOk)
		rc = read_segment(self, a[1], &seg, &q);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[2], sizeof(u64));
	if (rc == rcOk)
		rc = vm_map(&task->vm, &q, &region);
	if (rc == rcOk)
		guest_write(&self->vm, a[2], &region->base, sizeof(u64));
	return rc;
}

/* (task, symSeg, symSize, strSeg, strSize) */
Retcode api_task_load_elf_syms(struct task *self, const u64 *a, u64 *value)
{
	struct vm_request q[2];
	struct region *symtab, *strtab;
	struct task *task;
	VmSeg seg[2];
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(u64)) || bad_pointer(a[3], sizeof(u64)) || !a[2] || !a[4])
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_LOAD, &task);
	if (rc == rcOk && task->symtab)
		rc = rcInvalidOperation;
	if (rc == rcOk)
		rc = read_segment(self, a[1], &seg[0], &q[0]);
	if (rc == rcOk)
		rc = read_segment(self, a[3], &seg[1], &q[1]);
	if (rc == rcOk && (a[2] > seg[0].size || a[4] > seg[1].size))
		rc = rcInvalidArgument;
	if (rc != rcOk)
		return rc;
	q[0].prot = VMM_FLAG_READ;
	q[1].prot = VMM_FLAG_READ;
	rc = vm_map(&task->vm, &q[0], &symtab);
	if (rc != rcOk)
		return rc;
	rc = vm_map(&task->vm, &q[1], &strtab);
	if (rc != rcOk) {
		vm_unmap_region(&task->vm, symtab);
		return rc;
	}
	task->symtab = symtab->base;
	task->symtab_size = a[2];
	task->strtab = strtab->base;
	task->strtab_size = a[4];
	return rcOk;
}

/* (task, const TaskInitialState *) */
Retcode api_task_set_initial_state(struct task *self, const u64 *a, u64 *value)
{
	TaskInitialState state;
	struct task *task;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[1], sizeof(u64)))
		return rcInvalidArgument;
	rc = get_task(self, a[0], OCAP_TASK_LOAD, CALL_LOAD, &task);
	if (rc == rcOk)
		rc = guest_read(&self->vm, a[1], &state, sizeof(state));
	if (rc == rcOk && (state.entryAddr & 1))
		rc = rcInvalidArgument;
	if (rc != rcOk)
		return rc;
	task->initial = state;
	task->state = TASK_ENTRY_SET;
	return rcOk;
}
