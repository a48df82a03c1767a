/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What prepares a process: KnTaskReseedAslr, LoadSeg, LoadElfSyms,
 * SetInitialState, SetElfHdr, SetEnv, SetPath, SetLimits; and what the process
 * finds of it.
 */
#include "api-test.h"

#define AT 0x20000000ul
#define USER_END (1ul << 39)

/* Exits with the word at 0x20000000 + a page. */
CHILD_CODE(give_word, "li t0, 0x20001000\nlw a0, 0(t0)\n" CHILD_CALL(18));

static rtl_uintptr_t actual;

static VmSeg segment(rtl_size_t size, rtl_uint32_t flags, const void *data, rtl_size_t bytes)
{
	VmSeg seg;

	NEED(KnVmSegInitFromBuf(&seg, AT, 0, size, flags, 0, RTL_NULL, 0, data, bytes));
	return seg;
}

static void seeds(void)
{
	static const char seed[FLOE_SEED_MAX + 1] = "a seed of thirty-two bytes or so";
	static const rtl_size_t sizes[] = { 1, 8, 31, 32 };
	Handle task = child_create("seeds", 0);
	void *first[4][2], *unseeded[2];

	FAILS(rcInvalidArgument, KnTaskReseedAslr(task, RTL_NULL, 32));
	FAILS(rcInvalidArgument, KnTaskReseedAslr(task, seed, 0));
	FAILS(rcBufferTooLarge, KnTaskReseedAslr(task, seed, 33));
	FAILS(rcBufferTooLarge, KnTaskReseedAslr(task, seed, (rtl_size_t)-1));
	FAILS(rcSourceFault, KnTaskReseedAslr(task, NOWHERE, 32));
	FAILS(rcSourceFault, KnTaskReseedAslr(task, (void *)-16ul, 32));
	FAILS(rcInvalidArgument, KnTaskReseedAslr(INVALID_HANDLE, seed, 32));
	NEED(KnHandleClose(task));
	/* Each size is a seed of its own; the same one gives the same again. */
	for (int i = 0; i < 4; i++)
		for (int again = 0; again < 2; again++) {
			task = child_create("seeds", 0);
			CHECK_RC(rcOk, KnTaskReseedAslr(task, seed, sizes[i]));
			NEED(KnTaskVmReserve(task, RTL_NULL, PAGE, R, &first[i][again]));
			NEED(KnHandleClose(task));
		}
	for (int i = 0; i < 4; i++) {
		CHECK(first[i][0] == first[i][1]);
		for (int other = 0; other < i; other++)
			CHECK(first[i][0] != first[other][0]);
	}
	for (int i = 0; i < 2; i++) {
		task = child_create("seeds", 0);
		NEED(KnTaskVmReserve(task, RTL_NULL, PAGE, R, &unseeded[i]));
		NEED(KnHandleClose(task));
	}
	CHECK(unseeded[0] != unseeded[1]);
}

/* Each field of a segment, wrong. */
static void wrong_segments(void)
{
	Handle task = child_create("wrong", 0), notice;
	VmSeg good = segment(4 * PAGE, RW, "x", 1), seg;

	NEED(KnNoticeCreate(&notice));
#define WRONG(expected, field, value)                                                              \
	do {                                                                                       \
		seg = good;                                                                        \
		seg.field = (value);                                                               \
		FAILS(expected, KnTaskLoadSeg(task, &seg, &actual));                               \
	} while (0)
	WRONG(rcInvalidArgument, h, 0);
	WRONG(rcInvalidArgument, h, INVALID_HANDLE);
	WRONG(rcInvalidArgument, h, notice);
	WRONG(rcInvalidArgument, h, task);
	WRONG(rcInvalidArgument, loadAddr, AT + 1);
	WRONG(rcInvalidArgument, loadAddr, 1);
	WRONG(rcInvalidArgument, loadAddr, AT + PAGE / 2);
	WRONG(rcInvalidArgument, loadAddr, USER_END);
	WRONG(rcInvalidArgument, loadAddr, USER_END - 3 * PAGE);
	WRONG(rcInvalidArgument, loadAddr, -PAGE);
	WRONG(rcInvalidArgument, loadAddr, 1ul << 41);
	WRONG(rcInvalidArgument, offset, 1);
	WRONG(rcInvalidArgument, offset, PAGE); /* and the whole size */
	WRONG(rcInvalidArgument, offset, -PAGE);
	WRONG(rcInvalidArgument, size, 0);
	WRONG(rcInvalidArgument, size, PAGE + 1);
	WRONG(rcInvalidArgument, size, 5 * PAGE);
	WRONG(rcInvalidArgument, size, -PAGE);
	WRONG(rcInvalidArgument, flags, 0);
	WRONG(rcInvalidArgument, flags, VMM_FLAG_WRITE);
	WRONG(rcInvalidArgument, flags, VMM_FLAG_EXECUTE);
	WRONG(rcInvalidArgument, flags, VMM_FLAG_WRITE | VMM_FLAG_EXECUTE);
	WRONG(rcInvalidArgument, flags, RW | VMM_FLAG_COMMIT);
	WRONG(rcNoCapability, flags, RX);
	WRONG(rcNoCapability, flags, VMM_FLAG_RWX_MASK);
#undef WRONG
	seg = good;
	seg.offset = 8; /* within the buffer, but not at a page */
	seg.size = PAGE;
	FAILS(rcInvalidArgument, KnTaskLoadSeg(task, &seg, &actual));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(task, RTL_NULL, &actual));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(task, &good, RTL_NULL));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(task, (VmSeg *)((char *)&good + 1), &actual));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(notice, &good, &actual));
	FAILS(rcSourceFault, KnTaskLoadSeg(task, NOWHERE, &actual));
	FAILS(rcTargetFault, KnTaskLoadSeg(task, &good, NOWHERE));
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &good, &actual)); /* nothing of these was mapped */
	NEED(KnHandleClose(good.h));
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(notice));
}

/* Where a segment may lie: at both ends, beside another, not over one; or anywhere. */
static void places(void)
{
	Handle task = child_create("places", 0);
	VmSeg seg = segment(4 * PAGE, RW, "x", 1);
	rtl_uintptr_t other;

	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	CHECK_EQUAL(AT, actual);
	for (int pages = -3; pages <= 3; pages++) {
		seg.loadAddr = AT + (rtl_uintptr_t)pages * PAGE;
		FAILS(rcAlreadyExists, KnTaskLoadSeg(task, &seg, &actual));
	}
	seg.loadAddr = AT - 4 * PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	seg.loadAddr = AT + 4 * PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	seg.loadAddr = PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	seg.loadAddr = USER_END - 4 * PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	/* A part of the buffer, chosen by the process's generator. */
	seg.loadAddr = 0;
	seg.offset = 2 * PAGE;
	seg.size = PAGE;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	CHECK(actual >= USER_END && actual < 2 * USER_END && actual % PAGE == 0);
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &other));
	CHECK(other != actual);
	NEED(KnHandleClose(seg.h));
	NEED(KnHandleClose(task));
}

/* Mapped, not copied: what is written to the buffer afterwards is what the process reads. */
static void shared_pages(void)
{
	Handle task = child_create("shared", 0);
	VmSeg seg = segment(2 * PAGE, RW, "x", 1);
	void *view;

	NEED(KnPmmMdlMap(seg.h, 0, 2 * PAGE, RTL_NULL, RW, &view));
	seg.flags = R;
	CHECK_RC(rcOk, KnTaskLoadSeg(task, &seg, &actual));
	NEED(KnHandleClose(seg.h));
	*(int *)((char *)view + PAGE) = 77;
	child_load(task, CHILD(give_word));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(77, exit_code_of(task));
	NEED(KnVmUnmap(view, 2 * PAGE));
}

static void symbols(void)
{
	Handle task = child_create("symbols", 0), notice;
	VmSeg sym = segment(PAGE, R, "sym", 4), str = segment(2 * PAGE, R, "str", 4), bad;

	NEED(KnNoticeCreate(&notice));
	str.loadAddr = AT + PAGE;
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, RTL_NULL, 24, &str, 4));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 24, RTL_NULL, 4));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 0, &str, 4));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 24, &str, 0));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, PAGE + 1, &str, 4));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 24, &str, 2 * PAGE + 1));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(notice, &sym, 24, &str, 4));
	FAILS(rcSourceFault, KnTaskLoadElfSyms(task, NOWHERE, 24, &str, 4));
	FAILS(rcSourceFault, KnTaskLoadElfSyms(task, &sym, 24, NOWHERE, 4));
	bad = sym;
	bad.h = notice;
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &bad, 24, &str, 4));
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 24, &bad, 4));
	bad = str;
	bad.loadAddr = AT;
	FAILS(rcAlreadyExists, KnTaskLoadElfSyms(task, &sym, 24, &bad, 4));
	bad.loadAddr = AT + 1;
	FAILS(rcInvalidArgument, KnTaskLoadElfSyms(task, &sym, 24, &bad, 4));
	CHECK_RC(rcOk, KnTaskLoadElfSyms(task, &sym, PAGE, &str, 2 * PAGE));
	sym.loadAddr = str.loadAddr = 0;
	FAILS(rcInvalidOperation, KnTaskLoadElfSyms(task, &sym, 24, &str, 4)); /* it has some */
	NEED(KnHandleClose(task));
	task = child_create("symbols", 0);
	CHECK_RC(rcOk, KnTaskLoadElfSyms(task, &sym, 24, &str, 4)); /* anywhere */
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(sym.h));
	NEED(KnHandleClose(str.h));
	NEED(KnHandleClose(notice));
}

static void entries(void)
{
	static const TaskInitialState odd = { AT + 1, 0 }, even = { AT + 2, 0 }, nowhere = { 0, 0 },
				      high = { (rtl_uintptr_t)-2, 1 };
	Handle task = child_create("entries", 0), other = child_create("others", 0);
	VmSeg seg = segment(PAGE, R, "x", 1);
	void *at;

	FAILS(rcInvalidArgument, KnTaskSetInitialState(task, RTL_NULL));
	FAILS(rcInvalidArgument,
	      KnTaskSetInitialState(task, (const TaskInitialState *)((const char *)&even + 4)));
	FAILS(rcInvalidArgument, KnTaskSetInitialState(task, &odd));
	FAILS(rcSourceFault, KnTaskSetInitialState(task, NOWHERE));
	FAILS(rcInvalidOperation, KnTaskResume(task));
	CHECK_RC(rcOk, KnTaskSetInitialState(task, &even)); /* need not be mapped */
	FAILS(rcInvalidOperation, KnTaskSetInitialState(task, &even));
	FAILS(rcInvalidOperation, KnTaskLoadSeg(task, &seg, &actual));
	FAILS(rcInvalidOperation, KnTaskLoadElfSyms(task, &seg, 24, &seg, 1));
	FAILS(rcInvalidOperation, KnTaskReseedAslr(task, "x", 1));
	FAILS(rcInvalidOperation, KnTaskVmReserve(task, RTL_NULL, PAGE, R, &at));
	CHECK_RC(rcOk, KnTaskSetInitialState(other, &nowhere));
	NEED(KnHandleClose(other));
	other = child_create("others", 0);
	CHECK_RC(rcOk, KnTaskSetInitialState(other, &high));
	NEED(KnTaskResume(other)); /* its first instruction is an exception of its own */
	wait_for(other);
	NEED(KnHandleClose(other));
	NEED(KnHandleClose(task));
	NEED(KnHandleClose(seg.h));
}

/* Up to its limit each is taken, and replaces the one before. */
static void sizes(void)
{
	static char data[FLOE_ENV_MAX + 1];
	Handle task = child_create("sizes", 0);
	SysCounters before, after;

	FAILS(rcInvalidArgument, KnTaskSetElfHdr(task, RTL_NULL, 64));
	FAILS(rcInvalidArgument, KnTaskSetElfHdr(task, data, 0));
	FAILS(rcBufferTooLarge, KnTaskSetElfHdr(task, data, FLOE_ELF_HDR_MAX + 1));
	FAILS(rcSourceFault, KnTaskSetElfHdr(task, NOWHERE, 64));
	CHECK_RC(rcOk, KnTaskSetElfHdr(task, data, 1));
	CHECK_RC(rcOk, KnTaskSetElfHdr(task, data, FLOE_ELF_HDR_MAX));
	FAILS(rcInvalidArgument, KnTaskSetEnv(task, RTL_NULL, 64));
	FAILS(rcInvalidArgument, KnTaskSetEnv(task, data, 0));
	FAILS(rcBufferTooLarge, KnTaskSetEnv(task, data, FLOE_ENV_MAX + 1));
	FAILS(rcSourceFault, KnTaskSetEnv(task, NOWHERE, 64));
	CHECK_RC(rcOk, KnTaskSetEnv(task, data, FLOE_ENV_MAX));
	before = counters();
	for (int i = 0; i < 20; i++)
		CHECK_RC(rcOk, KnTaskSetEnv(task, data, FLOE_ENV_MAX));
	after = counters();
	check_counters(__LINE__, "KnTaskSetEnv", &before, &after);
	FAILS(rcInvalidArgument, KnTaskSetPath(task, RTL_NULL));
	FAILS(rcSourceFault, KnTaskSetPath(task, NOWHERE));
	CHECK_RC(rcOk, KnTaskSetPath(task, "first.elf"));
	CHECK_RC(rcOk, KnTaskSetPath(task, ""));
	NEED(KnHandleClose(task));
}

/* In the child: the header and the page that the creator wrote, the last of each. */
static int child(void)
{
	const Pcb *pcb = KnTaskGetPcb();
	const unsigned char *header = (const unsigned char *)pcb + pcb->elfHdrOffset;
	rtl_size_t size = 1;
	char path[8];

	CHECK_EQUAL(FLOE_ELF_HDR_MAX, pcb->elfHdrSize);
	for (unsigned i = 0; i < FLOE_ELF_HDR_MAX; i++)
		checks_failed += header[i] != (unsigned char)(i * 7);
	/* The library has taken the page, which it did not know, for none, and freed it. */
	CHECK(KnTaskGetEnv(&size) == RTL_NULL);
	CHECK_EQUAL(0, size);
	CHECK(KnTaskGetEnv(RTL_NULL) == RTL_NULL);
	CHECK_RC(rcInvalidOperation, KnTaskFreeEnv());
	CHECK_RC(rcOk, KnTaskGetPath(path, 1));
	CHECK(path[0] == '\0');
	return checks_result();
}

static void seen_by_the_child(void)
{
	static unsigned char header[FLOE_ELF_HDR_MAX];
	Handle task = another("reader", "", 0, RTL_NULL);

	for (unsigned i = 0; i < sizeof(header); i++)
		header[i] = (unsigned char)(i * 7);
	CHECK_RC(rcOk, KnTaskSetElfHdr(task, header, 64));
	CHECK_RC(rcOk, KnTaskSetElfHdr(task, header, sizeof(header)));
	CHECK_RC(rcOk, KnTaskSetEnv(task, "no known page", 13));
	CHECK_RC(rcOk, KnTaskSetPath(task, ""));
	NEED(KnTaskResume(task));
	CHECK_EQUAL(0, exit_code_of(task));
}

int main(int argc, char **argv)
{
	char name[16];

	(void)argc;
	(void)argv;
	NEED(KnTaskGetName(name, sizeof(name)));
	if (strcmp(name, "reader") == 0)
		return child();
	touch_stack();
	seeds();
	wrong_segments();
	places();
	shared_pages();
	symbols();
	entries();
	sizes();
	seen_by_the_child();
	return checks_result();
}
