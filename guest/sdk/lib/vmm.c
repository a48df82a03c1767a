/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and MDL buffers: one hypercall each, or many of which none keeps the hart for long. */
#include "hypercall.h"

#include <coresrv/vmm/vmm_api.h>
#include <string.h>

#define AT_ONCE (VMM_FLAG_COMMIT | VMM_FLAG_LOCKED)

/* Makes a call until all of a range is done; flags: of the first call, and of the others. */
static Retcode in_portions(long function, void *addr, rtl_size_t size, rtl_uint32_t flags,
			   rtl_uint32_t later)
{
	rtl_size_t done = 0;
	struct floe_result r;

	do {
		r = FLOE_CALL(function, FLOE_ARG(addr) + done, size - done, flags);
		flags = later;
		done += r.value;
	} while (r.error == rcOk && done < size);
	return (Retcode)r.error;
}

Retcode KnVmAllocateEx(void *hint, rtl_size_t size, rtl_uint32_t flags, void **addr)
{
	struct floe_result r;

	if (!addr)
		return rcInvalidArgument;
	r = FLOE_CALL(FloeFnVmAllocate, FLOE_ARG(hint), size, flags);
	if (r.error == rcOk && (flags & AT_ONCE) == AT_ONCE) {
		void *p = (void *)r.value;

		r.error = KnVmCommit(p, size, VMM_FLAG_LOCKED);
		r.value = FLOE_ARG(p);
		if (r.error != rcOk)
			KnVmUnmap(p, size);
	}
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
	/* Less than all is done only where memory is needed at once, whoever has said so. */
	return in_portions(FloeFnVmCommit, addr, size, flags, VMM_FLAG_LOCKED);
}

Retcode KnVmDecommit(void *addr, rtl_size_t size)
{
	return in_portions(FloeFnVmDecommit, addr, size, 0, 0);
}

Retcode KnVmProtect(void *addr, rtl_size_t size, rtl_uint32_t newFlags)
{
	return FLOE_RC(FloeFnVmProtect, FLOE_ARG(addr), size, newFlags);
}

Retcode KnVmUnmap(void *addr, rtl_size_t size)
{
	return in_portions(FloeFnVmUnmap, addr, size, 0, 0);
}

/* Memory that is there at once; an MDL buffer of it may have any access. */
static Retcode zeroed(rtl_size_t size, void **p)
{
	return KnVmAllocateEx(RTL_NULL, size,
			      VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | AT_ONCE, p);
}

Retcode KnVmSegInitFromVm(VmSeg *seg, rtl_uintptr_t loadAddr, void *addr, rtl_size_t size,
			  rtl_uint32_t flags)
{
	return FLOE_RC(FloeFnVmSegInitFromVm, FLOE_ARG(seg), loadAddr, FLOE_ARG(addr), size, flags);
}

/* memcpy() takes its time. */
static void copy(char *to, const char *from, rtl_size_t size)
{
	for (; size >= 8 && !(((rtl_uintptr_t)to | (rtl_uintptr_t)from) & 7);
	     size -= 8, to += 8, from += 8)
		*(rtl_uint64_t *)(void *)to = *(const rtl_uint64_t *)(const void *)from;
	memcpy(to, from, size);
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
	Retcode rc;
	void *p;

	/* Of a large buffer it says whether the portion that begins there can be read. */
	do {
		rc = FLOE_RC(FloeFnVmSegInitFromBuf, FLOE_ARG(seg), FLOE_ARG(&from));
		from.checked += FLOE_SEG_BUF_PORTION;
	} while (rc == rcBufferTooLarge && from.checked < bufSize);
	if (rc != rcBufferTooLarge)
		return rc;
	rc = zeroed(size, &p);
	if (rc != rcOk)
		return rc;
	copy((char *)p + offset, buf, bufSize);
	rc = KnVmSegInitFromVm(seg, loadAddr, p, size, flags);
	KnVmUnmap(p, size);
	if (rc == rcOk) {
		seg->fileOffset = fileOffset;
		seg->buildId = buildId;
		seg->buildIdSize = buildIdSize;
	}
	return rc;
}

Retcode KnPmmMdlCreate(rtl_size_t size, rtl_uint32_t prot, Handle *outHandle)
{
	Retcode rc = FLOE_RC(FloeFnMdlCreate, size, prot, FLOE_ARG(outHandle));
	void *p;

	if (rc != rcBufferTooLarge)
		return rc;
	rc = zeroed(size, &p);
	if (rc != rcOk)
		return rc;
	rc = KnPmmMdlCreateFromVm(p, size, prot, outHandle);
	KnVmUnmap(p, size);
	return rc;
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
