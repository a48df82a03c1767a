/* SPDX-License-Identifier: Apache-2.0 */
/* MDL buffers: api.md, section 5. */
#include "api/api.h"
#include "core/page.h"

#include <floe/abi.h>

/* RWX only with permission. */
static Retcode check_rwx(const struct task *self, u64 flags)
{
	return flags != VMM_FLAG_RWX_MASK || self->vm.allow_rwx ? rcOk : rcSecurityDisallow;
}

Retcode api_new_mdl_check(struct call *c)
{
	Retcode rc = api_memory_check(c);

	return rc == rcOk ? check_rwx(c->self, c->a[c->rules->memory.flags]) : rc;
}

static Retcode give_segment(const struct call *c, struct mdl *mdl, VmSeg *seg)
{
	seg->h = handle_open(&c->self->handles, &mdl->object, OCAP_MDL_FULL);
	seg->size = mdl->npages << PAGE_SHIFT;
	return give(c, 0, seg, sizeof(*seg));
}

/* (VmSeg *, loadAddr, addr, size, flags) */
Retcode api_vm_seg_init_from_vm(struct call *c)
{
	VmSeg seg = { .loadAddr = c->a[1], .flags = (u32)c->a[4] };
	struct mdl *mdl;
	Retcode rc = vm_share(&c->self->vm, c->a[2], c->a[3] >> PAGE_SHIFT, seg.flags, &mdl);

	return rc == rcOk ? give_segment(c, mdl, &seg) : rc;
}

/*
 * A new MDL of zeroed memory that counts for the caller. rcBufferTooLarge: more than
 * can be done at once; the caller makes it of committed memory.
 */
static Retcode make_mdl(struct task *self, u64 npages, u32 prot, bool small, struct mdl **mdl)
{
	struct memobj *mem;
	Retcode rc = vm_charge(&self->vm, npages);

	if (rc != rcOk)
		return rc;
	if (!small || npages > PAGE_PORTION) {
		vm_uncharge(&self->vm, npages);
		return rcBufferTooLarge;
	}
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

/* (VmSeg *, const FloeSegFromBuf *) */
Retcode api_vm_seg_init_from_buf(struct call *c)
{
	const FloeSegFromBuf *f = &c->in.from_buf;
	VmSeg seg = { .loadAddr = f->loadAddr,
		      .flags = f->flags,
		      .fileOffset = f->fileOffset,
		      .buildId = f->buildId,
		      .buildIdSize = f->buildIdSize };
	bool small = f->bufSize <= FLOE_SEG_BUF_PORTION;
	bool fits = page_aligned(f->loadAddr | f->size) && f->size && f->offset <= f->size &&
		    f->bufSize <= f->size - f->offset && (f->buf || !f->bufSize) &&
		    (small ? !f->checked : f->checked < f->bufSize) &&
		    (f->buildId || !f->buildIdSize);
	struct mdl *mdl;
	Retcode rc;

	if (!fits || !flags_are_valid(f->flags, VMM_FLAG_RWX_MASK))
		return rcInvalidArgument;
	rc = check_rwx(c->self, f->flags);
	if (rc == rcOk)
		rc = guest_check_read(&c->self->vm, (gpa_t)f->buf + f->checked,
				      min_u64(f->bufSize - f->checked, FLOE_SEG_BUF_PORTION));
	if (rc == rcOk)
		rc = handle_reserve(&c->self->handles);
	if (rc == rcOk)
		rc = make_mdl(c->self, f->size >> PAGE_SHIFT, f->flags, small, &mdl);
	if (rc != rcOk)
		return rc;
	guest_read_object(&c->self->vm, (gpa_t)f->buf, mdl->mem, f->offset, f->bufSize);
	return give_segment(c, mdl, &seg);
}

/* (size, prot, Handle *) */
Retcode api_mdl_create(struct call *c)
{
	struct mdl *mdl;
	Retcode rc = make_mdl(c->self, c->a[0] >> PAGE_SHIFT, (u32)c->a[1], true, &mdl);

	return rc == rcOk ? give_handle(c, 2, &mdl->object, OCAP_MDL_FULL) : rc;
}

/* (addr, size, prot, Handle *) */
Retcode api_mdl_create_from_vm(struct call *c)
{
	struct mdl *mdl;
	Retcode rc = vm_share(&c->self->vm, c->a[0], c->a[1] >> PAGE_SHIFT, (u32)c->a[2], &mdl);

	return rc == rcOk ? give_handle(c, 3, &mdl->object, OCAP_MDL_FULL) : rc;
}

/* (mdl, offset, length, hint, prot, void **) */
Retcode api_mdl_map(struct call *c)
{
	struct region *region;
	struct region q;
	Retcode rc = mdl_request(c->mdl, c->a[3], c->a[1], c->a[2], (u32)c->a[4], &q);

	if (rc == rcOk)
		rc = vm_map(&c->self->vm, &q, &region);
	return rc == rcOk ? give(c, 5, &region->base, sizeof(region->base)) : rc;
}

/* (mdl, rtl_size_t *) */
Retcode api_mdl_get_size(struct call *c)
{
	u64 bytes = c->mdl->npages << PAGE_SHIFT;

	return give(c, 1, &bytes, sizeof(bytes));
}
