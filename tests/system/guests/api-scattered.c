/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers whose pages lie anywhere in the machine's memory: shared by two threads at once, which
 * takes many steps each, and seen in views, which are mapped where they are touched.
 */
#include "api-test.h"

#define NPAGES ((rtl_size_t)1500)
#define SIZE (NPAGES * PAGE)
#define FIRST ((char *)0x40000000ul)
#define SECOND ((char *)0x50000000ul)
#define VIEW ((char *)0x60001000ul)

static int *word_of(char *base, rtl_size_t page)
{
	return (int *)(base + page * PAGE);
}

/* Each page says which it is. */
static void scatter(char *base)
{
	CHECK(KnVmAllocate(base, SIZE, RW | ON_TOUCH) == base);
	for (rtl_size_t i = 0; i < NPAGES; i += 2)
		*word_of(base, i) = (int)i;
	for (rtl_size_t i = 1; i < NPAGES; i += 2)
		*word_of(base, i) = (int)i;
}

static int is_right(char *base)
{
	for (rtl_size_t i = NPAGES; i--;)
		if (*word_of(base, i) != (int)i)
			return 0;
	return 1;
}

static volatile int ready;

/* Both at the same moment, where there are two harts. */
static int share(void *base)
{
	Handle mdl;
	rtl_size_t size = 0;

	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (ready != 2)
		KnSleep(0);
	NEED(KnPmmMdlCreateFromVm(base, SIZE, RW, &mdl));
	NEED(KnPmmMdlGetSize(mdl, &size));
	return size == SIZE ? (int)mdl : 0;
}

static Handle share_both(void)
{
	rtl_int32_t second;
	Handle thread, first;
	Tid tid;

	ready = 0;
	NEED(KnThreadCreateByHandle(&thread, &tid, ThreadPriorityNormal, 0x10000, RTL_NULL, share,
				    SECOND, ThreadFlagCreateWaitable));
	first = (Handle)share(FIRST);
	NEED(KnThreadWaitByHandle(thread, 10000, &second));
	NEED(KnHandleClose(thread));
	CHECK(first && second);
	NEED(KnHandleClose((Handle)second));
	CHECK(is_right(FIRST) && is_right(SECOND));
	NEED(KnVmUnmap(SECOND, SIZE));
	return first;
}

static void look(Handle mdl)
{
	void *view;

	NEED(KnPmmMdlMap(mdl, 0, SIZE, VIEW, RW, &view));
	CHECK(is_right(view));
	*word_of(view, NPAGES / 2) = -1;
	CHECK_EQUAL(-1, *word_of(FIRST, NPAGES / 2));
	*word_of(FIRST, NPAGES / 2) = (int)(NPAGES / 2);
	NEED(KnVmUnmap(view, SIZE));
	/* The hypervisor touches it first. */
	NEED(KnPmmMdlMap(mdl, 0, SIZE, VIEW, RW, &view));
	NEED(KnTaskGetName((char *)word_of(view, NPAGES - 1) + 8, 32));
	CHECK(strcmp((char *)word_of(FIRST, NPAGES - 1) + 8, "scattered") == 0);
	CHECK(is_right(view));
	NEED(KnVmUnmap(view, SIZE));
}

/* A process that writes to a page of its read-only view which nobody has touched. */
static void write_to_view(Handle mdl)
{
	Handle task = another("writer", "write", 0, RTL_NULL);

	NEED(KosTaskTransferResource(task, mdl, INVALID_HANDLE, OCAP_MDL_MAP, "buffer"));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_COMPLETED, wait_for(task));
	NEED(KnHandleClose(task));
	CHECK(is_right(FIRST));
}

static void write_now(void)
{
	void *view;
	Handle mdl;

	NEED(KosTaskLookupResource("buffer", &mdl));
	NEED(KnPmmMdlMap(mdl, 0, SIZE, VIEW, R, &view));
	*(volatile int *)word_of(view, NPAGES - 2) = 7;
}

/* What an attempt leaves on the way is gone with what it was about. */
static void once(void)
{
	Handle mdl;

	scatter(FIRST);
	scatter(SECOND);
	mdl = share_both();
	look(mdl);
	write_to_view(mdl);
	NEED(KnHandleClose(mdl));
	NEED(KnVmUnmap(FIRST, SIZE));
}

int main(int argc, char **argv)
{
	SysCounters before, after;

	if (argc > 1 && strcmp(argv[1], "write") == 0) {
		write_now();
		return 0;
	}
	touch_stack();
	once();
	before = settled();
	once();
	after = settled();
	check_counters(__LINE__, "a round", &before, &after);
	return checks_result();
}
