/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a process and everything up to its entry: api.md, section 2. */
#include "api/api.h"
#include "core/trace.h"

#include <string.h>

/* (name, eiid, path, stackSize, priority | flags << 32, Handle *) */
Retcode api_task_create_check(struct call *c)
{
	u32 how = TaskExceptionTerminatesTask | TaskExceptionFreezesTask;
	u32 flags = (u32)(c->a[4] >> 32);

	if (!c->a[0] || !c->a[1] || c->a[2] || c->a[3] > STACK_MAX ||
	    (flags & ~(how | TaskEmpty)) || !(flags & TaskEmpty) || (flags & how) == how ||
	    !priority_is_valid(ThreadSchedPolicyOther, (u32)c->a[4]))
		return rcInvalidArgument;
	return c->self->limits.maxTasks ? rcOk : rcSecurityDisallow;
}

static Retcode read_name(struct task *self, gpa_t from, char *to)
{
	Retcode rc = guest_read_string(&self->vm, from, to, FLOE_NAME_MAX);

	return rc == rcOk && !to[0] ? rcInvalidArgument : rc;
}

Retcode api_task_create(struct call *c)
{
	char name[FLOE_NAME_MAX], eiid[FLOE_NAME_MAX];
	struct task *self = c->self, *task;
	struct task_request q = { .name = name,
				  .eiid = eiid,
				  .stack_size = page_round_up(c->a[3] ? c->a[3]
								      : FLOE_STACK_DEFAULT),
				  .priority = (ThreadPriority)c->a[4],
				  .flags = (u32)(c->a[4] >> 32),
				  .creator = self,
				  .limits = { .memoryLimit = self->limits.memoryLimit,
					      .cpuMask = self->limits.cpuMask,
					      .windows = self->limits.windows } };
	Retcode rc = read_name(self, c->a[0], name);

	if (rc == rcOk)
		rc = read_name(self, c->a[1], eiid);
	/* No process has more by having others create them. */
	for (const struct task *t = self; rc == rcOk && t; t = t->creator)
		if (t->ndescendants >= t->limits.maxTasks)
			rc = rcQuotaExceeded;
	if (rc == rcOk)
		rc = handle_reserve(&self->handles);
	if (rc == rcOk)
		rc = task_create(&q, &task);
	return rc == rcOk ? give_handle(c, 5, &task->object, OCAP_TASK_FULL) : rc;
}

/* (task, seed, size) */
Retcode api_task_reseed_aslr(struct call *c)
{
	u8 seed[FLOE_SEED_MAX];

	guest_read(&c->self->vm, c->a[1], seed, c->a[2]);
	rng_seed(&c->task->vm.rng, seed, c->a[2]);
	c->task->vm.window = 0;
	memset(seed, 0, sizeof(seed));
	return rcOk;
}

Retcode mdl_request(const struct mdl *mdl, gpa_t base, u64 offset, u64 size, u32 prot,
		    struct region *q)
{
	u64 bytes = mdl->npages << PAGE_SHIFT;

	if (offset > bytes || size > bytes - offset)
		return rcInvalidArgument;
	if (prot & ~mdl->prot)
		return rcNoCapability;
	*q = (struct region){ .base = base,
			      .npages = size >> PAGE_SHIFT,
			      .prot = prot,
			      .ceiling = mdl->prot,
			      .mem = mdl->mem,
			      .mem_first = mdl->first + (offset >> PAGE_SHIFT) };
	return rcOk;
}

/* What a segment asks to have mapped; rcInvalidArgument, rcNoCapability. */
static Retcode segment_request(const struct task *self, const VmSeg *seg, struct region *q)
{
	struct object *object;
	Retcode rc;

	if (!range_is_valid(RANGE_PLACE, seg->loadAddr, seg->size) || !page_aligned(seg->offset) ||
	    !flags_are_valid(seg->flags, VMM_FLAG_RWX_MASK))
		return rcInvalidArgument;
	rc = handle_get(&self->handles, seg->h, OBJECT_MDL, OCAP_MDL_MAP, &object);
	if (rc != rcOk)
		return rc;
	return mdl_request(container_of(object, struct mdl, object), seg->loadAddr, seg->offset,
			   seg->size, seg->flags, q);
}

/* (task, const VmSeg *, rtl_uintptr_t *actual) */
Retcode api_task_load_seg(struct call *c)
{
	struct region q;
	struct region *region;
	Retcode rc = segment_request(c->self, &c->in.seg, &q);

	if (rc == rcOk)
		rc = vm_map(&c->task->vm, &q, &region);
	if (rc != rcOk)
		return rc;
	trace(FloeTraceLoad, c->task->pid, region->base);
	return give(c, 2, &region->base, sizeof(region->base));
}

/* (task, symSeg, symSize, strSeg, strSize) */
Retcode api_task_load_elf_syms_check(struct call *c)
{
	return c->a[3] && !(c->a[3] & 7) && c->a[2] && c->a[4] ? rcOk : rcInvalidArgument;
}

Retcode api_task_load_elf_syms(struct call *c)
{
	struct task *task = c->task;
	struct region *symtab, *strtab;
	struct region q[2];
	VmSeg strings;
	Retcode rc = task->symtab ? rcInvalidOperation : rcOk;

	if (rc == rcOk)
		rc = guest_read(&c->self->vm, c->a[3], &strings, sizeof(strings));
	if (rc == rcOk)
		rc = segment_request(c->self, &c->in.seg, &q[0]);
	if (rc == rcOk)
		rc = segment_request(c->self, &strings, &q[1]);
	if (rc == rcOk && (c->a[2] > c->in.seg.size || c->a[4] > strings.size))
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
	task->symtab_size = c->a[2];
	task->strtab = strtab->base;
	task->strtab_size = c->a[4];
	return rcOk;
}

/* (task, const TaskInitialState *) */
Retcode api_task_set_initial_state(struct call *c)
{
	if (c->in.state.entryAddr & 1)
		return rcInvalidArgument;
	c->task->initial = c->in.state;
	c->task->state = TaskStateEntrySet;
	return rcOk;
}
