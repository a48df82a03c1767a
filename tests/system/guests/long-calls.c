/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late a real-time thread of another process wakes while this one makes the longest calls
 * that there are. The first argument is the limit in microseconds; 0 only shows the figures.
 */
#include "late.h"

#include <kos/random/random_api.h>
#include <stdint.h>

CHILD_CODE(wait_for_ever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");

#define MIB ((rtl_size_t)1 << 20)
#define MOST (128 * MIB)
#define BIG_STACK (64 * (long)MIB)
#define AT ((char *)0x40000000ul)
#define VIEW ((char *)0x60001000ul)

static char random_bytes[65536];

static void touch_all(char *p, rtl_size_t size)
{
	for (rtl_size_t at = 0; at < size; at += PAGE)
		p[at] = 1;
}

/* Changes of 128 MiB of memory; with `touched` its pages came one by one. */
static void memory(int touched)
{
	char *p;
	Handle mdl;
	void *view;

	printf("-- %s\n", touched ? "page by page" : "at once");
	if (touched) {
		p = KnVmAllocate(AT, MOST, RW | ON_TOUCH);
		touch_all(p, MOST);
		LONG("KnVmCommit", NEED(KnVmCommit(p, MOST, VMM_FLAG_LOCKED)));
	} else {
		LONG("KnVmAllocate", p = KnVmAllocate(AT, MOST, RW | AT_ONCE));
	}
	LONG("KnVmProtect", NEED(KnVmProtect(p, MOST, R)));
	LONG("KnVmDecommit", NEED(KnVmDecommit(p, MOST)));
	NEED(KnVmProtect(p, MOST, RW));
	if (touched) {
		NEED(KnVmCommit(p, MOST, VMM_FLAG_COMMIT));
		touch_all(p, MOST);
	} else {
		LONG("KnVmCommit", NEED(KnVmCommit(p, MOST, VMM_FLAG_LOCKED)));
	}
	LONG("KnVmUnmap", NEED(KnVmUnmap(p, MOST)));
	p = KnVmAllocate(AT, MOST, RW | (touched ? ON_TOUCH : AT_ONCE));
	touch_all(p, MOST);
	LONG("KnPmmMdlCreateFromVm", NEED(KnPmmMdlCreateFromVm(p, MOST, RW, &mdl)));
	LONG("KnPmmMdlMap", NEED(KnPmmMdlMap(mdl, 0, MOST, VIEW, RW, &view)));
	LONG("KnVmUnmap of a view", NEED(KnVmUnmap(view, MOST)));
	NEED(KnVmUnmap(p, MOST));
	LONG("KnHandleClose of an MDL", NEED(KnHandleClose(mdl)));
}

/* No two pages lie one behind the other in the machine's memory. */
static void scattered(void)
{
	char *p = KnVmAllocate(AT, MOST, RW | ON_TOUCH);
	void *view;
	Handle mdl;

	for (rtl_size_t at = 0; at < MOST; at += 2 * PAGE)
		p[at] = 1;
	touch_all(p, MOST);
	LONG("KnPmmMdlCreateFromVm, scattered", NEED(KnPmmMdlCreateFromVm(p, MOST, RW, &mdl)));
	NEED(KnVmUnmap(p, MOST));
	LONG("KnPmmMdlMap of that", NEED(KnPmmMdlMap(mdl, 0, MOST, VIEW, RW, &view)));
	LONG("touching all of the view", touch_all(view, MOST));
	LONG("KnVmUnmap of a view", NEED(KnVmUnmap(view, MOST)));
	LONG("KnHandleClose of an MDL", NEED(KnHandleClose(mdl)));
}

static void buffers(void)
{
	Handle mdl;
	VmSeg seg;
	char *p;

	printf("-- buffers\n");
	scattered();
	LONG("KnPmmMdlCreate", NEED(KnPmmMdlCreate(MOST, RW, &mdl)));
	LONG("KnHandleClose of an MDL", NEED(KnHandleClose(mdl)));
	p = KnVmAllocate(AT, MOST / 2, RW | ON_TOUCH);
	LONG("KnVmSegInitFromBuf", NEED(KnVmSegInitFromBuf(&seg, 0x10000000, 0, MOST / 2, R, 0,
							   RTL_NULL, 0, p, MOST / 2)));
	LONG("KnHandleClose of a segment", NEED(KnHandleClose(seg.h)));
	NEED(KnVmUnmap(p, MOST / 2));
	LONG("KosRandomGenerate", NEED(KosRandomGenerate(sizeof(random_bytes), random_bytes)));
}

/* The longest of what is bounded anyway. */
static void others(void)
{
	static char env[131072 + 8];
	Handle task = child_create("env", 0), notice, child;
	char name[16];

	printf("-- others\n");
	LONGER("KnTaskSetEnv, unaligned", NEED(KnTaskSetEnv(task, env + 1, 131072)));
	NEED(KnNoticeCreate(&notice));
	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "child-%u", i);
		child = child_create(name, 0);
		NEED(KnNoticeSubscribeToObject(notice, child, EVENT_TASK_COMPLETED, i));
	}
	LONG("KnHandleClose of a notice", NEED(KnHandleClose(notice)));
	NEED(KnHandleClose(task));
}

/* One that holds 128 MiB, and does nothing. */
static Handle big_child(rtl_size_t each)
{
	Handle task = child_create("big", 0), mdl;
	VmSeg seg = { .size = each, .flags = RW };
	rtl_uintptr_t at;

	for (rtl_size_t size = 0; size < MOST; size += each) {
		NEED(KnPmmMdlCreate(each, RW, &mdl));
		seg.h = mdl;
		seg.loadAddr = 0x40000000 + 2 * size;
		NEED(KnTaskLoadSeg(task, &seg, &at));
		NEED(KnHandleClose(mdl));
	}
	child_load(task, CHILD(wait_for_ever));
	NEED(KnTaskResume(task));
	return task;
}

/* A thread that uses all of a large stack, and ends. */
static int use_stack(void *context)
{
	uintptr_t top, at;

	(void)context;
	__asm__ volatile("mv %0, sp" : "=r"(top));
	for (at = top; at > top - BIG_STACK + 4 * PAGE; at -= PAGE)
		*(volatile char *)at = 1;
	begin();
	return 0;
}

static void threads(void)
{
	rtl_int32_t code;
	Handle thread;
	Tid tid;

	printf("-- threads\n");
	NEED(KnThreadCreateByHandle(&thread, &tid, ThreadPriorityNormal, BIG_STACK, RTL_NULL,
				    use_stack, RTL_NULL, ThreadFlagCreateWaitable));
	NEED(KnThreadWaitByHandle(thread, 10000, &code));
	end("KnThreadExit, a stack of 64 MiB");
	NEED(KnHandleClose(thread));
}

static Handle myself(const char *mode)
{
	Handle task = another(mode, mode, 0, RTL_NULL);

	NEED(KnTaskResume(task));
	return task;
}

static void processes(void)
{
	Handle task;

	printf("-- processes\n");
	task = big_child(MOST);
	LONG("KnTaskTerminate, an MDL", NEED(KnTaskTerminate(task)));
	NEED(KnHandleClose(task));
	task = big_child(MIB / 2);
	LONG("KnTaskTerminate, many MDLs", NEED(KnTaskTerminate(task)));
	NEED(KnHandleClose(task));
	task = myself("touches");
	KnSleep(200);
	LONG("KnTaskTerminate, 128 MiB", NEED(KnTaskTerminate(task)));
	LONG("KnHandleClose of a process", NEED(KnHandleClose(task)));
	task = myself("exits");
	begin();
	wait_for(task);
	end("KnTaskExit, 128 MiB");
	NEED(KnHandleClose(task));
	task = myself("handles");
	KnSleep(200);
	LONGER("KnTaskTerminate, 4000 handles", NEED(KnTaskTerminate(task)));
	NEED(KnHandleClose(task));
}

/* As many handles of one object as ten processes can have; returns the object's own. */
static Handle derive_many(Handle task[10])
{
	Handle object, derived;
	char name[16];

	NEED(KnNoticeCreate(&object));
	for (unsigned i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "holder-%u", i);
		task[i] = child_create(name, 0);
		for (unsigned j = 0; j < 4000; j++)
			NEED(KnTaskTransferResource(task[i], object, INVALID_HANDLE, 0, &derived));
	}
	return object;
}

static void close_all(const Handle task[10])
{
	for (unsigned i = 0; i < 10; i++)
		NEED(KnHandleClose(task[i]));
}

static void descendants(void)
{
	Handle task[10], object, badge;

	printf("-- descendants\n");
	object = derive_many(task);
	NEED(KnNoticeCreate(&badge));
	LONGER("KnHandleRevokeSubtree, 40000 others", NEED(KnHandleRevokeSubtree(object, badge)));
	NEED(KnHandleClose(badge));
	LONG("KnHandleRevoke, 40000 descendants", NEED(KnHandleRevoke(object)));
	close_all(task);
	object = derive_many(task);
	LONG("KnHandleClose, 40000 descendants", NEED(KnHandleClose(object)));
	close_all(task);
}

static void hold_handles(void)
{
	Handle notice;

	for (int i = 0; i < 4000; i++)
		NEED(KnNoticeCreate(&notice));
}

static void neighbour(void)
{
	late_begin();
	memory(0);
	memory(1);
	buffers();
	threads();
	processes();
	descendants();
	others();
	late_end();
}

int main(int argc, char **argv)
{
	const char *mode = late_mode(argc, argv);

	if (strcmp(mode, "calls") == 0) {
		neighbour();
	} else if (strcmp(mode, "handles") == 0) {
		hold_handles();
		KnSleep(100000);
	} else if (strcmp(mode, "touches") == 0 || strcmp(mode, "exits") == 0) {
		touch_all(KnVmAllocate(AT, MOST, RW | ON_TOUCH), MOST);
		if (mode[0] == 't')
			KnSleep(100000);
		return 0;
	} else {
		late_watch(mode, &(TaskLimits){ .maxTasks = 201 });
	}
	return checks_result();
}
