/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KnElfCreateVmSegEx and KnElfFreeVmSeg: what they give of each kind of image,
 * that the image and the segments may go at any time, and that a malformed image
 * is an error that leaves nothing behind, whatever is wrong with it.
 */
#include "api-test.h"

#include <coresrv/elf/elf_api.h>
#include <kos/romfs.h>

/* Where things are in the file and program headers. */
enum {
	E_TYPE = 16,
	E_MACHINE = 18,
	E_ENTRY = 24,
	E_PHOFF = 32,
	E_SHOFF = 40,
	E_PHENTSIZE = 54,
	E_PHNUM = 56,
	E_SHENTSIZE = 58,
	P_TYPE = 0,
	P_FLAGS = 4,
	P_OFFSET = 8,
	P_VADDR = 16,
	P_FILESZ = 32,
	P_MEMSZ = 40,
	HEADER = 64,
	PROGRAM_HEADER = 56,
	ET_EXEC = 2,
	ET_DYN = 3,
	PT_LOAD = 1,
	PT_INTERP = 3,
};

struct result {
	TaskInitialState state;
	VmSeg *segs;
	rtl_size_t count, sym_size, str_size, header_size;
	unsigned sym, str;
	void *header;
};

static unsigned char *image; /* a copy of exit.elf, to be spoilt and healed */
static const unsigned char *good;
static rtl_size_t size;

static Retcode create(const void *data, rtl_size_t bytes, struct result *r)
{
	return KnElfCreateVmSegEx(data, bytes, &r->state.entryAddr, &r->state.relocBase, &r->segs,
				  &r->count, &r->sym, &r->sym_size, &r->str, &r->str_size,
				  &r->header, &r->header_size);
}

static rtl_uint64_t get(const unsigned char *at, int bytes)
{
	rtl_uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static void put(unsigned char *at, int bytes, rtl_uint64_t value)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

/* The n-th loadable segment's program header. */
static unsigned char *load(int n)
{
	unsigned char *h = image + get(image + E_PHOFF, 8);

	while (get(h, 4) != PT_LOAD || n--)
		h += PROGRAM_HEADER;
	return h;
}

static void check_segments(const struct result *r)
{
	rtl_size_t bytes;

	for (rtl_size_t i = 0; i < r->count; i++) {
		const VmSeg *s = &r->segs[i];

		CHECK(s->loadAddr % PAGE == 0 && s->size % PAGE == 0 && s->size && !s->offset);
		CHECK(s->flags & R && s->flags != VMM_FLAG_RWX_MASK);
		CHECK_RC(rcOk, KnPmmMdlGetSize(s->h, &bytes));
		CHECK_EQUAL(s->size, bytes);
		if (i)
			CHECK(s->loadAddr >= s[-1].loadAddr + s[-1].size);
	}
}

/* What is given for an image of each kind. */
static void kinds(void)
{
	static const struct {
		const char *name;
		int fixed, symbols;
	} kind[] = { { "exit.elf", 0, 1 }, { "fixed.elf", 1, 1 }, { "stripped.elf", 0, 0 } };

	for (int i = 0; i < 3; i++) {
		struct result r, again;
		rtl_size_t bytes, programs;
		const unsigned char *data;
		const void *at;

		NEED(KosRomfsMap(kind[i].name, &at, &bytes));
		data = at;
		CHECK_EQUAL(kind[i].fixed ? ET_EXEC : ET_DYN, get(data + E_TYPE, 2));
		CHECK_RC(rcOk, create(data, bytes, &r));
		CHECK_RC(rcOk, create(data, bytes, &again));
		programs = r.count - (kind[i].symbols ? 2 : 0);
		CHECK_EQUAL(programs, r.sym);
		CHECK_EQUAL(kind[i].symbols ? programs + 1 : r.count, r.str);
		CHECK(programs >= 2 && !r.sym_size == !kind[i].symbols &&
		      !r.str_size == !kind[i].symbols && r.sym_size % 24 == 0);
		if (kind[i].fixed) {
			CHECK_EQUAL(0, r.state.relocBase);
		} else {
			CHECK(r.state.relocBase && r.state.relocBase % PAGE == 0);
			CHECK(r.state.relocBase != again.state.relocBase);
		}
		CHECK_EQUAL(get(data + E_ENTRY, 8) + r.state.relocBase, r.state.entryAddr);
		CHECK(r.header_size >= HEADER && r.header_size <= FLOE_ELF_HDR_MAX);
		CHECK(memcmp(r.header, data, r.header_size) == 0);
		check_segments(&r);
		/* ld's, a SHA-1 */
		CHECK(r.segs[0].buildIdSize == 20 && r.segs[r.count - 1].buildIdSize == 20);
		CHECK_RC(rcOk, KnElfFreeVmSeg(r.segs, r.count));
		CHECK_RC(rcOk, KnElfFreeVmSeg(again.segs, again.count));
	}
}

/* Text that lies in ROMFS is shared, so that 20 instances cost little more than their data. */
static void shared_text(void)
{
	struct result r[20];
	rtl_size_t written = 0;
	SysCounters before = counters(), after;

	for (int i = 0; i < 20; i++)
		CHECK_RC(rcOk, create(good, size, &r[i]));
	after = counters();
	for (rtl_size_t i = 0; i < r[0].count; i++)
		if (r[0].segs[i].flags & VMM_FLAG_WRITE || i == r[0].sym || i == r[0].str)
			written += r[0].segs[i].size / PAGE;
	CHECK(before.freePages - after.freePages <= 20 * (written + 1));
	for (int i = 0; i < 20; i++)
		CHECK_RC(rcOk, KnElfFreeVmSeg(r[i].segs, r[i].count));
}

static void null_pointers(void)
{
	struct result r;
	void *p[] = { &r.state.entryAddr,
		      &r.state.relocBase,
		      &r.segs,
		      &r.count,
		      &r.sym,
		      &r.sym_size,
		      &r.str,
		      &r.str_size,
		      &r.header,
		      &r.header_size };

	FAILS(rcInvalidArgument, create(RTL_NULL, size, &r));
	for (int i = 0; i < 10; i++) {
		void *q[10];

		memcpy(q, p, sizeof(q));
		q[i] = RTL_NULL;
		FAILS(rcInvalidArgument, KnElfCreateVmSegEx(good, size, q[0], q[1], q[2], q[3],
							    q[4], q[5], q[6], q[7], q[8], q[9]));
	}
	FAILS(rcInvalidArgument, KnElfFreeVmSeg(RTL_NULL, 0));
	FAILS(rcInvalidArgument, KnElfFreeVmSeg(RTL_NULL, 3));
}

static Retcode spoilt(rtl_size_t bytes)
{
	const struct result untouched = { .count = 77, .sym = 88 };
	struct result r = untouched;
	Retcode rc = create(image, bytes, &r);

	if (rc == rcOk) {
		check_segments(&r);
		KnElfFreeVmSeg(r.segs, r.count);
	} else {
		CHECK(memcmp(&r, &untouched, sizeof(r)) == 0);
	}
	return rc;
}

/* One thing wrong at a time. */
static void malformed(void)
{
#define SPOILT(expected, at, bytes, value)                                                         \
	do {                                                                                       \
		put(at, bytes, value);                                                             \
		FAILS(expected, spoilt(size));                                                     \
		memcpy(image, good, size);                                                         \
	} while (0)
	SPOILT(rcInvalidArgument, image, 1, 0);
	SPOILT(rcInvalidArgument, image + 4, 1, 1);
	SPOILT(rcInvalidArgument, image + 5, 1, 2);
	SPOILT(rcInvalidArgument, image + E_TYPE, 2, 1);
	SPOILT(rcInvalidArgument, image + E_TYPE, 2, 4);
	SPOILT(rcInvalidArgument, image + E_MACHINE, 2, 62);
	SPOILT(rcInvalidArgument, image + E_ENTRY, 8, 0x1001);
	SPOILT(rcInvalidArgument, image + E_PHOFF, 8, size);
	SPOILT(rcInvalidArgument, image + E_PHOFF, 8, (rtl_uint64_t)-64);
	SPOILT(rcInvalidArgument, image + E_PHENTSIZE, 2, 55);
	SPOILT(rcInvalidArgument, image + E_PHNUM, 2, 0);
	SPOILT(rcInvalidArgument, image + E_PHNUM, 2, 0xffff);
	SPOILT(rcInvalidArgument, load(1) + P_TYPE, 4, PT_INTERP);
	SPOILT(rcInvalidArgument, load(0) + P_OFFSET, 8, size);
	SPOILT(rcInvalidArgument, load(0) + P_OFFSET, 8, (rtl_uint64_t)-1);
	SPOILT(rcInvalidArgument, load(1) + P_VADDR, 8, 0);
	SPOILT(rcInvalidArgument, load(1) + P_VADDR, 8, 1ul << 39);
	SPOILT(rcInvalidArgument, load(1) + P_VADDR, 8, (rtl_uint64_t)-4096);
	SPOILT(rcInvalidArgument, load(1) + P_FILESZ, 8, (rtl_uint64_t)-1);
	SPOILT(rcInvalidArgument, load(1) + P_MEMSZ, 8, 1);
	SPOILT(rcInvalidArgument, load(2) + P_MEMSZ, 8, 1ul << 39);
	SPOILT(rcQuotaExceeded, load(2) + P_MEMSZ, 8, 1ul << 30);
	SPOILT(rcSecurityDisallow, load(1) + P_FLAGS, 4, 7);
	SPOILT(rcInvalidArgument, image + E_TYPE, 2, ET_EXEC); /* with a segment in page 0 */
#undef SPOILT
	for (rtl_size_t bytes = 0; bytes < HEADER + 8 * PROGRAM_HEADER; bytes++)
		CHECK(spoilt(bytes) == rcInvalidArgument);
	for (rtl_size_t bytes = 1000; bytes < size; bytes += 997)
		CHECK(spoilt(bytes) == rcInvalidArgument || bytes > get(load(2) + P_OFFSET, 8));
}

/* Bytes of the headers are what they should not be: an error or not, but never a fault. */
static void random_bytes(void)
{
	rtl_uint64_t state = 0x9e3779b97f4a7c15, sections = get(good + E_SHOFF, 8);
	SysCounters before = counters(), after;
	unsigned accepted = 0;

	for (int round = 0; round < 500; round++) {
		for (int bytes = 1 + round % 4; bytes--;) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			image[state % 3 ? state / 3 % (HEADER + 7 * PROGRAM_HEADER)
					: sections + state / 3 % (size - sections)] =
				(unsigned char)(state >> 40);
		}
		accepted += spoilt(size) == rcOk;
		memcpy(image, good, HEADER + 7 * PROGRAM_HEADER);
		memcpy(image + sections, good + sections, size - sections);
	}
	after = counters();
	check_counters(__LINE__, "malformed images", &before, &after);
	CHECK(accepted > 50 && accepted < 450);
}

/* Segments of a copy that is overwritten and freed at once; freed before or after loading. */
static void independence(void)
{
	unsigned char *copy = malloc(size);
	Handle task = child_create("copied", 0), other = child_create("late", 0);
	rtl_uintptr_t at;
	struct result r;
	VmSeg last;

	memcpy(copy, good, size);
	CHECK_RC(rcOk, create(copy, size, &r));
	memset(copy, 0xff, size);
	free(copy);
	for (rtl_size_t i = 0; i < r.sym; i++) {
		CHECK_RC(rcOk, KnTaskLoadSeg(task, &r.segs[i], &at));
		CHECK_EQUAL(r.segs[i].loadAddr, at);
	}
	CHECK_RC(rcOk,
		 KnTaskLoadElfSyms(task, &r.segs[r.sym], r.sym_size, &r.segs[r.str], r.str_size));
	CHECK_RC(rcOk, KnTaskSetInitialState(task, &r.state));
	CHECK_RC(rcOk, KnTaskSetElfHdr(task, r.header, r.header_size));
	last = r.segs[0];
	CHECK_RC(rcOk, KnElfFreeVmSeg(r.segs, r.count));
	FAILS(rcInvalidArgument, KnTaskLoadSeg(other, &last, &at)); /* its handle is closed */
	NEED(KnTaskResume(task));
	CHECK_EQUAL(0, exit_code_of(task));
	NEED(KnHandleClose(other));
}

int main(void)
{
	const void *data;
	SysCounters before, after;

	touch_stack();
	NEED(KosRomfsMap("exit.elf", &data, &size));
	good = data;
	image = malloc(size);
	memcpy(image, good, size);
	null_pointers(); /* and the heap is as large as it gets */
	for (int i = 0; i < 2; i++) {
		before = settled();
		kinds();
		shared_text();
		null_pointers();
		malformed();
		random_bytes();
		independence();
		after = settled();
		if (i)
			check_counters(__LINE__, "all of them", &before, &after);
	}
	return checks_result();
}
