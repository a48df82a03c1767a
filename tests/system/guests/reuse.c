/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With more reports under way than the console takes, a process that has ended
 * and is closed is gone at once: its name and its place are free for the next.
 */
#include "child.h"

#include <coresrv/notice/notice_api.h>

CHILD_CODE(crash, "unimp");

int main(void)
{
	Handle frozen[30], task, notice;
	EventDesc event;
	rtl_size_t count;
	char name[16];

	NEED(KnNoticeCreate(&notice));
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "frozen-%u", i);
		frozen[i] = child_create(name, TaskExceptionFreezesTask);
		child_load(frozen[i], CHILD(crash));
		NEED(KnTaskSetInitialPolicy(frozen[i], ThreadSchedPolicyFifo, 1, RTL_NULL));
		NEED(KnTaskResume(frozen[i]));
	}
	for (unsigned i = 0; i < 20; i++) {
		task = child_create("again", 0);
		child_load(task, CHILD(crash));
		NEED(KnTaskSetInitialPolicy(task, ThreadSchedPolicyFifo, 1, RTL_NULL));
		NEED(KnNoticeSubscribeToObject(notice, task, EVENT_OBJECT_DESTROYED, i));
		NEED(KnTaskResume(task));
		NEED(KnHandleClose(task));
		CHECK_RC(rcOk, KnNoticeGetEvent(notice, 0, 1, &event, &count));
		CHECK_EQUAL(i, event.eventId);
	}
	for (unsigned i = 0; i < 30; i++)
		NEED(KnHandleClose(frozen[i]));
	return checks_result();
}
