/* SPDX-License-Identifier: Apache-2.0 */
/* kill, wait, restart and poweroff: what changes the system. */
#include "command.h"
#include "input.h"
#include "operator.h"
#include "process.h"
#include "started.h"

#include <coresrv/handle/handle_api.h>
#include <coresrv/notice/notice_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/task.h>
#include <stdio.h>
#include <string.h>

enum {
	INIT_PID = 1,
	LOOK_MS = 20, /* how often a wait looks whether it was interrupted */
};

static void kill_process(const struct process *p)
{
	Retcode rc = rcOk;

	if (p->info.state == TaskStateFrozen)
		rc = KnTaskTerminateAfterFreezing(p->handle);
	else if (p->info.state != TaskStateEnded)
		rc = KnTaskTerminate(p->handle);
	if (failed(rc, "its end"))
		return;
	/* Nobody else may hold what this shell has started: nothing of it stays. */
	if (!started_forget(p->info.pid) && p->info.state == TaskStateEnded)
		complain("%s has ended already", p->name);
}

void command_kill(int argc, char **argv)
{
	struct process p;

	(void)argc;
	if (!process_open(argv[1], &p))
		return;
	if (p.info.pid == KnTaskGetId() || p.info.pid == INIT_PID)
		complain("%s is needed; \"poweroff\" ends the system", p.name);
	else
		kill_process(&p);
	process_close(&p);
}

/* Waits for one event; rcTimeout: not in that time. */
static Retcode wait_for(Handle notice, uint64_t ms)
{
	EventDesc event;
	rtl_size_t count;
	Retcode rc;

	for (;;) {
		uint64_t step = ms < LOOK_MS ? ms : LOOK_MS;

		rc = KnNoticeGetEvent(notice, (rtl_uint32_t)step, 1, &event, &count);
		if (rc != rcTimeout)
			return rc;
		ms -= step;
		if (!ms || interrupted())
			return rcTimeout;
	}
}

/* What became of it; its object may be gone with its last handle. */
static void show_end(struct process *p)
{
	char text[PROCESS_TEXT], name[PROCESS_TEXT];
	Pid pid = p->info.pid;

	memcpy(name, p->name, sizeof(name));
	p->info.pid = pid - 1;
	p->handle = INVALID_HANDLE;
	if (process_next(p) && p->info.pid == pid)
		printf("%s (pid %u): %s\n", name, (unsigned)pid,
		       end_text(&p->info, text, sizeof(text)));
	else
		printf("%s (pid %u): gone\n", name, (unsigned)pid);
}

/*
 * Without a handle meanwhile: somebody may want to start the next process of that
 * name as soon as this one has ended.
 */
static void wait_for_end(struct process *p, uint64_t ms)
{
	Handle notice;
	Retcode rc;

	if (failed(KnNoticeCreate(&notice), "KnNoticeCreate"))
		return;
	rc = KnNoticeSubscribeToObject(notice, p->handle, EVENT_TASK_COMPLETED | EVENT_TASK_FROZEN,
				       0);
	process_close(p);
	if (rc == rcOk)
		rc = wait_for(notice, ms);
	KnHandleClose(notice);
	if (rc == rcTimeout)
		complain("%s still runs", p->name);
	else if (!failed(rc, "KnNoticeGetEvent"))
		show_end(p);
}

void command_wait(int argc, char **argv)
{
	uint64_t seconds = UINT32_MAX;
	struct process p;

	if (argc > 2 && !parse_number(argv[2], "number of seconds", &seconds))
		return;
	if (seconds > UINT32_MAX) {
		complain("%lu seconds are too many; write at most %u", (unsigned long)seconds,
			 UINT32_MAX);
		return;
	}
	if (!process_open(argv[1], &p))
		return;
	if (p.info.pid == KnTaskGetId())
		complain("that is this shell");
	else
		wait_for_end(&p, seconds * 1000);
	process_close(&p);
}

/* The page that init looks at, or NULL where this shell is not the system's operator. */
static OperatorPage *operator_page(void)
{
	static OperatorPage *page;
	Handle mdl;
	void *address;

	if (!page && KosTaskLookupResource(OPERATOR_RESOURCE, &mdl) == rcOk &&
	    KnPmmMdlMap(mdl, 0, FLOE_PAGE_SIZE, RTL_NULL, VMM_FLAG_READ | VMM_FLAG_WRITE,
			&address) == rcOk) {
		KnHandleClose(mdl);
		page = address;
	}
	return page;
}

/* False: interrupted. */
static bool wait_for_answer(OperatorPage *page, rtl_uint32_t number)
{
	while (__atomic_load_n(&page->answered, __ATOMIC_ACQUIRE) != number) {
		if (interrupted())
			return false;
		KnSleep(LOOK_MS);
	}
	return true;
}

void command_restart(int argc, char **argv)
{
	OperatorPage *page = operator_page();
	rtl_uint32_t number;

	(void)argc;
	if (!page) {
		complain("init takes requests from the partition with the property \"shell\" only");
		return;
	}
	if (strlen(argv[1]) >= sizeof(page->name)) {
		complain("no name is as long as that");
		return;
	}
	strcpy(page->name, argv[1]);
	number = page->request + 1;
	__atomic_store_n(&page->request, number, __ATOMIC_RELEASE);
	if (!wait_for_answer(page, number))
		complain("not yet done: it starts when nobody has a handle of the old process");
	else if (page->result == rcResourceNotFound)
		complain("the manifest has no partition \"%s\"", argv[1]);
	else if (page->result == rcInvalidOperation)
		complain("%s cannot be restarted from within", argv[1]);
	else if (!failed(page->result, "its new start"))
		printf("%s was started again\n", argv[1]);
}

/* init ends the system with its operator. */
void command_poweroff(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	command_over = true;
}
