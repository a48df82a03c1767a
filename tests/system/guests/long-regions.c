/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late a real-time thread of another process wakes while this one's calls concern a thousand
 * regions, or one that is much larger than what it holds.
 */
#include "late.h"

#include <coresrv/task/inspect_api.h>

#define AT ((char *)0x40000000ul)
#define SPARSE (64ul << 30) /* bytes */
#define SPARSE_PAGES 65ul   /* of which one in two is there */
#define VIEWS 990ul
#define CHILDREN 8

static void map_many(Handle mdl)
{
	void *view;

	for (unsigned long i = 0; i < VIEWS; i++)
		NEED(KnPmmMdlMap(mdl, 0, PAGE, AT + i * PAGE, R, &view));
}

/* The region of a process, once that is frozen. */
static Handle find_sparse(Handle task)
{
	void *base = RTL_NULL;
	rtl_size_t size = 0;
	rtl_uint32_t flags;
	Handle mdl;

	while (size != SPARSE)
		if (KnTaskGetNextVmRegion(task, base, &base, &size, &flags, RTL_NULL) != rcOk)
			base = RTL_NULL;
	NEED(KnTaskGetNextVmRegion(task, (char *)base - 1, &base, &size, &flags, &mdl));
	return mdl;
}

/* Its memory is as good as empty, and what looks into it may have little. */
static void sparse(void)
{
	Handle task = another("sparse", "sparse", KOS_TASK_FLAG_DUMPABLE, RTL_NULL), mdl;
	SysCounters before, with;
	void *view;

	printf("-- a sparse region\n");
	NEED(KnTaskResume(task));
	mdl = find_sparse(task);
	before = counters();
	LONG("KnPmmMdlMap", NEED(KnPmmMdlMap(mdl, 0, SPARSE, RTL_NULL, R, &view)));
	for (rtl_size_t i = 0; i < 2 * SPARSE_PAGES; i++)
		CHECK_EQUAL(!(i & 1), ((char *)view)[i * PAGE]);
	with = counters();
	CHECK(before.freePages - with.freePages < 10);
	LONG("KnVmUnmap", NEED(KnVmUnmap(view, SPARSE)));
	NEED(KnHandleClose(mdl));
	NEED(KnTaskTerminateAfterFreezing(task));
	NEED(KnHandleClose(task));
}

/* What only one mapping may be has to be looked for among all of them. */
static void protect(void)
{
	Handle mdl, child;
	char name[16], *p;

	printf("-- many views\n");
	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	map_many(mdl);
	LONG("KnVmProtect", NEED(KnVmProtect(AT, VIEWS * PAGE, RW)));
	LONG("KnVmUnmap", NEED(KnVmUnmap(AT, VIEWS * PAGE)));
	NEED(KnHandleClose(mdl));

	/* Of pages that were executable once. */
	p = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	NEED(KnVmProtect(p, PAGE, RX));
	NEED(KnPmmMdlCreateFromVm(p, PAGE, RW, &mdl));
	NEED(KnVmUnmap(p, PAGE));
	map_many(mdl);
	LONG("KnVmProtect, once executable", NEED(KnVmProtect(AT, VIEWS * PAGE, RW)));
	NEED(KnVmProtect(AT, VIEWS * PAGE, R));
	for (int i = 0; i < CHILDREN; i++) {
		snprintf(name, sizeof(name), "maps-%d", i);
		child = another(name, "maps", 0, RTL_NULL);
		NEED(KosTaskTransferResource(child, mdl, INVALID_HANDLE, OCAP_MDL_MAP, "page"));
		NEED(KnTaskResume(child));
	}
	KnSleep(1000);
	LONG("the same, mapped by others too", NEED(KnVmProtect(AT, VIEWS * PAGE, RW)));
	NEED(KnVmUnmap(AT, VIEWS * PAGE));
	NEED(KnHandleClose(mdl));
}

static void sparse_child(void)
{
	char *p = KnVmAllocate(RTL_NULL, SPARSE, RW | ON_TOUCH);

	for (rtl_size_t i = 0; i < SPARSE_PAGES; i++)
		p[2 * i * PAGE] = 1;
	KnTaskPanic();
}

static void maps_child(void)
{
	Handle mdl;

	NEED(KosTaskLookupResource("page", &mdl));
	map_many(mdl);
	KnSleep(100000);
}

int main(int argc, char **argv)
{
	const char *mode = late_mode(argc, argv);

	if (strcmp(mode, "calls") == 0) {
		late_begin();
		sparse();
		protect();
		late_end();
	} else if (strcmp(mode, "sparse") == 0) {
		sparse_child();
	} else if (strcmp(mode, "maps") == 0) {
		maps_child();
	} else {
		late_watch(mode, &(TaskLimits){ .maxTasks = 20,
						.memoryLimit = 8 << 20,
						.permissions = TaskMayInspect });
	}
	return checks_result();
}
