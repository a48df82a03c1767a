/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits until another process freezes, which it has not created, and shows what
 * can be learned of it: registers, memory regions, the top of its stack.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	STACK_WORDS = 4,
};

/* Ends the inspector, and with it the demo's success, where an API call fails. */
static void need(Retcode rc, const char *call)
{
	if (rc == rcOk)
		return;
	printf("%s gave %s\n", call, RtlRetcodeName(rc));
	exit(EXIT_FAILURE);
}

/*
 * The first to freeze of those that were there before this one; one that has frozen
 * already counts. Later ones may have a creator that ends them at any time.
 */
static Handle wait_for_frozen(void)
{
	Handle notice, task;
	EventDesc event;
	rtl_size_t count;
	Pid pid = 0;

	need(KnNoticeCreate(&notice), "KnNoticeCreate");
	for (;;) {
		need(KnTaskGetNext(pid, &task), "KnTaskGetNext");
		need(KnTaskGetIdByHandle(task, &pid), "KnTaskGetIdByHandle");
		if (pid == KnTaskGetId())
			break;
		need(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_FROZEN, task),
		     "KnNoticeSubscribeToObject");
	}
	need(KnHandleClose(task), "KnHandleClose");
	need(KnNoticeGetEvent(notice, INFINITE_TIMEOUT, 1, &event, &count), "KnNoticeGetEvent");
	return (Handle)event.eventId;
}

static void show_registers(Handle task, HalTrapFrame *frame)
{
	KnThreadContext context;
	Pid pid;

	need(KnTaskGetIdByHandle(task, &pid), "KnTaskGetIdByHandle");
	need(KnTaskGetThreadContext(task, 0, &context), "KnTaskGetThreadContext");
	*frame = context.frame;
	printf("pid %u is frozen, its thread %u at pc %#lx, cause %lu on %#lx\n", (unsigned)pid,
	       (unsigned)context.tid, (unsigned long)frame->pc, (unsigned long)frame->scause,
	       (unsigned long)frame->stval);
	printf("  ra %#lx  sp %#lx  fp %#lx  a0 %#lx  a1 %#lx\n", (unsigned long)frame->x[1],
	       (unsigned long)frame->x[2], (unsigned long)frame->x[8], (unsigned long)frame->x[10],
	       (unsigned long)frame->x[11]);
}

/* The words that the process has on its stack, read through a mapping of our own. */
static void show_stack(Handle memory, rtl_size_t size, rtl_size_t offset)
{
	const rtl_uint64_t *words;
	void *view;

	need(KnPmmMdlMap(memory, 0, size, RTL_NULL, VMM_FLAG_READ, &view), "KnPmmMdlMap");
	words = (const rtl_uint64_t *)((const char *)view + offset);
	printf("  stack:");
	for (size_t i = 0; i < STACK_WORDS && offset + i * sizeof(*words) < size; i++)
		printf(" %016lx", (unsigned long)words[i]);
	printf("\n");
	need(KnVmUnmap(view, size), "KnVmUnmap");
}

static void show_region(rtl_uintptr_t base, rtl_size_t size, rtl_uint32_t flags)
{
	printf("  region %#lx-%#lx %c%c%c\n", (unsigned long)base, (unsigned long)(base + size - 1),
	       flags & VMM_FLAG_READ ? 'r' : '-', flags & VMM_FLAG_WRITE ? 'w' : '-',
	       flags & VMM_FLAG_EXECUTE ? 'x' : '-');
}

static void show_memory(Handle task, rtl_uintptr_t sp)
{
	void *base = RTL_NULL;
	rtl_size_t size;
	rtl_uint32_t flags;
	Handle memory;

	while (KnTaskGetNextVmRegion(task, base, &base, &size, &flags, &memory) == rcOk) {
		rtl_size_t offset = sp - (rtl_uintptr_t)base;

		show_region((rtl_uintptr_t)base, size, flags);
		if (memory == INVALID_HANDLE)
			continue;
		if (sp >= (rtl_uintptr_t)base && offset < size)
			show_stack(memory, size, offset & ~(sizeof(rtl_uint64_t) - 1));
		need(KnHandleClose(memory), "KnHandleClose");
	}
}

int main(void)
{
	HalTrapFrame frame;
	Handle task = wait_for_frozen();

	show_registers(task, &frame);
	show_memory(task, frame.x[2]);
	return EXIT_SUCCESS;
}
