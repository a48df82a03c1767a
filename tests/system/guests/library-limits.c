/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library at its edges: objects aligned beyond a page, a heap of which too much was
 * asked, output while another thread waits for input, processes made by several threads.
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/task.h>
#include <stdint.h>

#define ALIGNMENT 65536ul

static _Alignas(ALIGNMENT) char aligned[16];
static _Alignas(8192) _Thread_local char aligned_tls[16];

/* What the compiler knows of an object is no answer. */
__attribute__((noipa)) static uintptr_t address_of(const void *p)
{
	return (uintptr_t)p;
}

static void heap(void)
{
	volatile size_t much = 1ul << 45;
	unsigned served = 0;

	for (int i = 0; i < 3000; i++) {
		CHECK(!malloc(much));
		served += malloc(64) != NULL;
	}
	CHECK(served == 3000);
}

static int make(void *number)
{
	KosTaskParams params = { .priority = 10 };
	char name[32];
	Handle task, mdl;

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%u-%d-%d", (unsigned)KnTaskGetId(),
			 (int)(intptr_t)number, i);
		CHECK_RC(rcOk, KosTaskInitEx(&params, name, "library-limits.elf", &task));
		CHECK_RC(rcOk, KnPmmMdlCreate(4096, VMM_FLAG_READ, &mdl));
		CHECK_RC(rcOk, KosTaskTransferResource(task, mdl, INVALID_HANDLE, OCAP_MDL_MAP,
						       "buffer"));
		CHECK_RC(rcOk, KnHandleClose(mdl));
		CHECK_RC(rcOk, KnHandleClose(task));
	}
	return 0;
}

static int wait_for_input(void *context)
{
	(void)context;
	return getchar();
}

int main(void)
{
	Handle thread[4];
	rtl_int32_t code;
	Tid tid;

	CHECK(address_of(aligned) % ALIGNMENT == 0);
	CHECK(address_of(aligned_tls) % 8192 == 0);
	heap();
	for (intptr_t i = 0; i < 4; i++)
		CHECK_RC(rcOk, KnThreadCreateByHandle(&thread[i], &tid, 10, 0, RTL_NULL, make,
						      (void *)i, ThreadFlagCreateWaitable));
	for (int i = 0; i < 4; i++)
		CHECK_RC(rcOk, KnThreadWaitByHandle(thread[i], INFINITE_TIMEOUT, &code));
	CHECK_RC(rcOk, KnThreadCreateByHandle(&thread[0], &tid, 10, 0, RTL_NULL, wait_for_input,
					      RTL_NULL, 0));
	KnSleep(50);
	return checks_result();
}
