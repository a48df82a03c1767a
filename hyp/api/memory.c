/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and MDL buffers: api.md, section 5. */
#include "api/api.h"

#include "arch/hart.h"

static Retcode check_cache(u64 flags)
{
	u64 cache = flags & VMM_FLAG_CACHE_MASK;
	/* Svpbmt has no write-through. */
	bool is_there = machine.memory_types && cache != VMM_FLAG_WRITE_THROUGH;

	if (cache & (cache - 1))
		return rcInvalidArgument; /* more than one */
	return cache == VMM_FLAG_WRITE_BACK || is_there ? rcOk : rcUnimplemented;
}

/* (addr, size, flags) -> address. What has to be there at once is committed by another call. */
Retcode api_vm_allocate(struct call *c)
{
	struct region q = { .base = c->a[0],
			    .npages = c->a[1] >> PAGE_SHIFT,
			    .prot = (u32)c->a[2] & (VMM_FLAG_RWX_MASK | VMM_FLAG_CACHE_MASK),
			    .ceiling = VMM_FLAG_RWX_MASK,
			    .flags = (u32)c->a[2] & ASKED_FLAGS };
	struct region *region;
	Retcode rc = check_cache(c->a[2]);

	if (rc == rcOk)
		rc = vm_map(&c->self->vm, &q, &region);
	if (rc == rcOk)
		c->value = region->base;
	return rc;
}

/* A change of a range: gives how many bytes of it were done. */
static Retcode change(struct call *c, Retcode (*act)(struct vm *, gpa_t, u64, u64 *))
{
	u64 npages = c->a[1] >> PAGE_SHIFT;
	Retcode rc = act(&c->self->vm, c->a[0], npages, &npages);

	if (rc == rcOk)
		c->value = npages << PAGE_SHIFT;
	return rc;
}

/* (addr, size, flags) -> bytes done */
Retcode api_vm_commit(struct call *c)
{
	return change(c, c->a[2] & VMM_FLAG_LOCKED ? vm_commit_now : vm_commit);
}

/* (addr, size) -> bytes done */
Retcode api_vm_decommit(struct call *c)
{
	return change(c, vm_decommit);
}

/* (addr, size, flags) */
Retcode api_vm_protect(struct call *c)
{
	return vm_protect(&c->self->vm, c->a[0], c->a[1] >> PAGE_SHIFT, (u32)c->a[2]);
}

/* (addr, size) -> bytes done */
Retcode api_vm_unmap(struct call *c)
{
	return change(c, vm_unmap);
}

/* (task, hint, size, flags, void **): reserved, and committed by nobody yet. */
Retcode api_task_vm_reserve(struct call *c)
{
	struct region q = { .base = c->a[1],
			    .npages = c->a[2] >> PAGE_SHIFT,
			    .prot = (u32)c->a[3] & VMM_FLAG_RWX_MASK,
			    .ceiling = VMM_FLAG_RWX_MASK,
			    .flags = ((u32)c->a[3] & SHOWN_FLAGS) | REGION_RESERVED };
	struct region *region;
	Retcode rc = vm_map(&c->task->vm, &q, &region);

	return rc == rcOk ? give(c, 4, &region->base, sizeof(region->base)) : rc;
}

/* (task, base, size): exactly what was reserved. */
Retcode api_task_vm_free(struct call *c)
{
	struct region *r = vm_find(&c->task->vm, c->a[1]);

	if (!r || !(r->flags & REGION_RESERVED) || r->base != c->a[1] ||
	    r->npages != c->a[2] >> PAGE_SHIFT)
		return rcInvalidOperation;
	vm_unmap_region(&c->task->vm, r);
	return rcOk;
}

u32 guest_flags(const struct region *r)
{
	return r->prot | (r->flags & SHOWN_FLAGS);
}

/* (task, after, void **next, rtl_size_t *size, rtl_uint32_t *flags, Handle *) */
Retcode api_task_get_next_vm_region_check(struct call *c)
{
	return c->a[5] & (sizeof(Handle) - 1) ? rcInvalidArgument : rcOk;
}

Retcode api_task_get_next_vm_region(struct call *c)
{
	struct region *r = vm_next(&c->task->vm, c->a[1]);
	struct mdl *mdl = NULL;
	Handle handle = INVALID_HANDLE;
	u64 bytes;
	Retcode rc = rcOk;

	if (c->a[5])
		rc = guest_check_write(&c->self->vm, c->a[5], sizeof(handle));
	if (rc == rcOk && !r)
		rc = rcResourceNotFound;
	if (rc == rcOk && c->a[5])
		rc = handle_reserve(&c->self->handles);
	if (rc == rcOk && c->a[5])
		rc = vm_share_frozen(&c->task->vm, r, &mdl);
	if (rc != rcOk)
		return rc;
	bytes = r->npages << PAGE_SHIFT;
	give(c, 2, &r->base, sizeof(r->base));
	give(c, 3, &bytes, sizeof(bytes));
	give_u32(c, 4, guest_flags(r));
	if (mdl)
		handle = handle_open(&c->self->handles, &mdl->object, OCAP_MDL_FULL);
	return c->a[5] ? give_u32(c, 5, handle) : rcOk;
}
