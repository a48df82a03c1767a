/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzzer's calls are given: numbers, addresses in a scratch area (which results may
 * overwrite), addresses that are nobody's, and handles that earlier calls gave, as it comes, or
 * of the kind that the function wants.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "child.h"

#include <floe/abi.h>
#include <stdint.h>

enum {
	SCRATCH = 256 * 1024,
	HANDLES = 80, /* as many of them of each kind, the last mixed */
	PAGES = 64,
};

static uint64_t state = 0x123456789abcdef;
static char *scratch;
static Handle handles[HANDLES];
static void *pages[PAGES];

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1d;
}

static uint64_t below(uint64_t n)
{
	return (next() >> 11) % n;
}

static uint64_t an_address(void)
{
	switch (below(8)) {
	case 0:
		return next();
	case 1:
		return below(1u << 20);
	case 2:
		return (uint64_t)1 << below(64);
	case 3:
		return (uint64_t)pages[below(PAGES)];
	case 4:
		return KnTaskGetPcb()->romfs + below(KnTaskGetPcb()->romfsSize);
	case 5:
		return 0xffc0000000 + below(0x400000);
	default:
		return (uint64_t)scratch + 8 * below(SCRATCH / 16);
	}
}

static uint64_t a_number(void)
{
	static const uint64_t limits[] = { 0,
					   1,
					   8,
					   32,
					   64,
					   1023,
					   1024,
					   4096,
					   8192,
					   65536,
					   131072,
					   0x7fffffff,
					   0xffffffff,
					   0x100000000,
					   (uint64_t)1 << 38,
					   (uint64_t)1 << 39,
					   (uint64_t)1 << 41,
					   (uint64_t)1 << 63,
					   ~(uint64_t)0,
					   ~(uint64_t)0xfff };

	switch (below(4)) {
	case 0:
		return next();
	case 1:
		return limits[below(sizeof(limits) / sizeof(limits[0]))] - below(2);
	case 2:
		return FLOE_PAGE_SIZE * below(64);
	default:
		return below(64);
	}
}

static uint64_t an_argument(void)
{
	switch (below(4)) {
	case 0:
		return handles[below(HANDLES)];
	case 1:
		return a_number();
	default:
		return an_address();
	}
}

/*
 * What functions want: t a process, n a notice, h a thread, s scratch memory, v a VmSeg there,
 * b a FloeSegFromBuf, r a range's page address, p bytes in pages, N a small
 * number, f flags of memory, 0 nothing.
 */
static const char *const wanted[FloeFnCount] = {
	[FloeFnTaskReseedAslr] = "tsN",
	[FloeFnTaskLoadSeg] = "tvs",
	[FloeFnTaskLoadElfSyms] = "tvNvN",
	[FloeFnTaskSetInitialState] = "ts",
	[FloeFnTaskSetElfHdr] = "tsN",
	[FloeFnTaskSetEnv] = "tsN",
	[FloeFnTaskSetInitialPolicy] = "tNN0",
	[FloeFnTaskSetInitialThreadPriority] = "tN",
	[FloeFnTaskGetInitialThreadPriority] = "ts",
	[FloeFnTaskResume] = "t",
	[FloeFnTaskSetPath] = "ts",
	[FloeFnTaskSetLimits] = "ts",
	[FloeFnTaskTerminate] = "t",
	[FloeFnTaskGetExitStatus] = "ts",
	[FloeFnTaskGetExitCode] = "ts",
	[FloeFnTaskGetExceptionInfo] = "tsss",
	[FloeFnTaskGetThreadContext] = "tNs",
	[FloeFnTaskGetThreadInfo] = "tNs",
	[FloeFnTaskTerminateAfterFreezing] = "t",
	[FloeFnTaskGetIdByHandle] = "ts",
	[FloeFnTaskGetName] = "sN",
	[FloeFnTaskGetPath] = "sN",
	[FloeFnVmAllocate] = "0pf",
	[FloeFnVmUnmap] = "rp",
	[FloeFnVmSegInitFromVm] = "s0rpN",
	[FloeFnVmSegInitFromBuf] = "sb",
	[FloeFnNoticeCreate] = "s",
	[FloeFnNoticeSubscribe] = "ntNN",
	[FloeFnNoticeGetEvent] = "nNNss",
	[FloeFnHandleClose] = "t",
	[FloeFnThreadWait] = "hNs",
	[FloeFnThreadGetPriority] = "hs",
	[FloeFnThreadSetPriority] = "hN",
	[FloeFnThreadGetSchedPolicy] = "hss",
	[FloeFnThreadSetSchedPolicy] = "hNN0",
	[FloeFnThreadGetAffinity] = "hs",
	[FloeFnThreadSetAffinity] = "hs",
	[FloeFnThreadResume] = "h",
	[FloeFnThreadOpenCurrent] = "s",
	[FloeFnSleep] = "N",
	[FloeFnRandomGenerate] = "Ns",
};

enum {
	TASKS,
	NOTICES,
	BUFFERS,
	THREADS,
	MIXED,
	KINDS,
	PART = HANDLES / KINDS,
};

static uint64_t *in_scratch(void)
{
	return (uint64_t *)(void *)(scratch + 8 * below(SCRATCH / 16));
}

static VmSeg a_segment(void)
{
	return (VmSeg){ .h = handles[BUFFERS * PART + below(PART)],
			.loadAddr = FLOE_PAGE_SIZE * below(1024),
			.offset = FLOE_PAGE_SIZE * below(4),
			.size = FLOE_PAGE_SIZE * below(8),
			.flags = (uint32_t)below(8) };
}

static FloeSegFromBuf a_buffer(void)
{
	return (FloeSegFromBuf){ .loadAddr = FLOE_PAGE_SIZE * below(1024),
				 .offset = below(8192),
				 .size = FLOE_PAGE_SIZE * below(16),
				 .flags = (uint32_t)below(8),
				 .buf = (void *)(below(4) ? (uint64_t)in_scratch() : an_address()),
				 .bufSize = below(below(2) ? 16384 : 65536),
				 .checked = below(2) ? 0 : an_address() };
}

static uint64_t wanted_argument(char kind)
{
	uint64_t *words = in_scratch();

	switch (kind) {
	case 't':
		return handles[TASKS * PART + below(PART)];
	case 'n':
		return handles[NOTICES * PART + below(PART)];
	case 'h':
		return handles[THREADS * PART + below(PART)];
	case 'v':
		*(VmSeg *)words = a_segment();
		return (uint64_t)words;
	case 'b':
		*(FloeSegFromBuf *)words = a_buffer();
		return (uint64_t)words;
	case 's':
		return (uint64_t)words;
	case 'r':
		return (uint64_t)pages[below(PAGES)];
	case 'p':
		return FLOE_PAGE_SIZE * below(32);
	case 'N':
		return below(32);
	case 'f':
		return below(1u << 8) | VMM_FLAG_RESERVE;
	default:
		return 0;
	}
}

#endif
