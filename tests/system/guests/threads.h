/* SPDX-License-Identifier: Apache-2.0 */
/* Threads for the tests of the API: started, and waited for. */
#ifndef TESTS_THREADS_H
#define TESTS_THREADS_H

#include "api-test.h"

static inline int give(void *context)
{
	return (int)(intptr_t)context;
}

static inline Handle start(ThreadRoutine routine, void *context, ThreadPriority priority,
			   rtl_uint32_t flags)
{
	Handle thread = INVALID_HANDLE;
	Tid tid;

	NEED(KnThreadCreateByHandle(&thread, &tid, priority, 0, RTL_NULL, routine, context,
				    flags | ThreadFlagCreateWaitable));
	return thread;
}

static inline int join(Handle thread)
{
	rtl_int32_t code = -1;

	CHECK_RC(rcOk, KnThreadWaitByHandle(thread, 10000, &code));
	CHECK_RC(rcOk, KnHandleClose(thread));
	return code;
}

#endif
