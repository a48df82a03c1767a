/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnTaskVmReserve and KnTaskVmFree; which states permit them and the transfer of
 * a handle; KnTaskGetElfSyms of the caller.
 */
#include "api-test.h"

#define AT 0x20000000ul

/* Commits two of four reserved pages, writes to both, and exits with a sum. */
CHILD_CODE(use_reserved,
	   "li a0, 0x20001000\nli a1, 0x2000\nli a2, 0x10\n" CHILD_CALL(
		   41) "bnez a0, 1f\nli t0, 0x20001000\nli t1, 0x20002000\nli t2, 3\n"
		       "sw t2, 0(t0)\nsw t2, 4(t1)\nlw a0, 0(t0)\nlw t2, 4(t1)\nadd a0, a0, t2\n"
		       "1:\n" CHILD_CALL(18));
CHILD_CODE(touch_reserved, "li t0, 0x20000000\nlw t0, 0(t0)\n");
CHILD_CODE(sleep_forever, "1: li a0, 100000\n" CHILD_CALL(72) "j 1b");
CHILD_CODE(crash, "unimp");
CHILD_CODE(exit_at_once, "li a0, 0\n" CHILD_CALL(18));

static void errors(void)
{
	const rtl_uint32_t guards = VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD;
	Handle task = child_create("errors", 0), notice;
	void *at = RTL_NULL, *hint = (void *)AT;
	rtl_uintptr_t loaded;
	VmSeg seg;

	NEED(KnNoticeCreate(&notice));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, RW, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, RW, (void **)((char *)&at + 4)));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, 0, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE + 1, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, (void *)(AT + 1), PAGE, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, (void *)(1ul << 39), PAGE, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, (rtl_size_t)-4096, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, 0, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, VMM_FLAG_WRITE, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, RW | VMM_FLAG_COMMIT, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, RW | VMM_FLAG_GROW_DOWN, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(task, hint, PAGE, RW | 1u << 31, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(notice, hint, PAGE, RW, &at));
	FAILS(rcInvalidArgument, KnTaskVmReserve(0, hint, PAGE, RW, &at));
	FAILS(rcTargetFault, KnTaskVmReserve(task, hint, PAGE, RW, NOWHERE));
	FAILS(rcSecurityDisallow, KnTaskVmReserve(task, hint, PAGE, VMM_FLAG_RWX_MASK, &at));
	CHECK(at == RTL_NULL);
	CHECK_RC(rcOk, KnTaskVmReserve(task, hint, 4 * PAGE, RW | guards, &at));
	CHECK(at == hint);
	FAILS(rcAlreadyExists, KnTaskVmReserve(task, hint, PAGE, RW, &at));
	FAILS(rcAlreadyExists, KnTaskVmReserve(task, (void *)(AT - PAGE), PAGE, RW, &at));
	FAILS(rcAlreadyExists, KnTaskVmReserve(task, (void *)(AT + 4 * PAGE), PAGE, RW, &at));
	FAILS(rcAlreadyExists,
	      KnTaskVmReserve(task, (void *)(AT + 5 * PAGE), PAGE, RW | guards, &at));
	NEED(KnVmSegInitFromBuf(&seg, AT + 3 * PAGE, 0, 2 * PAGE, R, 0, RTL_NULL, 0, RTL_NULL, 0));
	FAILS(rcAlreadyExists, KnTaskLoadSeg(task, &seg, &loaded));
	seg.loadAddr = AT + 5 * PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &loaded));
	NEED(KnHandleClose(seg.h));

	FAILS(rcInvalidArgument, KnTaskVmFree(task, (void *)(AT + 1), 4 * PAGE));
	FAILS(rcInvalidArgument, KnTaskVmFree(task, hint, 0));
	FAILS(rcInvalidArgument, KnTaskVmFree(task, RTL_NULL, PAGE));
	FAILS(rcInvalidArgument, KnTaskVmFree(notice, hint, 4 * PAGE));
	FAILS(rcInvalidOperation, KnTaskVmFree(task, hint, 3 * PAGE));
	FAILS(rcInvalidOperation, KnTaskVmFree(task, hint, 5 * PAGE));
	FAILS(rcInvalidOperation, KnTaskVmFree(task, (void *)(AT + PAGE), 3 * PAGE));
	FAILS(rcInvalidOperation,
	      KnTaskVmFree(task, (void *)(AT + 5 * PAGE), 2 * PAGE));             /* loaded */
	FAILS(rcInvalidOperation, KnTaskVmFree(task, (void *)(AT - PAGE), PAGE)); /* a guard */
	CHECK_RC(rcOk, KnTaskVmFree(task, hint, 4 * PAGE));
	FAILS(rcInvalidOperation, KnTaskVmFree(task, hint, 4 * PAGE));
	CHECK_RC(rcOk, KnTaskVmReserve(task, (void *)(AT - PAGE), 6 * PAGE, RX, &at));
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(notice));
}

/* The process's generator chooses: the same from one seed, another from another. */
static void chosen(void)
{
	static const char *const seeds[] = { "one seed", "one seed", "another " };
	void *at[3][2];

	for (int i = 0; i < 3; i++) {
		Handle task = child_create("chosen", 0);

		NEED(KnTaskReseedAslr(task, seeds[i], 8));
		CHECK_RC(rcOk, KnTaskVmReserve(task, RTL_NULL, 16 * PAGE, RW, &at[i][0]));
		CHECK_RC(rcOk,
			 KnTaskVmReserve(task, RTL_NULL, PAGE, RX | VMM_FLAG_LOW_GUARD, &at[i][1]));
		CHECK_RC(rcOk, KnTaskVmFree(task, at[i][0], 16 * PAGE));
		CHECK_RC(rcOk, KnTaskVmFree(task, at[i][1], PAGE));
		NEED(KnHandleClose(task));
	}
	CHECK(at[0][0] == at[1][0] && at[0][1] == at[1][1] && at[0][0] != at[2][0]);
	CHECK((rtl_uintptr_t)at[0][0] >= 1ul << 39 && at[0][0] != at[0][1]);
}

/* Reserved only: a touch is an exception, until the process commits it itself. */
static void used(void)
{
	Handle task = child_create("user", 0);
	HalArchException cause = 0;
	HalExceptionCode code;
	HalTrapFrame frame;
	void *at;

	NEED(KnTaskVmReserve(task, (void *)AT, 4 * PAGE, RW, &at));
	child_load(task, CHILD(use_reserved));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(6, exit_code_of(task));

	task = child_create("toucher", 0);
	NEED(KnTaskVmReserve(task, (void *)AT, 4 * PAGE, RW | VMM_FLAG_LOCKED, &at));
	child_load(task, CHILD(touch_reserved));
	NEED(KnTaskResume(task));
	wait_for(task);
	CHECK_RC(rcOk, KnTaskGetExceptionInfo(task, &code, &cause, &frame));
	CHECK_EQUAL(21, cause);
	CHECK_EQUAL(AT, frame.stval);
	NEED(KnHandleClose(task));
}

/* In a state that may be loaded, prepared, or neither. */
static void in_state(Handle task, Retcode load, Retcode prepare)
{
	Handle mdl, out = INVALID_HANDLE;
	void *at = RTL_NULL;

	NEED(KnPmmMdlCreate(PAGE, R, &mdl));
	CHECK_RC(load, KnTaskVmReserve(task, (void *)AT, PAGE, R, &at));
	CHECK_RC(load, KnTaskVmFree(task, (void *)AT, PAGE));
	CHECK_RC(prepare, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, &out));
	CHECK_EQUAL(prepare == rcOk, out != INVALID_HANDLE);
	CHECK_EQUAL(load == rcOk, at != RTL_NULL);
	if (load != rcOk) {
		FAILS(load, KnTaskVmReserve(task, (void *)AT, PAGE, R, &at));
		FAILS(load, KnTaskVmFree(task, (void *)AT, PAGE));
	}
	if (prepare != rcOk)
		FAILS(prepare, KnTaskTransferResource(task, mdl, INVALID_HANDLE, 0, &out));
	NEED(KnHandleClose(mdl));
}

static void states(void)
{
	Handle task = child_create("states", 0);

	in_state(task, rcOk, rcOk);
	child_load(task, CHILD(sleep_forever));
	in_state(task, rcInvalidOperation, rcOk);
	NEED(KnTaskResume(task));
	in_state(task, rcInvalidOperation, rcInvalidOperation);
	NEED(KnTaskTerminate(task));
	in_state(task, rcInvalidOperation, rcInvalidOperation);
	NEED(KnHandleClose(task));
	task = child_start("states", CHILD(crash), TaskExceptionFreezesTask);
	wait_for(task);
	in_state(task, rcInvalidOperation, rcInvalidOperation);
	NEED(KnTaskTerminateAfterFreezing(task));
	in_state(task, rcInvalidOperation, rcInvalidOperation);
	NEED(KnHandleClose(task));
	task = child_start("states", CHILD(exit_at_once), 0);
	wait_for(task);
	in_state(task, rcInvalidOperation, rcInvalidOperation);
	NEED(KnHandleClose(task));
}

/* The name of main() is found in the caller's own tables, at its own address. */
static void own_symbols(int (*main_function)(int, char **))
{
	struct symbol {
		unsigned name;
		unsigned char info, other;
		unsigned short section;
		unsigned long value, size;
	};
	rtl_size_t base, symbols_size, strings_size, found = 0;
	void *symbols, *strings;

	CHECK_RC(rcInvalidArgument,
		 KnTaskGetElfSyms(RTL_NULL, &symbols, &symbols_size, &strings, &strings_size));
	CHECK_RC(rcInvalidArgument,
		 KnTaskGetElfSyms(&base, &symbols, &symbols_size, &strings, RTL_NULL));
	NEED(KnTaskGetElfSyms(&base, &symbols, &symbols_size, &strings, &strings_size));
	for (rtl_size_t i = 0; i < symbols_size / sizeof(struct symbol); i++) {
		const struct symbol *s = (const struct symbol *)symbols + i;

		if (s->name < strings_size && strcmp((const char *)strings + s->name, "main") == 0)
			found = s->value + base;
	}
	CHECK_EQUAL((rtl_uintptr_t)main_function, found);
}

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	touch_stack();
	errors();
	chosen();
	used();
	states();
	own_symbols(main);
	return checks_result();
}
