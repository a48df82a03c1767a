/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and MDL buffers: api.md, section 5. */
#include "api/api.h"

#define ALLOCATE_FLAGS                                                                             \
	(VMM_FLAG_RWX_MASK | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED |                \
	 VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD)

/* A page-aligned range, not empty, between page 0 and end. */
static bool range_is_valid(u64 base, u64 size, u64 end)
{
	return page_aligned(base | size) && size && base >= VM_USER_MIN && base < end &&
	       size <= end - base;
}

static u32 region_flags(u64 flags)
{
	return (flags & VMM_FLAG_COMMIT ? REGION_COMMIT : 0u) |
	       (flags & VMM_FLAG_LOCKED ? REGION_LOCKED : 0u) |
	       (flags & VMM_FLAG_LOW_GUARD ? REGION_LOW_GUARD : 0u) |
	       (flags & VMM_FLAG_HIGH_GUARD ? REGION_HIGH_GUARD : 0u);
}

/* (addr, size, flags) -> address */
Retcode api_vm_allocate_check(struct call *c)
{
	u64 base = c->a[0] ? c->a[0] : VM_USER_MIN;
	bool fits = range_is_valid(base, c->a[1], VM_USER_END) && access_is_valid(c->a[2]) &&
		    !(c->a[2] & ~(u64)ALLOCATE_FLAGS) && (c->a[2] & VMM_FLAG_RESERVE);

	return fits ? rcOk : rcInvalidArgument;
}

Retcode api_vm_allocate(struct call *c)
{
	u64 now = VMM_FLAG_COMMIT | VMM_FLAG_LOCKED;
	struct vm_request q = { .base = c->a[0],
				.npages = c->a[1] >> PAGE_SHIFT,
				.prot = (u32)c->a[2] & VMM_FLAG_RWX_MASK,
				.ceiling = VMM_FLAG_RWX_MASK,
				.flags = region_flags(c->a[2]) };
	struct region *region;
	Retcode rc = vm_map(&c->self->vm, &q, &region);

	if (rc != rcOk)
		return rc;
	if ((c->a[2] & now) == now)
		rc = vm_commit_all(&c->self->vm, region);
	if (rc == rcOk)
		c->value = region->base;
	else
		vm_unmap_region(&c->self->vm, region);
	return rc;
}

/* (addr, size) */
Retcode api_vm_unmap_check(struct call *c)
{
	return range_is_valid(c->a[0], c->a[1], VM_END) ? rcOk : rcInvalidArgument;
}

Retcode api_vm_unmap(struct call *c)
{
	return vm_unmap(&c->self->vm, c->a[0], c->a[1] >> PAGE_SHIFT);
}

/* An MDL's access, which nothing may stand beside; RWX only with permission. */
static Retcode check_mdl_access(const struct task *self, u64 flags)
{
	if ((flags & ~(u64)VMM_FLAG_RWX_MASK) || !access_is_valid(flags))
		return rcInvalidArgument;
	return flags != VMM_FLAG_RWX_MASK || self->vm.allow_rwx ? rcOk : rcSecurityDisallow;
}

static Retcode give_segment(const struct call *c, struct mdl *mdl, VmSeg *seg)
{
	seg->h = handle_open(&c->self->handles, &mdl->object, OCAP_MDL_FULL);
	seg->size = mdl->npages << PAGE_SHIFT;
	give(c, 0, seg, sizeof(*seg));
	return rcOk;
}

/* (VmSeg *, loadAddr, addr, size, flags) */
Retcode api_vm_seg_init_from_vm_check(struct call *c)
{
	if (!page_aligned(c->a[1]) || !range_is_valid(c->a[2], c->a[3], VM_END))
		return rcInvalidArgument;
	return check_mdl_access(c->self, c->a[4]);
}

Retcode api_vm_seg_init_from_vm(struct call *c)
{
	VmSeg seg = { .loadAddr = c->a[1], .flags = (u32)c->a[4] };
	struct mdl *mdl;
	Retcode rc = handle_reserve(&c->self->handles);

	if (rc == rcOk)
		rc = vm_share(&c->self->vm, c->a[2], c->a[3] >> PAGE_SHIFT, seg.flags, &mdl);
	return rc == rcOk ? give_segment(c, mdl, &seg) : rc;
}

/* A new MDL of zeroed memory that counts for the caller. */
static Retcode make_mdl(struct task *self, u64 npages, u32 prot, struct mdl **mdl)
{
	struct memobj *mem;
	Retcode rc = vm_charge(&self->vm, npages);

	if (rc != rcOk)
		return rc;
	mem = memobj_create(npages);
	*mdl = mem ? mdl_create(mem, 0, npages, prot) : NULL;
	if (mem)
		memobj_put(mem);
	if (!*mdl) {
		vm_uncharge(&self->vm, npages);
		return rcOutOfMemory;
	}
	vm_own(&self->vm, mem);
	return rcOk;
}

static void copy_to_mdl(struct task *self, gpa_t from, u64 bytes, const struct mdl *mdl, u64 offset)
{
	while (bytes) {
		u64 n;
		const void *data = vm_resolve(&self->vm, from, VMM_FLAG_READ, &n);

		n = min_u64(n, bytes);
		mdl_write(mdl, offset, data, n);
		from += n;
		offset += n;
		bytes -= n;
	}
}

/* (VmSeg *, const FloeSegFromBuf *) */
Retcode api_vm_seg_init_from_buf(struct call *c)
{
	const FloeSegFromBuf *f = &c->in.from_buf;
	VmSeg seg = { .loadAddr = f->loadAddr,
		      .flags = f->flags,
		      .fileOffset = f->fileOffset,
		      .buildId = f->buildId,
		      .buildIdSize = f->buildIdSize };
	struct mdl *mdl;
	Retcode rc = check_mdl_access(c->self, f->flags);

	if (!page_aligned(f->loadAddr | f->size) || !f->size || f->offset > f->size ||
	    f->bufSize > f->size - f->offset || (!f->buf && f->bufSize) ||
	    (!f->buildId && f->buildIdSize))
		rc = rcInvalidArgument;
	if (rc == rcOk)
		rc = guest_check_read(&c->self->vm, (gpa_t)f->buf, f->bufSize);
	if (rc == rcOk)
		rc = handle_reserve(&c->self->handles);
	if (rc == rcOk)
		rc = make_mdl(c->self, f->size >> PAGE_SHIFT, f->flags, &mdl);
	if (rc != rcOk)
		return rc;
	copy_to_mdl(c->self, (gpa_t)f->buf, f->bufSize, mdl, f->offset);
	return give_segment(c, mdl, &seg);
}
