/* SPDX-License-Identifier: Apache-2.0 */
/* From an ELF image to the segments that KnTaskLoadSeg takes. Runs in the calling process. */
#ifndef CORESRV_ELF_ELF_API_H
#define CORESRV_ELF_ELF_API_H

#include <coresrv/vmm/vmm_types.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Checks the ELF64 RISC-V program in `image` (static; position-independent or
 * not), chooses its load offset (random for a position-independent one, else 0)
 * and makes an MDL buffer for each segment.
 *
 *  *entry      e_entry + load offset, *relocBase the load offset: what
 *              KnTaskSetInitialState needs
 *  *segs       *segsCount segments: one for each PT_LOAD, for KnTaskLoadSeg; then,
 *              where the image has them, .symtab and .strtab
 *  *symIndex   of .symtab in segs and *symSize its bytes, for KnTaskLoadElfSyms
 *  *strIndex   of .strtab and *strSize; without tables the indexes are
 *              *segsCount and the sizes 0
 *  *hdrData    the ELF header, with the program headers where they follow it and
 *              fit, *hdrSize bytes, for KnTaskSetElfHdr
 *
 * A segment that only reads or executes, that is page aligned in ROMFS and as
 * long in the file as in memory, shares ROMFS's pages; all others are copies.
 * The image may be freed after the call. *hdrData and the build ids are freed
 * with the segments by KnElfFreeVmSeg().
 *
 * rcInvalidArgument: a null pointer, or an image that is no such program.
 * rcSecurityDisallow: a writable and executable segment without allow-rwx.
 * rcOutOfMemory, rcQuotaExceeded. After an error nothing is left allocated.
 */
Retcode KnElfCreateVmSegEx(const void *image, rtl_size_t imageSize, rtl_uintptr_t *entry,
			   rtl_uintptr_t *relocBase, VmSeg **segs, rtl_size_t *segsCount,
			   unsigned *symIndex, rtl_size_t *symSize, unsigned *strIndex,
			   rtl_size_t *strSize, void **hdrData, rtl_size_t *hdrSize);

/*
 * Closes the handle of every segment and frees all that KnElfCreateVmSegEx()
 * allocated; legal at any time, the segments that were loaded stay mapped in
 * their process.
 *
 * rcInvalidArgument: segs is RTL_NULL.
 */
Retcode KnElfFreeVmSeg(VmSeg *segs, rtl_size_t segsCount);

#ifdef __cplusplus
}
#endif

#endif
