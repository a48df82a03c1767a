/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles that are transferred, closed and revoked, in three generations of
 * processes: this one, its child, and its child's child, which say what they
 * see through a page that all three share.
 */
#include "api-test.h"

enum {
	CHILD,
	GRANDCHILD,
};

/* What the generations tell each other. */
struct board {
	volatile int order[2]; /* counts up: look again */
	volatile int seen[2];  /* the order that the answer is for */
	volatile Retcode answer[2];
};

static struct board *board;

/* Lets one of them do its next step and gives what it saw. */
static Retcode next(int who)
{
	int order = board->order[who] + 1;

	board->order[who] = order;
	while (board->seen[who] != order)
		KnSleep(1);
	return board->answer[who];
}

static void wait_for_order(int who, int order)
{
	while (board->order[who] < order)
		KnSleep(1);
}

static void tell(int who, int order, Retcode rc)
{
	board->answer[who] = rc;
	board->seen[who] = order;
}

static void open_board(void)
{
	Handle handle;
	void *view;

	NEED(KosTaskLookupResource("board", &handle));
	NEED(KnPmmMdlMap(handle, 0, PAGE, RTL_NULL, RW, &view));
	board = view;
}

/* Uses the buffer again and again, and closes it in the end. */
static int grandchild(void)
{
	Handle buffer;
	rtl_size_t size;
	int order = 1;

	open_board();
	NEED(KosTaskLookupResource("buffer", &buffer));
	do {
		wait_for_order(GRANDCHILD, order);
		tell(GRANDCHILD, order++, KnPmmMdlGetSize(buffer, &size));
	} while (board->answer[GRANDCHILD] != rcHandleRevoked);
	wait_for_order(GRANDCHILD, order);
	tell(GRANDCHILD, order++, KnHandleRevoke(buffer));
	wait_for_order(GRANDCHILD, order);
	tell(GRANDCHILD, order++, KnHandleClose(buffer));
	wait_for_order(GRANDCHILD, order);
	tell(GRANDCHILD, order, KnPmmMdlGetSize(buffer, &size));
	return 0;
}

/* Hands the buffer on, closes its own handle, and stays. */
static int child(void)
{
	Handle buffer, shared, task, other;
	rtl_size_t size;
	void *view;

	open_board();
	NEED(KosTaskLookupResource("buffer", &buffer));
	NEED(KosTaskLookupResource("board", &shared));
	CHECK_RC(rcResourceNotFound, KosTaskLookupResource("boar", &other));
	CHECK_RC(rcInvalidArgument, KosTaskLookupResource(RTL_NULL, &other));
	CHECK_RC(rcInvalidArgument, KosTaskLookupResource("board", RTL_NULL));
	CHECK_RC(rcOk, KnPmmMdlMap(buffer, 0, PAGE, RTL_NULL, R, &view));
	CHECK_EQUAL('b', *(char *)view);
	/* Without the right to transfer nothing can be handed on. */
	NEED(KosTaskLookupResource("kept", &other));
	CHECK_RC(rcOk, KnPmmMdlGetSize(other, &size));
	CHECK_RC(rcNoCapability, KnPmmMdlMap(other, 0, PAGE, RTL_NULL, R, &view));
	task = another("grandchild", "grandchild", 0, RTL_NULL);
	CHECK_RC(rcNoCapability, KosTaskTransferResource(task, other, INVALID_HANDLE, 0, "kept"));
	CHECK_RC(rcNoCapability,
		 KosTaskTransferResource(task, buffer, INVALID_HANDLE, OCAP_MDL_FULL, "buffer"));
	NEED(KosTaskTransferResource(task, shared, INVALID_HANDLE, OCAP_MDL_MAP, "board"));
	NEED(KosTaskTransferResource(task, buffer, INVALID_HANDLE, 0, "buffer"));
	NEED(KnTaskResume(task));
	wait_for_order(CHILD, 1);
	tell(CHILD, 1, checks_failed ? rcFail : rcOk);
	wait_for_order(CHILD, 2);
	tell(CHILD, 2, KnHandleClose(buffer));
	wait_for_order(CHILD, 3);
	tell(CHILD, 3, KnPmmMdlGetSize(other, &size));
	return exit_code_of(task) == 0 ? checks_result() : 1;
}

static void open_board_for_all(Handle *handle)
{
	void *view;

	NEED(KnPmmMdlCreate(PAGE, RW, handle));
	NEED(KnPmmMdlMap(*handle, 0, PAGE, RTL_NULL, RW, &view));
	board = view;
}

static void three_generations(Handle shared)
{
	static const TaskLimits limits = { 0, 1, 0, 0, 0 };
	SysCounters before = settled();
	Handle task = another("child", "child", 0, &limits), buffer, kept;
	void *view;

	NEED(KnPmmMdlCreate(PAGE, RW, &buffer));
	NEED(KnPmmMdlCreate(PAGE, RW, &kept));
	NEED(KnPmmMdlMap(buffer, 0, PAGE, RTL_NULL, RW, &view));
	*(char *)view = 'b';
	NEED(KnVmUnmap(view, PAGE));
	NEED(KosTaskTransferResource(task, shared, INVALID_HANDLE,
				     OCAP_MDL_MAP | OCAP_HANDLE_TRANSFER, "board"));
	NEED(KosTaskTransferResource(task, buffer, INVALID_HANDLE,
				     OCAP_MDL_MAP | OCAP_HANDLE_TRANSFER, "buffer"));
	NEED(KosTaskTransferResource(task, kept, kept, 0, "kept"));
	NEED(KnTaskResume(task));
	CHECK_RC(rcOk, next(CHILD));
	CHECK_RC(rcOk, next(GRANDCHILD));
	CHECK_RC(rcOk, next(CHILD)); /* closes: what was derived is ours now */
	CHECK_RC(rcOk, next(GRANDCHILD));
	CHECK_RC(rcOk, KnHandleRevokeSubtree(buffer, kept)); /* another badge: nothing */
	CHECK_RC(rcOk, next(GRANDCHILD));
	CHECK_RC(rcOk, KnHandleRevoke(buffer));
	CHECK_RC(rcInvalidArgument, KnHandleClose(buffer));
	CHECK_RC(rcHandleRevoked, next(GRANDCHILD));
	CHECK_RC(rcHandleRevoked, next(GRANDCHILD)); /* KnHandleRevoke */
	CHECK_RC(rcOk, next(GRANDCHILD));            /* KnHandleClose */
	CHECK_RC(rcInvalidArgument, next(GRANDCHILD));
	CHECK_RC(rcOk, KnHandleRevokeSubtree(kept, kept));
	CHECK_RC(rcOk, KnHandleClose(kept));
	CHECK_RC(rcHandleRevoked, next(CHILD));
	CHECK_EQUAL(0, exit_code_of(task));
	CHECK_EQUAL(before.handles, settled().handles);
	CHECK_EQUAL(before.mdls, counters().mdls);
}

/* A badge picks those that were derived with it; the source stays. */
static void subtrees(void)
{
	Handle a = child_create("a", 0), b = child_create("b", 0), mdl, badge, in_a, in_b, in_both;
	SysCounters before;

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	NEED(KnNoticeCreate(&badge));
	before = counters();
	CHECK_RC(rcOk, KnTaskTransferResource(a, mdl, badge, OCAP_MDL_MAP, &in_a));
	CHECK_RC(rcOk, KnTaskTransferResource(b, mdl, INVALID_HANDLE, OCAP_MDL_MAP, &in_b));
	CHECK_RC(rcOk, KnTaskTransferResource(b, mdl, mdl, 0, &in_both));
	CHECK_EQUAL(before.handles + 3, counters().handles);
	CHECK(in_b != in_both && in_a != INVALID_HANDLE);
	CHECK_RC(rcOk, KnHandleRevokeSubtree(mdl, badge));
	CHECK_RC(rcOk, KnHandleRevokeSubtree(mdl, badge));
	CHECK_EQUAL(before.handles + 3, counters().handles); /* revoked ids stay */
	FAILS(rcInvalidArgument, KnHandleRevokeSubtree(mdl, INVALID_HANDLE));
	FAILS(rcInvalidArgument, KnHandleRevokeSubtree(INVALID_HANDLE, badge));
	FAILS(rcInvalidArgument, KnHandleRevoke(INVALID_HANDLE));
	FAILS(rcInvalidArgument, KnHandleRevoke(0));
	CHECK_RC(rcOk, KnHandleClose(badge));
	FAILS(rcInvalidArgument, KnHandleRevokeSubtree(mdl, badge));
	FAILS(rcInvalidArgument, KnHandleClose(badge));
	NEED(KnHandleClose(a));
	NEED(KnHandleClose(b));
	CHECK_EQUAL(before.handles - 3, settled().handles);
	NEED(KnHandleClose(mdl));
}

/* A badge is no handle: the process that one names goes with its last handle, even where it has it.
 */
static void badges_hold_nobody(void)
{
	Handle task = child_create("badge", 0), holder = child_create("holder", 0), mdl, out;
	SysCounters before = settled();

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	CHECK_RC(rcOk, KnTaskTransferResource(task, mdl, task, 0, &out));
	CHECK_RC(rcOk, KnTaskTransferResource(holder, mdl, task, 0, &out));
	NEED(KnHandleClose(task));
	CHECK_EQUAL(before.tasks - 1, settled().tasks);
	task = child_create("badge", 0); /* its name is free; and this is another badge */
	CHECK_RC(rcOk, KnTaskTransferResource(holder, mdl, task, 0, &out));
	CHECK_RC(rcOk, KnHandleRevokeSubtree(mdl, task));
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(holder));
	NEED(KnHandleClose(mdl));
	CHECK_EQUAL(before.tasks - 2, settled().tasks);
}

static void transfer_errors(void)
{
	Handle task = child_create("errors", 0), ready, mdl, out;
	Handle *odd = (Handle *)((char *)&out + 1);

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	FAILS(rcInvalidArgument, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, odd));
	FAILS(rcInvalidArgument, KnTaskTransferResource(mdl, mdl, INVALID_HANDLE, 0, &out));
	FAILS(rcInvalidArgument, KnTaskTransferResource(task, 0, INVALID_HANDLE, 0, &out));
	FAILS(rcInvalidArgument, KnTaskTransferResource(task, mdl, 77, 0, &out));
	FAILS(rcInvalidArgument, KnTaskTransferResource(task, task, INVALID_HANDLE, 0, &out));
	FAILS(rcNoCapability,
	      KnTaskTransferResource(task, mdl, INVALID_HANDLE, OCAP_MDL_FULL | 1u << 31, &out));
	FAILS(rcTargetFault, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, NOWHERE));
	FAILS(rcInvalidOperation, KosTaskTransferResource(task, mdl, INVALID_HANDLE, 0, "x"));
	ready = another("ready", "nothing", 0, RTL_NULL);
	FAILS(rcInvalidArgument, KosTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, RTL_NULL));
	FAILS(rcInvalidArgument, KosTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, ""));
	FAILS(rcInvalidArgument, KosTaskTransferResource(mdl, mdl, INVALID_HANDLE, 0, "x"));
	FAILS(rcInvalidArgument, KosTaskTransferResource(ready, 0, INVALID_HANDLE, 0, "x"));
	CHECK_RC(rcOk, KosTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, "x"));
	FAILS(rcAlreadyExists, KosTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, "x"));
	NEED(KnTaskResume(ready));
	CHECK_RC(rcInvalidOperation, KnTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, &out));
	CHECK_RC(rcInvalidOperation, KosTaskTransferResource(ready, mdl, INVALID_HANDLE, 0, "y"));
	CHECK_EQUAL(1, exit_code_of(ready));
	NEED(KnHandleClose(mdl));
	NEED(KnHandleClose(task));
}

/* The page of names has its limit, and so has a process's number of handles. */
static void limits(void)
{
	static char name[FLOE_ENV_MAX + 1];
	Handle task = another("limits", "nothing", 0, RTL_NULL), mdl, out;
	Retcode rc = rcOk;
	int given = 0;

	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	memset(name, 'n', FLOE_ENV_MAX);
	FAILS(rcBufferTooLarge, KosTaskTransferResource(task, mdl, INVALID_HANDLE, 0, name));
	name[FLOE_ENV_MAX - 1024] = '\0';
	CHECK_RC(rcOk, KosTaskTransferResource(task, mdl, INVALID_HANDLE, 0, name));
	name[1024] = '\0';
	FAILS(rcBufferTooLarge, KosTaskTransferResource(task, mdl, INVALID_HANDLE, 0, name));
	for (; rc == rcOk && given < 5000; given++)
		rc = KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, &out);
	CHECK_RC(rcQuotaExceeded, rc);
	CHECK_EQUAL(4096, given);
	FAILS(rcQuotaExceeded, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, &out));
	FAILS(rcQuotaExceeded, KosTaskTransferResource(task, mdl, INVALID_HANDLE, 0, "one more"));
	CHECK_RC(rcOk, KnHandleRevoke(mdl)); /* all 4096 of them */
	NEED(KnHandleClose(task));
}

int main(int argc, char **argv)
{
	Handle shared;

	if (argc > 1)
		return strcmp(argv[1], "child") == 0        ? child()
		       : strcmp(argv[1], "grandchild") == 0 ? grandchild()
							    : 1;
	touch_stack();
	open_board_for_all(&shared);
	three_generations(shared);
	subtrees();
	badges_hold_nobody();
	transfer_errors();
	limits();
	return checks_result();
}
