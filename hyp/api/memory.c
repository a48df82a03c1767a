/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and MDL buffers: api.md, section 5. */
#include "api/api.h"
#include "core/guest_copy.h"

#define ALLOCATE_FLAGS                                                                             \
	(VMM_FLAG_RWX_MASK | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT | VMM_FLAG_LOCKED |                \
	 VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD)

/* A guest's choice of a range: page aligned, not empty, where guests may choose. */
static bool range_is_valid(u64 base, u64 size)
{
	return page_aligned(base | size) && size && base >= VM_USER_MIN && base < VM_USER_END &&
	       size <= VM_USER_END - base;
}

static bool any_range_is_valid(u64 base, u64 size)
{
	return page_aligned(base | size) && size && base >= VM_USER_MIN &&
	       base < VM_SYSTEM + ((gpa_t)1 << 30) && size <= VM_SYSTEM + ((gpa_t)1 << 30) - base;
}

static u32 region_flags(u64 flags)
{
	return (flags & VMM_FLAG_COMMIT ? REGION_COMMIT : 0u) |
	       (flags & VMM_FLAG_LOCKED ? REGION_LOCKED : 0u) |
	       (flags & VMM_FLAG_LOW_GUARD ? REGION_LOW_GUARD : 0u) |
	       (flags & VMM_FLAG_HIGH_GUARD ? REGION_HIGH_GUARD : 0u);
}

/* (addr, size, flags) -> address */
Retcode api_vm_allocate(struct task *self, const u64 *a, u64 *value)
{
	struct vm_request q = { .base = a[0],
				.npages = a[1] >> PAGE_SHIFT,
				.prot = (u32)a[2] & VMM_FLAG_RWX_MASK,
				.ceiling = VMM_FLAG_RWX_MASK,
				.flags = region_flags(a[2]) };
	struct region *region;
	Retcode rc;

	if ((a[2] & ~(u64)ALLOCATE_FLAGS) || !(a[2] & VMM_FLAG_RESERVE) || !access_is_valid(a[2]) ||
	    !page_aligned(a[1]) || !a[1] || a[1] > VM_USER_END ||
	    (a[0] && !range_is_valid(a[0], a[1])))
		return rcInvalidArgument;
	rc = vm_map(&self->vm, &q, &region);
	if (rc != rcOk)
		return rc;
	if ((a[2] & VMM_FLAG_COMMIT) && (a[2] & VMM_FLAG_LOCKED)) {
		rc = vm_commit_all(&self->vm, region);
		if (rc != rcOk) {
			vm_unmap_region(&self->vm, region);
			return rc;
		}
	}
	*value = region->base;
	return rcOk;
}

/* (addr, size) */
Retcode api_vm_unmap(struct task *self, const u64 *a, u64 *value)
{
	(void)value;
	if (!any_range_is_valid(a[0], a[1]))
		return rcInvalidArgument;
	return vm_unmap(&self->vm, a[0], a[1] >> PAGE_SHIFT);
}

/* Flags of an MDL: an access and nothing else. */
static bool mdl_flags_are_valid(u64 flags)
{
	return !(flags & ~(u64)VMM_FLAG_RWX_MASK) && access_is_valid(flags);
}

static bool mdl_access_is_allowed(const struct task *self, u64 flags)
{
	return (flags & VMM_FLAG_RWX_MASK) != VMM_FLAG_RWX_MASK || self->vm.allow_rwx;
}

static void store_segment(struct task *self, gpa_t to, struct mdl *mdl, VmSeg *seg)
{
	seg->h = handle_open(&self->handles, &mdl->object, OCAP_MDL_FULL);
	seg->offset = 0;
	seg->size = mdl->npages << PAGE_SHIFT;
	guest_write(&self->vm, to, seg, sizeof(*seg));
}

/* (VmSeg *, loadAddr, addr, size, flags) */
Retcode api_vm_seg_init_from_vm(struct task *self, const u64 *a, u64 *value)
{
	VmSeg seg = { .loadAddr = a[1], .flags = (u32)a[4] };
	struct mdl *mdl;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[0], sizeof(u64)) || !page_aligned(a[1]) ||
	    !any_range_is_valid(a[2], a[3]) || !mdl_flags_are_valid(a[4]))
		return rcInvalidArgument;
	if (!mdl_access_is_allowed(self, a[4]))
		return rcSecurityDisallow;
	rc = guest_check_write(&self->vm, a[0], sizeof(seg));
	if (rc == rcOk)
		rc = reserve_handle(self);
	if (rc == rcOk)
		rc = vm_share(&self->vm, a[2], a[3] >> PAGE_SHIFT, seg.flags, &mdl);
	if (rc == rcOk)
		store_segment(self, a[0], mdl, &seg);
	return rc;
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

static bool from_buf_is_valid(const FloeSegFromBuf *f)
{
	return page_aligned(f->loadAddr | f->size) && f->size && mdl_flags_are_valid(f->flags) &&
	       f->offset <= f->size && f->bufSize <= f->size - f->offset &&
	       (f->buf || !f->bufSize) && (f->buildId || !f->buildIdSize);
}

/* (VmSeg *, const FloeSegFromBuf *) */
Retcode api_vm_seg_init_from_buf(struct task *self, const u64 *a, u64 *value)
{
	FloeSegFromBuf f;
	struct mdl *mdl;
	VmSeg seg;
	Retcode rc;

	(void)value;
	if (bad_pointer(a[0], sizeof(u64)) || bad_pointer(a[1], sizeof(u64)))
		return rcInvalidArgument;
	rc = guest_read(&self->vm, a[1], &f, sizeof(f));
	if (rc != rcOk)
		return rc;
	if (!from_buf_is_valid(&f))
		return rcInvalidArgument;
	if (!mdl_access_is_allowed(self, f.flags))
		return rcSecurityDisallow;
	rc = guest_check_read(&self->vm, (gpa_t)f.buf, f.bufSize);
	if (rc == rcOk)
		rc = guest_check_write(&self->vm, a[0], sizeof(seg));
	if (rc == rcOk)
		rc = reserve_handle(self);
	if (rc == rcOk)
		rc = make_mdl(self, f.size >> PAGE_SHIFT, f.flags, &mdl);
	if (rc != rcOk)
		return rc;
	copy_to_mdl(self, (gpa_t)f.buf, f.bufSize, mdl, f.offset);
	seg = (VmSeg){ .loadAddr = f.loadAddr,
		       .flags = f.flags,
		       .fileOffset = f.fileOffset,
		       .buildId = f.buildId,
		       .buildIdSize = f.buildIdSize };
	store_segment(self, a[0], mdl, &seg);
	return rcOk;
}
