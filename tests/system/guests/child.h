/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiny programs for processes that a test guest makes itself: a few
 * position-independent instructions in .rodata each, from NAME to NAME_end.
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include "check.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <string.h>

#define CHILD_CODE(name, instructions)                                                             \
	__asm__(".pushsection .rodata\n.balign 8\n" #name ":\n" instructions "\n" #name "_end:\n"  \
		".popsection");                                                                    \
	extern const char name[], name##_end[]

/* Hypercall `function` with the arguments that are in a0 and on. */
#define CHILD_CALL(function) "li a7, 0x0A464C4F\nli a6, " #function "\necall\n"

/* Where child_load() puts the instructions. */
#define CHILD_CODE_AT 0x10000000ul

struct child_code {
	const char *start, *end;
};
#define CHILD(name) ((struct child_code){ name, name##_end })

/* Waits so many ms, or INFINITE_TIMEOUT, until it has ended or frozen. */
static inline void child_wait_for(Handle task, rtl_uint32_t ms)
{
	Handle notice;
	EventDesc event;
	rtl_size_t count;

	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN, 0));
	NEED(KnNoticeGetEvent(notice, ms, 1, &event, &count));
	NEED(KnHandleClose(notice));
}

static inline void child_wait(Handle task)
{
	child_wait_for(task, 10000);
}

/* Loads the instructions and sets the entry to them. */
static inline void child_load(Handle task, struct child_code code)
{
	const TaskInitialState state = { CHILD_CODE_AT, CHILD_CODE_AT };
	rtl_uintptr_t address;
	VmSeg seg;

	NEED(KnVmSegInitFromBuf(&seg, CHILD_CODE_AT, 0, FLOE_PAGE_SIZE,
				VMM_FLAG_READ | VMM_FLAG_EXECUTE, 0, RTL_NULL, 0, code.start,
				(rtl_size_t)(code.end - code.start)));
	NEED(KnTaskLoadSeg(task, &seg, &address));
	NEED(KnHandleClose(seg.h));
	NEED(KnTaskSetInitialState(task, &state));
}

/* An empty process; flags beside TaskEmpty. */
static inline Handle child_create(const char *name, rtl_uint32_t flags)
{
	Handle task = INVALID_HANDLE;

	NEED(KnTaskCreateEx(name, "test.Child", RTL_NULL, 0, ThreadPriorityNormal,
			    TaskEmpty | flags, &task));
	return task;
}

static inline Handle child_start(const char *name, struct child_code code, rtl_uint32_t flags)
{
	Handle task = child_create(name, flags);

	child_load(task, code);
	NEED(KnTaskResume(task));
	return task;
}

#endif
