/* SPDX-License-Identifier: Apache-2.0 */
/* Handles, notices, random numbers. */
#include "hypercall.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/trace/trace_api.h>
#include <kos/random/random_api.h>
#include <rtl/random.h>
#include <string.h>

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
	struct floe_result r;
	char *to = output;

	do {
		r = FLOE_CALL(FloeFnRandomGenerate, size, FLOE_ARG(to));
		to += r.value;
		size -= r.value;
	} while (r.error == rcOk && size);
	return (Retcode)r.error;
}

void RtlRandomMemSanitize(void *mem, rtl_size_t size)
{
	memset(mem, 0, size);
	__asm__ volatile("" : : "r"(mem) : "memory"); /* somebody may read it: the wipe stays */
}
