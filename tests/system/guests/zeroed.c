/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is zero when a process first sees it. As `parent` it runs `dirty`, which
 * fills all that it can get and ends, and then `clean`, which must find nothing
 * of it, twice.
 */
#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/task.h>
#include <string.h>

static char zeros[64 * 1024];

static void run(const char *name)
{
	const KosTaskParams params = { .priority = ThreadPriorityNormal };
	Handle task, notice;
	EventDesc event;
	rtl_size_t count;
	rtl_int32_t code = 1;

	NEED(KosTaskLaunch(&params, name, "zeroed.elf", &task));
	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED, 0));
	NEED(KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &count));
	CHECK_RC(rcOk, KnTaskGetExitCode(task, &code));
	CHECK_EQUAL(0, code);
	NEED(KnHandleClose(notice));
	NEED(KnHandleClose(task));
}

/* Every other piece is there at once, the rest at the first touch. */
static unsigned fill(int dirty)
{
	rtl_uint32_t flags = VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT;
	const rtl_size_t size = (rtl_size_t)256 * 1024;
	unsigned pieces = 0;
	char *p;

	for (; pieces < 160 && (p = KnVmAllocate(RTL_NULL, size, flags)); pieces++) {
		for (rtl_size_t i = 0; i < size; i += sizeof(zeros))
			checks_failed += memcmp(p + i, zeros, sizeof(zeros)) != 0;
		if (dirty)
			memset(p, 0xa5, size);
		flags ^= VMM_FLAG_LOCKED;
	}
	return pieces;
}

int main(int argc, char **argv)
{
	/* The stack page by page, below what has been used before main(). */
	volatile char *stack = (volatile char *)__builtin_frame_address(0) - 65536;
	unsigned pieces;

	(void)argc;
	if (strcmp(argv[0], "parent") == 0) {
		for (int i = 0; i < 2; i++) {
			run("dirty");
			run("clean");
		}
		return checks_result();
	}
	for (size_t i = 0; i < 32768; i++)
		checks_failed += stack[i] != 0;
	pieces = fill(strcmp(argv[0], "dirty") == 0);
	if (strcmp(argv[0], "dirty") == 0)
		memset((char *)stack, 0xa5, 32768);
	printf("%u pieces of 256 KiB\n", pieces);
	CHECK(pieces > 100);
	return checks_result();
}
