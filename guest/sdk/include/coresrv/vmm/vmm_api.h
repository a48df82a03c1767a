/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the calling process, and segments for a new one. Sizes are in
 * bytes, addresses page aligned; all calls are for any process. A call that
 * fails changes nothing. Large ranges are changed in steps, between which other threads run,
 * and those of the same process can see them half done.
 *
 * Writable xor executable: without allow-rwx in the manifest no page is writable
 * in one mapping and executable in another at a time, in whichever processes they
 * are.
 */
#ifndef CORESRV_VMM_VMM_API_H
#define CORESRV_VMM_VMM_API_H

#include <coresrv/vmm/vmm_types.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Allocates `size` bytes, a page multiple, of zeroed memory at exactly
 * `addr`, or at a random free place for RTL_NULL. `flags`: the access,
 * VMM_FLAG_RESERVE always; with VMM_FLAG_COMMIT | VMM_FLAG_LOCKED all pages are
 * there at once, with VMM_FLAG_COMMIT alone each at its first touch; guard pages
 * (VMM_FLAG_LOW_GUARD, VMM_FLAG_HIGH_GUARD) are not counted in the size. With
 * neither, pages are only reserved, for KnVmCommit(). With VMM_FLAG_GROW_DOWN
 * first touches have to go down from the end page by page, as a stack's do. One
 * cache flag may be added: <vmm/flags.h>.
 *
 * RTL_NULL: what KnVmAllocateEx() gives an error for.
 */
void *KnVmAllocate(void *addr, rtl_size_t size, rtl_uint32_t flags);

/*
 * The same with a result that says why not; `hint` is KnVmAllocate()'s addr, and
 * *addr becomes the address, or stays as it is.
 *
 * rcInvalidArgument: null addr; not page aligned, empty, beyond the address space;
 * flags without VMM_FLAG_RESERVE, without a valid access, unknown ones, two cache
 * flags. rcUnimplemented: memory of that type is not to be had on this machine.
 * rcSecurityDisallow: write with execute access without allow-rwx.
 * rcAlreadyExists: the range is not free. rcQuotaExceeded: the process's limit,
 * or too many regions. rcOutOfMemory.
 */
Retcode KnVmAllocateEx(void *hint, rtl_size_t size, rtl_uint32_t flags, void **addr);

/*
 * Commits [addr, addr + size), which memory of KnVmAllocate or KnTaskVmReserve
 * has to cover without a gap: zeroed memory appears at the first touch of each
 * page that has none yet, or at once with VMM_FLAG_LOCKED in `flags` or from the
 * reservation of part of it. flags: VMM_FLAG_COMMIT, VMM_FLAG_LOCKED, or 0, which is
 * the same as VMM_FLAG_COMMIT.
 *
 * rcInvalidArgument: not page aligned, empty, bad flags. rcInvalidOperation:
 * part of the range is not such memory. rcQuotaExceeded, rcOutOfMemory: only
 * where memory is needed at once, or the process has too many regions. Whether there
 * is memory for all is seen first; if others take it meanwhile, what a call for more than
 * 256 KiB has committed by then is as if touched.
 */
Retcode KnVmCommit(void *addr, rtl_size_t size, rtl_uint32_t flags);

/*
 * Takes the memory of such a range away and leaves it reserved: a touch is an
 * exception until it is committed again, and zero then.
 *
 * Errors as for KnVmCommit(). rcInvalidOperation also where an MDL buffer is
 * mapped, or was made of pages in the range.
 */
Retcode KnVmDecommit(void *addr, rtl_size_t size);

/*
 * Gives [addr, addr + size), which has to be mapped without a gap, the access
 * `newFlags`, committed or not; its cache flag stays. What was written before is what executes
 * after a change to VMM_FLAG_READ | VMM_FLAG_EXECUTE; no fence is needed.
 *
 * rcInvalidArgument: not page aligned, empty, no valid access.
 * rcInvalidOperation: part of the range is not mapped, or the hypervisor's.
 * rcNoCapability: wider than the access of the MDL buffer that is mapped there.
 * rcSecurityDisallow: pages would be writable and executable. rcQuotaExceeded: too many
 * regions, or buffers there have more than 8192 mappings, of whomever, to look at for
 * that: less at a time. rcOutOfMemory.
 */
Retcode KnVmProtect(void *addr, rtl_size_t size, rtl_uint32_t newFlags);

/*
 * Unmaps [addr, addr + size), which must be wholly mapped: memory of
 * KnVmAllocate goes back, a mapped MDL buffer loses this mapping.
 *
 * rcInvalidArgument: not page aligned, or empty. rcInvalidOperation: part of
 * the range is not mapped.
 */
Retcode KnVmUnmap(void *addr, rtl_size_t size);

/*
 * Makes an MDL buffer of the physical pages behind [addr, addr + size) of the
 * caller, which must be committed, and describes it in `seg` (offset 0, the
 * whole size). The pages are shared, not copied; `flags`, an access, is the
 * ceiling of every mapping made from the buffer.
 *
 * rcInvalidArgument: null, unaligned, empty, bad flags. rcInvalidOperation:
 * uncommitted pages, or the hypervisor's own. rcNoCapability: more access than what
 * is mapped there allows (ROMFS: read and execute). rcSecurityDisallow: write with
 * execute access without allow-rwx. rcOutOfMemory, rcQuotaExceeded.
 */
Retcode KnVmSegInitFromVm(VmSeg *seg, rtl_uintptr_t loadAddr, void *addr, rtl_size_t size,
			  rtl_uint32_t flags);

/*
 * Makes an MDL buffer of `size` bytes (a page multiple), copies `bufSize` bytes
 * from `buf` to its `offset`, zeroes the rest, and describes it in `seg`.
 * fileOffset, buildId and buildIdSize are only kept in `seg`; buildId must stay
 * valid as long as the caller reads it there.
 *
 * rcInvalidArgument: null, unaligned, offset + bufSize above size, bad flags.
 * rcSourceFault: buf is not the caller's memory. rcSecurityDisallow: write with
 * execute access without allow-rwx. rcOutOfMemory, rcQuotaExceeded.
 */
Retcode KnVmSegInitFromBuf(VmSeg *seg, rtl_uintptr_t loadAddr, rtl_size_t offset, rtl_size_t size,
			   rtl_uint32_t flags, rtl_size_t fileOffset, const void *buildId,
			   rtl_size_t buildIdSize, const void *buf, rtl_size_t bufSize);

/*
 * Makes an MDL buffer of `size` bytes (a page multiple) of zeroed memory, which
 * counts for the caller until the buffer is gone; it lives until its last handle
 * is closed and its last mapping unmapped. `prot`, an access, is the ceiling of
 * every mapping. The handle has all rights (OCAP_MDL_FULL).
 *
 * rcInvalidArgument: null, not a page multiple, empty, no valid access.
 * rcSecurityDisallow: write with execute access without allow-rwx.
 * rcQuotaExceeded, rcOutOfMemory.
 */
Retcode KnPmmMdlCreate(rtl_size_t size, rtl_uint32_t prot, Handle *outHandle);

/*
 * Makes an MDL buffer of the physical pages behind [addr, addr + size) of the
 * caller, in one region and committed, or in ROMFS. They are shared, not copied.
 * Errors as for KnVmSegInitFromVm().
 */
Retcode KnPmmMdlCreateFromVm(void *addr, rtl_size_t size, rtl_uint32_t prot, Handle *outHandle);

/*
 * Maps bytes [offset, offset + length) of the buffer, page multiples, at exactly
 * `hint`, or at a random free place for RTL_NULL, with the access `prot`, and
 * gives the address. KnVmUnmap() undoes it; the mapping outlives the handle.
 * Right: OCAP_MDL_MAP.
 *
 * rcInvalidArgument: null, unaligned, empty, beyond the buffer, no valid access.
 * rcNoCapability: prot is wider than the buffer's access. rcAlreadyExists: the
 * range is not free. rcSecurityDisallow: pages would be writable and executable.
 * rcQuotaExceeded: too many regions, the process's limit, or more than 8192 mappings of a
 * buffer to look at for that. rcOutOfMemory.
 */
Retcode KnPmmMdlMap(Handle mdl, rtl_size_t offset, rtl_size_t length, void *hint, rtl_uint32_t prot,
		    void **addr);

/* The buffer's size in bytes. No right is needed. */
Retcode KnPmmMdlGetSize(Handle mdl, rtl_size_t *size);

#ifdef __cplusplus
}
#endif

#endif
