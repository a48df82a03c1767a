/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnVmAllocate, Commit, Decommit, Protect, Unmap of the caller's own memory.
 * What an access does is asked of the hypervisor, which checks a pointer as a
 * touch would; what it does to the process itself, of copies that end by it.
 */
#include "api-test.h"

static Handle other; /* an empty process, to have something read */

static int can_write(void *p)
{
	return KnTaskGetName(p, 32) == rcOk;
}

static int can_read(const void *p)
{
	return KnTaskReseedAslr(other, p, 1) == rcOk;
}

static void commit_decommit(void)
{
	char *p = KnVmAllocate(RTL_NULL, 8 * PAGE, RW | RESERVED);

	CHECK(p && !can_read(p) && !can_write(p + 7 * PAGE));
	CHECK_RC(rcOk, KnVmCommit(p + 2 * PAGE, 3 * PAGE, VMM_FLAG_COMMIT));
	CHECK(!can_write(p + PAGE) && can_write(p + 2 * PAGE) && can_write(p + 4 * PAGE) &&
	      !can_write(p + 5 * PAGE));
	p[3 * PAGE] = 'x';
	CHECK_RC(rcOk, KnVmCommit(p + 2 * PAGE, 3 * PAGE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	CHECK_EQUAL('x', p[3 * PAGE]); /* what is there stays */
	CHECK_RC(rcOk, KnVmDecommit(p + 3 * PAGE, PAGE));
	CHECK(can_write(p + 2 * PAGE) && !can_read(p + 3 * PAGE) && can_write(p + 4 * PAGE));
	CHECK_RC(rcOk, KnVmCommit(p + 3 * PAGE, PAGE, 0));
	CHECK_EQUAL(0, p[3 * PAGE]);
	CHECK_RC(rcOk, KnVmDecommit(p, 8 * PAGE)); /* across all of the pieces */
	CHECK(!can_read(p + 2 * PAGE));
	CHECK_RC(rcOk, KnVmDecommit(p, 8 * PAGE));
	CHECK_RC(rcOk, KnVmUnmap(p, 8 * PAGE));
}

static void commits_count(void)
{
	char *p = KnVmAllocate(RTL_NULL, 1024 * PAGE, RW | RESERVED);
	SysCounters reserved = counters(), committed;

	CHECK_RC(rcOk, KnVmCommit(p, 1024 * PAGE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	committed = counters();
	CHECK(reserved.freePages - committed.freePages >= 1024);
	CHECK(reserved.freePages - committed.freePages <= 1024 + 8);
	CHECK_RC(rcOk, KnVmDecommit(p, 1024 * PAGE));
	CHECK(counters().freePages >= reserved.freePages - 8);
	CHECK_RC(rcOk, KnVmUnmap(p, 1024 * PAGE));
}

/* Reserved as locked it gets its memory with the commit, whatever else that commits; else not. */
static void reserved_as_locked(void)
{
	char *p = (char *)0x50000000ul;

	for (int locked = 0; locked < 2; locked++) {
		rtl_uint64_t before, taken;

		CHECK(KnVmAllocate(p, 32 * PAGE, RW | RESERVED) == p);
		CHECK(KnVmAllocate(p + 32 * PAGE, 32 * PAGE,
				   RW | RESERVED | (locked ? VMM_FLAG_LOCKED : 0u)) ==
		      p + 32 * PAGE);
		before = counters().freePages;
		CHECK_RC(rcOk, KnVmCommit(p, 64 * PAGE, VMM_FLAG_COMMIT));
		taken = before - counters().freePages;
		CHECK(locked ? taken >= 32 : taken <= 4);
		CHECK(can_write(p) && can_write(p + 63 * PAGE));
		NEED(KnVmUnmap(p, 64 * PAGE));
	}
}

static void wrong_ranges(void)
{
	char *p = KnVmAllocate(RTL_NULL, 4 * PAGE, RW | ON_TOUCH), *view;
	void *address = RTL_NULL;
	Handle mdl;

	memset(p, 7, 4 * PAGE);
	CHECK_RC(rcOk, KnVmUnmap(p + PAGE, PAGE)); /* a hole */
	FAILS(rcInvalidArgument, KnVmCommit(p + 1, PAGE, VMM_FLAG_COMMIT));
	FAILS(rcInvalidArgument, KnVmCommit(p, 0, VMM_FLAG_COMMIT));
	FAILS(rcInvalidArgument, KnVmCommit(p, PAGE + 1, VMM_FLAG_COMMIT));
	FAILS(rcInvalidArgument, KnVmCommit(p, PAGE, VMM_FLAG_RESERVE));
	FAILS(rcInvalidArgument, KnVmCommit(p, PAGE, VMM_FLAG_COMMIT | 1u << 31));
	FAILS(rcInvalidArgument, KnVmCommit(RTL_NULL, PAGE, VMM_FLAG_COMMIT));
	FAILS(rcInvalidArgument, KnVmCommit(p, (rtl_size_t)-4096, VMM_FLAG_COMMIT));
	FAILS(rcInvalidOperation, KnVmCommit(p, 3 * PAGE, VMM_FLAG_COMMIT | VMM_FLAG_LOCKED));
	FAILS(rcInvalidOperation, KnVmCommit(NOWHERE, PAGE, VMM_FLAG_COMMIT));
	FAILS(rcInvalidArgument, KnVmDecommit(p + 1, PAGE));
	FAILS(rcInvalidArgument, KnVmDecommit(p, 0));
	FAILS(rcInvalidOperation, KnVmDecommit(p, 3 * PAGE));
	FAILS(rcInvalidOperation, KnVmDecommit(KnTaskGetPcb(), PAGE));
	FAILS(rcInvalidOperation, KnVmDecommit((void *)KnTaskGetPcb()->romfs, PAGE));
	FAILS(rcInvalidArgument, KnVmProtect(p + 1, PAGE, R));
	FAILS(rcInvalidArgument, KnVmProtect(p, 0, R));
	FAILS(rcInvalidArgument, KnVmProtect(p, PAGE, 0));
	FAILS(rcInvalidArgument, KnVmProtect(p, PAGE, VMM_FLAG_WRITE));
	FAILS(rcInvalidArgument, KnVmProtect(p, PAGE, VMM_FLAG_EXECUTE));
	FAILS(rcInvalidArgument, KnVmProtect(p, PAGE, R | VMM_FLAG_COMMIT));
	FAILS(rcSecurityDisallow, KnVmProtect(p, PAGE, VMM_FLAG_RWX_MASK));
	FAILS(rcInvalidOperation, KnVmProtect(p, 3 * PAGE, R));
	FAILS(rcInvalidOperation, KnVmProtect(KnTaskGetPcb(), PAGE, RW));
	FAILS(rcInvalidOperation, KnVmProtect((void *)KnTaskGetPcb()->romfs, PAGE, RW));
	FAILS(rcInvalidOperation, KnVmUnmap(p, 3 * PAGE));
	FAILS(rcInvalidOperation, KnVmUnmap(KnTaskGetPcb(), PAGE));
	CHECK(p[0] == 7 && p[2 * PAGE] == 7 && can_write(p));
	/* Pages of an MDL are its own: neither committed nor decommitted here. */
	NEED(KnPmmMdlCreate(2 * PAGE, R, &mdl));
	NEED(KnPmmMdlMap(mdl, 0, 2 * PAGE, RTL_NULL, R, &address));
	view = address;
	FAILS(rcInvalidOperation, KnVmCommit(view, PAGE, VMM_FLAG_COMMIT));
	FAILS(rcInvalidOperation, KnVmDecommit(view, PAGE));
	FAILS(rcNoCapability, KnVmProtect(view, PAGE, RW));
	NEED(KnHandleClose(mdl));
	CHECK_RC(rcOk, KnVmUnmap(view, PAGE)); /* half of a mapping */
	CHECK(!can_read(view) && can_read(view + PAGE));
	CHECK_RC(rcOk, KnVmUnmap(view + PAGE, PAGE));
	NEED(KnVmUnmap(p, PAGE));
	NEED(KnVmUnmap(p + 2 * PAGE, 2 * PAGE));
}

static void protect_splits(void)
{
	char *p = KnVmAllocate(RTL_NULL, 6 * PAGE, RW | AT_ONCE);

	memset(p, 3, 6 * PAGE);
	CHECK_RC(rcOk, KnVmProtect(p + 2 * PAGE, 2 * PAGE, R));
	CHECK(can_write(p + PAGE) && !can_write(p + 2 * PAGE) && can_read(p + 3 * PAGE) &&
	      !can_write(p + 3 * PAGE) && can_write(p + 4 * PAGE));
	CHECK_RC(rcOk, KnVmProtect(p + PAGE, 4 * PAGE, RW)); /* across three regions */
	CHECK(can_write(p + 3 * PAGE));
	CHECK_EQUAL(3, p[5 * PAGE]);
	/* Not committed yet: the access of the first touch. */
	CHECK_RC(rcOk, KnVmDecommit(p, 6 * PAGE));
	CHECK_RC(rcOk, KnVmProtect(p, 6 * PAGE, R));
	CHECK_RC(rcOk, KnVmCommit(p, 6 * PAGE, VMM_FLAG_COMMIT));
	CHECK(can_read(p) && !can_write(p));
	CHECK_RC(rcOk, KnVmUnmap(p, 6 * PAGE));
}

/* 2 MiB and more: what is mapped by large pages is split where it must be. */
static void protect_large(void)
{
	const rtl_size_t size = 8ul << 20, middle = (3ul << 20) + 5 * PAGE;
	SysCounters before = counters(), after;
	char *p = KnVmAllocate(RTL_NULL, size, RW | AT_ONCE);

	memset(p, 9, size);
	CHECK_RC(rcOk, KnVmProtect(p + middle, PAGE, R));
	CHECK(can_write(p + middle - PAGE) && !can_write(p + middle) &&
	      can_write(p + middle + PAGE));
	CHECK_EQUAL(9, p[middle]);
	CHECK_RC(rcOk, KnVmDecommit(p + middle + PAGE, PAGE));
	CHECK_EQUAL(9, p[middle + 2 * PAGE]);
	CHECK_RC(rcOk, KnVmUnmap(p + middle, PAGE));
	CHECK_EQUAL(9, p[middle - 2 * PAGE]);
	CHECK_RC(rcOk, KnVmUnmap(p, middle));
	CHECK_RC(rcOk, KnVmUnmap(p + middle + PAGE, size - middle - PAGE));
	after = counters();
	CHECK(before.freePages - after.freePages <= 8);
}

/* Written, executed, written again, executed again: no fence in the guest. */
static void write_and_execute(void)
{
	static const unsigned code[2][2] = { { 0x00700513, 0x00008067 },   /* li a0, 7; ret */
					     { 0x00900513, 0x00008067 } }; /* li a0, 9; ret */
	char *p = KnVmAllocate(RTL_NULL, PAGE, RW | ON_TOUCH);
	int (*function)(void) = (int (*)(void))p;

	for (int i = 0; i < 20; i++) {
		memcpy(p, code[i % 2], sizeof(code[0]));
		CHECK_RC(rcOk, KnVmProtect(p, PAGE, RX));
		CHECK(!can_write(p));
		CHECK_EQUAL(i % 2 ? 9 : 7, function());
		CHECK_RC(rcOk, KnVmProtect(p, PAGE, RW));
		CHECK(can_write(p));
	}
	NEED(KnVmUnmap(p, PAGE));
}

static void guards(void)
{
	char *base = (char *)0x50000000ul, *p;

	p = KnVmAllocate(base, 2 * PAGE, RW | ON_TOUCH | VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD);
	CHECK(p == base);
	CHECK(!can_read(p - PAGE) && can_write(p) && can_write(p + PAGE) &&
	      !can_read(p + 2 * PAGE));
	/* A guard page is taken, but is nobody's memory. */
	CHECK(!KnVmAllocate(base - PAGE, PAGE, RW | ON_TOUCH));
	CHECK(!KnVmAllocate(base + 2 * PAGE, PAGE, RW | ON_TOUCH));
	CHECK(!KnVmAllocate(base + 3 * PAGE, PAGE, RW | ON_TOUCH | VMM_FLAG_LOW_GUARD));
	CHECK(KnVmAllocate(base + 3 * PAGE, PAGE, RW | ON_TOUCH) == base + 3 * PAGE);
	FAILS(rcInvalidOperation, KnVmUnmap(base - PAGE, PAGE));
	FAILS(rcInvalidOperation, KnVmCommit(base + 2 * PAGE, PAGE, VMM_FLAG_COMMIT));
	FAILS(rcInvalidOperation, KnVmProtect(base + 2 * PAGE, PAGE, RW));
	CHECK_RC(rcOk, KnVmUnmap(base, 2 * PAGE));
	CHECK_RC(rcOk, KnVmUnmap(base + 3 * PAGE, PAGE));
	CHECK(KnVmAllocate(base - PAGE, 4 * PAGE, RW | ON_TOUCH) == base - PAGE);
	CHECK_RC(rcOk, KnVmUnmap(base - PAGE, 4 * PAGE));
}

static void grow_down(void)
{
	char *p = KnVmAllocate(RTL_NULL, 8 * PAGE, RW | ON_TOUCH | VMM_FLAG_GROW_DOWN);

	CHECK(p && !can_write(p) && !can_write(p + 6 * PAGE));
	CHECK(can_write(p + 7 * PAGE) && !can_write(p + 5 * PAGE));
	CHECK(can_write(p + 6 * PAGE) && can_write(p + 5 * PAGE) && !can_write(p));
	p[4 * PAGE] = 1; /* the guest's own touches as well */
	for (int i = 3; i >= 0; i--)
		p[(rtl_size_t)i * PAGE] = 1;
	CHECK(can_write(p));
	CHECK_RC(rcOk, KnVmUnmap(p, 8 * PAGE));
}

/* One access that nothing handles, in a copy of this program. */
static int act(const char *mode)
{
	const rtl_uint32_t both = VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD;
	volatile char *p = KnVmAllocate((void *)0x60000000ul, 4 * PAGE,
					RW | ON_TOUCH | both |
						(mode[0] == 'g' ? VMM_FLAG_GROW_DOWN : 0u));

	switch (mode[0]) {
	case 'l':
		return p[-1];
	case 'h':
		p[4 * PAGE] = 1;
		break;
	case 'd':
		p[PAGE] = 1;
		NEED(KnVmDecommit((char *)p + PAGE, PAGE));
		return p[PAGE];
	case 'w':
		p[2 * PAGE] = 1;
		NEED(KnVmProtect((char *)p + 2 * PAGE, PAGE, R));
		p[2 * PAGE] = 2;
		break;
	case 'x':
		p[0] = 1;
		((void (*)(void))p)();
		break;
	default:
		p[PAGE] = 1; /* of an area that grows from its end */
	}
	return 0;
}

static void faults(void)
{
	static const struct {
		const char *mode;
		unsigned cause;
		rtl_uint64_t address;
	} cases[] = {
		{ "low guard", 21, 0x5fffffff },   { "high guard", 23, 0x60004000 },
		{ "decommitted", 21, 0x60001000 }, { "write", 23, 0x60002000 },
		{ "x", 20, 0x60000000 },           { "grow", 23, 0x60001000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Handle task = another("act", cases[i].mode, 0, RTL_NULL);
		HalExceptionCode code = HalExcOther;
		HalArchException cause = 0;
		HalTrapFrame frame = { .stval = 0 };

		NEED(KnTaskResume(task));
		wait_for(task);
		CHECK_RC(rcOk, KnTaskGetExceptionInfo(task, &code, &cause, &frame));
		CHECK_EQUAL(HalExcAccess, code);
		CHECK_EQUAL(cases[i].cause, cause);
		CHECK_EQUAL(cases[i].address, frame.stval);
		NEED(KnHandleClose(task));
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return act(argv[1]);
	touch_stack();
	other = child_create("other", 0);
	commit_decommit();
	commits_count();
	reserved_as_locked();
	wrong_ranges();
	protect_splits();
	protect_large();
	write_and_execute();
	guards();
	grow_down();
	faults();
	return checks_result();
}
