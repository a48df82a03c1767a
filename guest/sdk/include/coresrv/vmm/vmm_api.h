/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the calling process, and segments for a new one. Sizes are in
 * bytes, addresses page aligned; all calls are for any process.
 */
#ifndef CORESRV_VMM_VMM_API_H
#define CORESRV_VMM_VMM_API_H

#include <coresrv/vmm/vmm_types.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>

/*
 * Allocates `size` bytes, a page multiple, of zeroed memory at exactly
 * `addr`, or at a random free place for RTL_NULL. `flags`: the access,
 * VMM_FLAG_RESERVE always; with VMM_FLAG_COMMIT | VMM_FLAG_LOCKED all pages are
 * there at once, with VMM_FLAG_COMMIT alone each at its first touch; guard pages
 * (VMM_FLAG_LOW_GUARD, VMM_FLAG_HIGH_GUARD) are not counted in the size.
 *
 * RTL_NULL: bad flags, address or size, a range that is not free, no memory, or the
 * process's limit.
 */
void *KnVmAllocate(void *addr, rtl_size_t size, rtl_uint32_t flags);

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
 * uncommitted pages. rcNoCapability: more access than the caller's own mapping
 * comes from. rcOutOfMemory, rcQuotaExceeded.
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

#endif
