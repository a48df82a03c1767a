/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnTaskCreate and KnTaskCreateEx: every combination of flags, the limits of
 * names and stack, names that are taken; and what the new process finds of it.
 */
#include "api-test.h"

CHILD_CODE(crash, "unimp");
CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));

enum {
	BITS = 5, /* of the flags: two more than there are */
};

#define NORMAL ThreadPriorityNormal
#define FREEZES (TaskEmpty | TaskExceptionFreezesTask)

static Handle out;

static void flags(void)
{
	const rtl_uint32_t how = TaskExceptionTerminatesTask | TaskExceptionFreezesTask;

	for (rtl_uint32_t f = 0; f < 1u << BITS; f++) {
		int good = (f & TaskEmpty) && !(f & ~(how | TaskEmpty)) && (f & how) != how;

		out = INVALID_HANDLE;
		if (good) {
			CHECK_RC(rcOk, KnTaskCreateEx("f", "x", RTL_NULL, 0, NORMAL, f, &out));
			NEED(KnHandleClose(out));
		} else {
			FAILS(rcInvalidArgument,
			      KnTaskCreateEx("f", "x", RTL_NULL, 0, NORMAL, f, &out));
			CHECK_EQUAL(INVALID_HANDLE, out);
		}
	}
	for (int bit = BITS; bit < 32; bit++)
		CHECK_RC(rcInvalidArgument, KnTaskCreateEx("f", "x", RTL_NULL, 0, NORMAL,
							   TaskEmpty | 1u << bit, &out));
}

/* What an exception does to it, with each of the flags and with KnTaskCreate. */
static void consequences(void)
{
	static const struct {
		rtl_uint32_t flags; /* 0: KnTaskCreate */
		rtl_uint32_t event;
	} cases[] = {
		{ 0, EVENT_TASK_COMPLETED },
		{ TaskEmpty, EVENT_TASK_COMPLETED },
		{ TaskEmpty | TaskExceptionTerminatesTask, EVENT_TASK_COMPLETED },
		{ FREEZES, EVENT_TASK_FROZEN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Handle task;

		if (cases[i].flags)
			NEED(KnTaskCreateEx("c", "x", RTL_NULL, 0, NORMAL, cases[i].flags, &task));
		else
			NEED(KnTaskCreate("c", "x", RTL_NULL, 0, NORMAL, &task));
		child_load(task, CHILD(crash));
		NEED(KnTaskResume(task));
		CHECK_EQUAL(cases[i].event, wait_for(task));
		NEED(KnHandleClose(task));
		settled(); /* a frozen one keeps its name until its report is out */
	}
}

static void arguments(void)
{
	static const char unmapped_path[] = "api-create.elf";

	FAILS(rcInvalidArgument, KnTaskCreate(RTL_NULL, "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("a", RTL_NULL, RTL_NULL, 0, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("a", "x", unmapped_path, 0, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("a", "x", NOWHERE, 0, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("a", "x", RTL_NULL, 0, NORMAL, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnTaskCreate("a", "x", RTL_NULL, 0, NORMAL, (Handle *)((char *)&out + 2)));
	FAILS(rcInvalidArgument, KnTaskCreate("", "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("a", "", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcSourceFault, KnTaskCreate(NOWHERE, "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcSourceFault, KnTaskCreate("a", NOWHERE, RTL_NULL, 0, NORMAL, &out));
	FAILS(rcTargetFault, KnTaskCreate("a", "x", RTL_NULL, 0, NORMAL, NOWHERE));
	FAILS(rcTargetFault, KnTaskCreate("a", "x", RTL_NULL, 0, NORMAL, (Handle *)KnTaskGetPcb()));
	for (ThreadPriority p = 0; p < 34; p++) {
		Retcode rc = KnTaskCreate("p", "x", RTL_NULL, 0, p, &out);
		ThreadPriority seen = 99;

		CHECK_RC(p <= ThreadPriorityHighest ? rcOk : rcInvalidArgument, rc);
		if (rc != rcOk)
			continue;
		CHECK_RC(rcOk, KnTaskGetInitialThreadPriority(out, &seen));
		CHECK_EQUAL(p, seen);
		NEED(KnHandleClose(out));
	}
	/* A stack as large as no process can have one. */
	FAILS(rcInvalidArgument, KnTaskCreate("s", "x", RTL_NULL, 1ul << 39, NORMAL, &out));
	FAILS(rcInvalidArgument, KnTaskCreate("s", "x", RTL_NULL, (rtl_size_t)-1, NORMAL, &out));
}

/* 1024 bytes with the NUL are taken, one more is too many; the string may end its page. */
static void lengths(void)
{
	char *pages = KnVmAllocate(RTL_NULL, PAGE, RW | AT_ONCE);
	char *longest = pages + PAGE - FLOE_NAME_MAX;

	memset(pages, 'n', PAGE);
	FAILS(rcSourceFault, KnTaskCreate(pages + PAGE - 100, "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcBufferTooLarge, KnTaskCreate(longest, "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcBufferTooLarge, KnTaskCreate("a", longest, RTL_NULL, 0, NORMAL, &out));
	pages[PAGE - 1] = '\0';
	FAILS(rcBufferTooLarge, KnTaskCreate(longest - 1, "x", RTL_NULL, 0, NORMAL, &out));
	CHECK_RC(rcOk, KnTaskCreate(longest, longest, RTL_NULL, 0, NORMAL, &out));
	FAILS(rcBufferTooLarge, KnTaskSetPath(out, longest - 1));
	CHECK_RC(rcOk, KnTaskSetPath(out, longest));
	FAILS(rcAlreadyExists, KnTaskCreate(longest, "x", RTL_NULL, 0, NORMAL, &out));
	longest[FLOE_NAME_MAX - 2] = 'm'; /* another name, up to its last character */
	CHECK_RC(rcOk, KnTaskCreate(longest, "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnHandleClose(out));
	longest[FLOE_NAME_MAX - 2] = 'n';
	FAILS(rcAlreadyExists, KnTaskCreate(longest, "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnVmUnmap(pages, PAGE));
}

/* A name is taken as long as the object is there, in whichever state, and by whom ever. */
static void names(void)
{
	Handle task = child_create("taken", TaskExceptionFreezesTask), holder, held, notice;
	EventDesc event;
	rtl_size_t count;

	FAILS(rcAlreadyExists, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcAlreadyExists, KnTaskCreate("create", "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcAlreadyExists, KnTaskCreate("init", "x", RTL_NULL, 0, NORMAL, &out));
	FAILS(rcAlreadyExists, KnTaskCreate("floe", "x", RTL_NULL, 0, NORMAL, &out));
	child_load(task, CHILD(crash));
	FAILS(rcAlreadyExists, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(EVENT_TASK_FROZEN, wait_for(task));
	CHECK_RC(rcAlreadyExists, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnTaskTerminateAfterFreezing(task));
	settled();
	FAILS(rcAlreadyExists, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	/* The last handle is another process's: the name goes with that process. */
	holder = child_create("holder", 0);
	child_load(holder, CHILD(exit_at_once));
	NEED(KnTaskTransferResource(holder, task, INVALID_HANDLE, 0, &held));
	NEED(KnNoticeCreate(&notice));
	NEED(KnNoticeSubscribeToObject(notice, task, EVENT_OBJECT_DESTROYED, 1));
	NEED(KnHandleClose(task));
	CHECK_RC(rcTimeout, KnNoticeGetEvent(notice, 0, 1, &event, &count));
	FAILS(rcAlreadyExists, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnTaskResume(holder));
	CHECK_RC(rcOk, KnNoticeGetEvent(notice, 10000, 1, &event, &count));
	CHECK_EQUAL(0, exit_code_of(holder));
	CHECK_RC(rcOk, KnTaskCreate("taken", "x", RTL_NULL, 0, NORMAL, &out));
	NEED(KnHandleClose(out));
	NEED(KnHandleClose(notice));
}

/* Its id is new, and stays unused when it is gone. */
static void ids(void)
{
	Pid last = KnTaskGetId(), pid = 0;

	for (int i = 0; i < 20; i++) {
		Handle task = child_create("id", 0);

		CHECK_RC(rcOk, KnTaskGetIdByHandle(task, &pid));
		CHECK(pid > last);
		last = pid;
		NEED(KnHandleClose(task));
	}
}

/* In the child: what the creator chose, as the PCB and the getters say. */
static int child(const char *stack)
{
	const Pcb *pcb = KnTaskGetPcb();
	const char *base = (const char *)pcb;
	char name[16], path[32];

	CHECK_RC(rcOk, KnTaskGetName(name, sizeof(name)));
	CHECK_RC(rcOk, KnTaskGetPath(path, sizeof(path)));
	CHECK(strcmp(name, "chosen") == 0 && strcmp(path, "api-create.elf") == 0);
	CHECK(strcmp(base + pcb->nameOffset, "chosen") == 0);
	CHECK(strcmp(base + pcb->eiidOffset, "test.Chosen") == 0);
	CHECK(strcmp(base + pcb->pathOffset, "api-create.elf") == 0);
	CHECK_EQUAL(strtoul(stack, RTL_NULL, 0), pcb->stackSize);
	CHECK_EQUAL(KnTaskGetId(), pcb->pid);
	CHECK_EQUAL(0, pcb->permissions);
	return checks_failed ? 1 : 0;
}

/* stackSize 0 is 1 MiB, others are rounded up to pages. */
static void stacks(void)
{
	static const struct {
		rtl_size_t asked;
		const char *got;
	} cases[] = {
		{ 0, "0x100000" },
		{ 65536, "0x10000" },
		{ 65537, "0x11000" },
		{ 8 * 1024 * 1024 - 1, "0x800000" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const args[] = { cases[i].got, RTL_NULL };
		const KosTaskParams params = { .eiid = "test.Chosen",
					       .args = args,
					       .priority = NORMAL,
					       .stackSize = cases[i].asked };
		Handle task;

		NEED(KosTaskLaunch(&params, "chosen", "api-create.elf", &task));
		CHECK_EQUAL(0, exit_code_of(task));
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv[1]);
	touch_stack();
	flags();
	consequences();
	arguments();
	lengths();
	names();
	ids();
	stacks();
	return checks_result();
}
