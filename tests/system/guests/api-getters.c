/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call that gives something of a process, or of the caller: each of its
 * pointers null, unaligned, nowhere and read-only, with nothing written; and
 * what the getters give that need no hypercall.
 */
#include "api-test.h"

#include <floe/abi.h>
#include <kos/random/random_api.h>

CHILD_CODE(exit_with_5, "li a0, 5\n" CHILD_CALL(18));
CHILD_CODE(crash, "unimp");

enum {
	POINTERS = 4,
	LARGEST = sizeof(KnThreadContext),
};

static Handle ended, crashed, frozen, task, mdl;

/* Where the good results go. */
static _Alignas(16) unsigned char result[POINTERS][LARGEST];

static Retcode get_exit_status(void **p)
{
	return KnTaskGetExitStatus(ended, p[0]);
}

static Retcode get_exit_code(void **p)
{
	return KnTaskGetExitCode(ended, p[0]);
}

static Retcode info_of_the_crashed(void **p)
{
	return KnTaskGetExceptionInfo(crashed, p[0], p[1], p[2]);
}

static Retcode info_of_the_frozen(void **p)
{
	return KnTaskGetExceptionInfo(frozen, p[0], p[1], p[2]);
}

static Retcode get_thread_context(void **p)
{
	return KnTaskGetThreadContext(frozen, 0, p[0]);
}

static Retcode get_region(void **p)
{
	return KnTaskGetNextVmRegion(frozen, RTL_NULL, p[0], p[1], p[2], RTL_NULL);
}

static Retcode get_id(void **p)
{
	return KnTaskGetIdByHandle(task, p[0]);
}

static Retcode get_priority(void **p)
{
	return KnTaskGetInitialThreadPriority(task, p[0]);
}

static Retcode get_name(void **p)
{
	return KnTaskGetName(p[0], 8);
}

static Retcode get_path(void **p)
{
	return KnTaskGetPath(p[0], 16);
}

static Retcode get_size(void **p)
{
	return KnPmmMdlGetSize(mdl, p[0]);
}

static Retcode get_counters(void **p)
{
	return KnSysGetCounters(p[0]);
}

static Retcode generate(void **p)
{
	return KosRandomGenerate(16, p[0]);
}

static const struct {
	const char *name;
	Retcode (*call)(void **p);
	int size[POINTERS]; /* of what each points to; 0: no more */
	int bytes;          /* any alignment will do */
} calls[] = {
	{ "KnTaskGetExitStatus", get_exit_status, { 4 }, 0 },
	{ "KnTaskGetExitCode", get_exit_code, { 4 }, 0 },
	{ "KnTaskGetExceptionInfo", info_of_the_crashed, { 4, 8, sizeof(HalTrapFrame) }, 0 },
	{ "KnTaskGetExceptionInfo", info_of_the_frozen, { 4, 8, sizeof(HalTrapFrame) }, 0 },
	{ "KnTaskGetThreadContext", get_thread_context, { sizeof(KnThreadContext) }, 0 },
	{ "KnTaskGetNextVmRegion", get_region, { 8, 8, 4 }, 0 },
	{ "KnTaskGetIdByHandle", get_id, { 4 }, 0 },
	{ "KnTaskGetInitialThreadPriority", get_priority, { 4 }, 0 },
	{ "KnTaskGetName", get_name, { 8 }, 1 },
	{ "KnTaskGetPath", get_path, { 16 }, 1 },
	{ "KnPmmMdlGetSize", get_size, { 8 }, 0 },
	{ "KnSysGetCounters", get_counters, { sizeof(SysCounters) }, 0 },
	{ "KosRandomGenerate", generate, { 16 }, 1 },
};

static void good(void **p)
{
	memset(result, 0xa5, sizeof(result));
	for (int i = 0; i < POINTERS; i++)
		p[i] = result[i];
}

static int untouched(void)
{
	const unsigned char *bytes = result[0];

	for (size_t i = 0; i < sizeof(result); i++)
		if (bytes[i] != 0xa5)
			return 0;
	return 1;
}

static void fails(size_t c, int n, void *pointer, Retcode expected)
{
	void *p[POINTERS];
	SysCounters before = counters(), after;
	Retcode rc;

	good(p);
	p[n] = pointer;
	rc = calls[c].call(p);
	after = counters();
	check_rc(n, calls[c].name, expected, rc);
	CHECK(untouched() && same_counters(&before, &after));
}

static void pointers(void)
{
	/* The last bytes before a page that nobody has. */
	unsigned char *edge = (unsigned char *)KnVmAllocate((void *)0x60000000ul, PAGE,
							    RW | AT_ONCE | VMM_FLAG_HIGH_GUARD) +
			      PAGE;

	for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
		void *p[POINTERS];

		good(p);
		check_rc(__LINE__, calls[c].name, rcOk, calls[c].call(p));
		CHECK(!untouched());
		for (int n = 0; n < POINTERS && calls[c].size[n]; n++) {
			int align = calls[c].size[n] < 8 ? calls[c].size[n] : 8;

			/* What lies behind the result stays as it was. */
			for (int i = calls[c].size[n]; i < LARGEST; i++)
				checks_failed += result[n][i] != 0xa5;
			fails(c, n, RTL_NULL, rcInvalidArgument);
			for (int off = 1; off < align && !calls[c].bytes; off *= 2)
				fails(c, n, result[n] + off, rcInvalidArgument);
			fails(c, n, NOWHERE, rcTargetFault);
			fails(c, n, (void *)-16ul, rcTargetFault);
			fails(c, n, (void *)(1ul << 45), rcTargetFault);
			fails(c, n, KnTaskGetPcb(), rcTargetFault);
			fails(c, n, (void *)KnTaskGetPcb()->romfs, rcTargetFault);
			fails(c, n, (void *)exit_with_5, rcTargetFault);
			if (calls[c].size[n] > 8 && !calls[c].bytes)
				fails(c, n, edge - 8, rcTargetFault);
		}
	}
	NEED(KnVmUnmap(edge - PAGE, PAGE));
}

/* Names and paths into buffers of every size. */
static void strings(void)
{
	char text[32];

	for (rtl_size_t size = 0; size < sizeof(text); size++) {
		Retcode small = size == 0 ? rcInvalidArgument : rcBufferTooSmall;

		memset(text, 'x', sizeof(text));
		CHECK_RC(size > strlen("getters") ? rcOk : small, KnTaskGetName(text, size));
		CHECK(size > strlen("getters") ? !strcmp(text, "getters") : text[0] == 'x');
		CHECK_EQUAL('x', text[sizeof(text) - 1]);
		memset(text, 'x', sizeof(text));
		CHECK_RC(size > strlen("api-getters.elf") ? rcOk : small,
			 KnTaskGetPath(text, size));
		CHECK(size > strlen("api-getters.elf") ? !strcmp(text, "api-getters.elf")
						       : text[0] == 'x');
	}
	CHECK_RC(rcOk, KnTaskGetName(text, (rtl_size_t)-1)); /* as much as it needs */
	FAILS(rcInvalidArgument, KnTaskGetName(RTL_NULL, 8));
	FAILS(rcTargetFault, KnTaskGetPath(NOWHERE, 1));
}

/* From the PCB alone. */
static void own(void)
{
	const Pcb *pcb = KnTaskGetPcb();
	rtl_size_t base = 1, symbols = 1, strings_size = 1, env = 1;
	void *syms, *strs;

	CHECK(pcb == KnTaskGetPcb() && (rtl_uintptr_t)pcb % PAGE == 0);
	CHECK_EQUAL(FLOE_ABI_VERSION, pcb->abiVersion);
	CHECK_EQUAL(KnTaskGetId(), pcb->pid);
	CHECK_EQUAL(TaskMayInspect, pcb->permissions);
	CHECK_EQUAL(ThreadStackSizeDefault, pcb->stackSize);
	CHECK_RC(rcOk, KnTaskGetElfSyms(&base, &syms, &symbols, &strs, &strings_size));
	CHECK(base == pcb->relocBase && syms == (void *)pcb->symTab && symbols == pcb->symTabSize);
	CHECK(strs == (void *)pcb->strTab && strings_size == pcb->strTabSize && symbols);
	CHECK_RC(rcInvalidArgument, KnTaskGetElfSyms(RTL_NULL, &syms, &symbols, &strs, &env));
	CHECK_RC(rcInvalidArgument, KnTaskGetElfSyms(&base, RTL_NULL, &symbols, &strs, &env));
	CHECK_RC(rcInvalidArgument, KnTaskGetElfSyms(&base, &syms, RTL_NULL, &strs, &env));
	CHECK_RC(rcInvalidArgument, KnTaskGetElfSyms(&base, &syms, &symbols, RTL_NULL, &env));
	CHECK_RC(rcInvalidArgument, KnTaskGetElfSyms(&base, &syms, &symbols, &strs, RTL_NULL));
	CHECK(KnTaskGetEnv(&env) == RTL_NULL && env == 0); /* the library has read and freed it */
	FAILS(rcInvalidOperation, KnTaskFreeEnv());
}

int main(void)
{
	touch_stack();
	ended = child_start("ended", CHILD(exit_with_5), 0);
	crashed = child_start("crashed", CHILD(crash), 0);
	frozen = child_start("frozen", CHILD(crash), TaskExceptionFreezesTask);
	task = child_create("task", 0);
	wait_for(ended);
	wait_for(crashed);
	wait_for(frozen);
	NEED(KnPmmMdlCreate(PAGE, RW, &mdl));
	settled();
	pointers();
	strings();
	own();
	return checks_result();
}
