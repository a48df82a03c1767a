/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, handles, notices, random numbers: one hypercall each. */
#include "hypercall.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/trace/trace_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/random/random_api.h>
#include <rtl/random.h>
#include <string.h>

Retcode KnVmAllocateEx(void *hint, rtl_size_t size, rtl_uint32_t flags, void **addr)
{
	struct floe_result r;

	if (!addr)
		return rcInvalidArgument;
	r = FLOE_CALL(FloeFnVmAllocate, FLOE_ARG(hint), size, flags);
	if (r.error == rcOk)
		*addr = (void *)r.value;
	return (Retcode)r.error;
}

void *KnVmAllocate(void *addr, rtl_size_t size, rtl_uint32_t flags)
{
	void *address = RTL_NULL;

	KnVmAllocateEx(addr, size, flags, &address);
	return address;
}

Retcode KnVmCommit(void *addr, rtl_size_t size, rtl_uint32_t flags)
{
	return FLOE_RC(FloeFnVmCommit, FLOE_ARG(addr), size, flags);
}

Retcode KnVmDecommit(void *addr, rtl_size_t size)
{
	return FLOE_RC(FloeFnVmDecommit, FLOE_ARG(addr), size);
}

Retcode KnVmProtect(void *addr, rtl_size_t size, rtl_uint32_t newFlags)
{
	return FLOE_RC(FloeFnVmProtect, FLOE_ARG(addr), size, newFlags);
}

Retcode KnVmUnmap(void *addr, rtl_size_t size)
{
	return FLOE_RC(FloeFnVmUnmap, FLOE_ARG(addr), size);
}

Retcode KnVmSegInitFromVm(VmSeg *seg, rtl_uintptr_t loadAddr, void *addr, rtl_size_t size,
			  rtl_uint32_t flags)
{
	return FLOE_RC(FloeFnVmSegInitFromVm, FLOE_ARG(seg), loadAddr, FLOE_ARG(addr), size, flags);
}

Retcode KnVmSegInitFromBuf(VmSeg *seg, rtl_uintptr_t loadAddr, rtl_size_t offset, rtl_size_t size,
			   rtl_uint32_t flags, rtl_size_t fileOffset, const void *buildId,
			   rtl_size_t buildIdSize, const void *buf, rtl_size_t bufSize)
{
	FloeSegFromBuf from = {
		.loadAddr = loadAddr,
		.offset = offset,
		.size = size,
		.flags = flags,
		.fileOffset = fileOffset,
		.buildId = buildId,
		.buildIdSize = buildIdSize,
		.buf = buf,
		.bufSize = bufSize,
	};

	return FLOE_RC(FloeFnVmSegInitFromBuf, FLOE_ARG(seg), FLOE_ARG(&from));
}

Retcode KnPmmMdlCreate(rtl_size_t size, rtl_uint32_t prot, Handle *outHandle)
{
	return FLOE_RC(FloeFnMdlCreate, size, prot, FLOE_ARG(outHandle));
}

Retcode KnPmmMdlCreateFromVm(void *addr, rtl_size_t size, rtl_uint32_t prot, Handle *outHandle)
{
	return FLOE_RC(FloeFnMdlCreateFromVm, FLOE_ARG(addr), size, prot, FLOE_ARG(outHandle));
}

Retcode KnPmmMdlMap(Handle mdl, rtl_size_t offset, rtl_size_t length, void *hint, rtl_uint32_t prot,
		    void **addr)
{
	return FLOE_RC(FloeFnMdlMap, mdl, offset, length, FLOE_ARG(hint), prot, FLOE_ARG(addr));
}

Retcode KnPmmMdlGetSize(Handle mdl, rtl_size_t *size)
{
	return FLOE_RC(FloeFnMdlGetSize, mdl, FLOE_ARG(size));
}

Retcode KnHandleClose(Handle handle)
{
	return FLOE_RC(FloeFnHandleClose, handle);
}

Retcode KnHandleRevoke(Handle handle)
{
	return FLOE_RC(FloeFnHandleRevoke, handle);
}

Retcode KnHandleRevokeSubtree(Handle handle, Handle badge)
{
	return FLOE_RC(FloeFnHandleRevokeSubtree, handle, badge);
}

Retcode KnNoticeCreate(Handle *notice)
{
	return FLOE_RC(FloeFnNoticeCreate, FLOE_ARG(notice));
}

Retcode KnNoticeSubscribeToObject(Handle notice, Handle object, rtl_uint32_t evMask,
				  rtl_uintptr_t evId)
{
	return FLOE_RC(FloeFnNoticeSubscribe, notice, object, evMask, evId);
}

Retcode KnNoticeGetEvent(Handle notice, rtl_uint32_t msDelay, rtl_size_t countMax,
			 EventDesc *events, rtl_size_t *count)
{
	return FLOE_RC(FloeFnNoticeGetEvent, notice, msDelay, countMax, FLOE_ARG(events),
		       FLOE_ARG(count));
}

Retcode KnTraceOpen(rtl_uint32_t cpu, Handle *mdl)
{
	return FLOE_RC(FloeFnTraceOpen, cpu, FLOE_ARG(mdl));
}

Retcode KosRandomGenerate(rtl_size_t size, void *output)
{
	return FLOE_RC(FloeFnRandomGenerate, size, FLOE_ARG(output));
}

void RtlRandomMemSanitize(void *mem, rtl_size_t size)
{
	memset(mem, 0, size);
	__asm__ volatile("" : : "r"(mem) : "memory"); /* somebody may read it: the wipe stays */
}
