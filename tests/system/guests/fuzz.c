// SPDX-License-Identifier: Apache-2.0
/*
 * Issues 200,000 hypercalls with random function numbers and arguments, from the
 * seed in its argument, and then makes sure that everything still works.
 *
 * Half of the arguments are anything, the other half of the kind that the function wants:
 * fuzz.h. Left out are only the calls that would end the fuzzer, and waiting is short.
 */
#include "fuzz.h"

#include <coresrv/notice/notice_api.h>
#include <kos/task.h>

CHILD_CODE(spin, "1: j 1b");

/* A thread that ends with its first instructions; a handle stays. */
__asm__(".balign 4\nend_thread: li a0, 7\n" CHILD_CALL(61));
extern const char end_thread[];

#define CALLS 200000

#define SBI_DBCN 0x4442434Eu
#define SBI_SRST 0x53525354u

static unsigned accepted[FloeFnCount];

struct result {
	uint64_t error, value;
};

static struct result call(uint64_t extension, uint64_t function, const uint64_t *a)
{
	register uint64_t a0 __asm__("a0") = a[0];
	register uint64_t a1 __asm__("a1") = a[1];
	register uint64_t a2 __asm__("a2") = a[2];
	register uint64_t a3 __asm__("a3") = a[3];
	register uint64_t a4 __asm__("a4") = a[4];
	register uint64_t a5 __asm__("a5") = a[5];
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
			 : "memory");
	return (struct result){ a0, a1 };
}

/* Structures that calls read get fields that are nearly right. */
static void scribble(void)
{
	uint64_t *words = in_scratch();

	switch (below(4)) {
	case 0:
		for (int i = 0; i < 9; i++)
			words[i] = an_argument();
		break;
	case 1:
		*(VmSeg *)words = a_segment();
		break;
	case 2:
		*(FloeSegFromBuf *)words = a_buffer();
		break;
	default:
		snprintf((char *)words, 32, "name %u", (unsigned)below(20));
	}
}

/* Takes the place of an earlier one, so that there is always room for more. */
static void keep(unsigned kind, Handle handle)
{
	Handle *slot = &handles[(below(8) ? kind : MIXED) * PART + below(PART)];

	KnHandleClose(*slot);
	*slot = handle;
}

/* What a call gave is used by later ones. */
static void remember(uint64_t function, const uint64_t *a, struct result r)
{
	if (r.error)
		return;
	if (function < FloeFnCount)
		accepted[function]++;
	if (function == FloeFnVmAllocate)
		pages[below(PAGES)] = (void *)r.value;
	else if (function == FloeFnTaskCreate && a[5] >= (uint64_t)scratch &&
		 a[5] < (uint64_t)scratch + SCRATCH)
		keep(TASKS, *(Handle *)a[5]);
	else if (function == FloeFnThreadCreate || function == FloeFnThreadOpenCurrent)
		keep(THREADS, *(Handle *)a[0]);
	else if (function == FloeFnNoticeCreate)
		keep(NOTICES, *(Handle *)a[0]);
	else if (function == FloeFnVmSegInitFromVm || function == FloeFnVmSegInitFromBuf)
		keep(BUFFERS, ((VmSeg *)a[0])->h);
}

/* Calls after which the fuzzer would not go on. */
static int is_left_out(uint64_t function)
{
	return function == FloeFnTaskExit || function == FloeFnTaskPanic ||
	       function == FloeFnThreadExit || function == FloeFnThreadSuspendCurrent;
}

/* Threads begin where they do no harm: they end at once. */
static void set_thread_arguments(uint64_t *a)
{
	static FloeThreadStart start;

	start = (FloeThreadStart){ .entry = (uint64_t)end_thread };
	if (below(2)) {
		a[0] = (uint64_t)in_scratch();
		a[1] = (uint64_t)in_scratch();
		a[2] = below(20) | below(20) << 32;
		a[3] = below(32) * 1000;
	}
	a[4] = below(8) ? (uint64_t)&start : below(FLOE_PAGE_SIZE);
}

static int overlaps(uint64_t base, uint64_t size, const void *start, uint64_t length)
{
	return base < (uint64_t)start + length && (uint64_t)start < base + size;
}

extern const char __image_start[];
extern char end[];

/* The fuzzer keeps its own memory: what it runs in, and the scratch area. */
static int is_own(const uint64_t *a)
{
	uint64_t here = (uint64_t)&a;

	return a[1] > (uint64_t)1 << 40 || overlaps(a[0], a[1], scratch, SCRATCH) ||
	       overlaps(a[0], a[1], __image_start, (uint64_t)(end - __image_start)) ||
	       overlaps(a[0], a[1], (void *)(here - FLOE_STACK_DEFAULT), 2 * FLOE_STACK_DEFAULT);
}

static void call_at_random(void)
{
	uint64_t function = below(8) ? below(FloeFnCount + 4) : next(), a[6];

	const char *kinds = function < FloeFnCount && wanted[function] && below(2)
				    ? wanted[function]
				    : "";

	for (int i = 0; i < 6; i++) {
		a[i] = *kinds ? wanted_argument(*kinds) : an_argument();
		kinds += *kinds != 0;
	}
	if (is_left_out(function) || (function == FloeFnVmUnmap && is_own(a)))
		return;
	if (function == FloeFnSleep)
		a[0] = below(2);
	if (function == FloeFnThreadCreate)
		set_thread_arguments(a);
	if (function == FloeFnNoticeGetEvent || function == FloeFnThreadWait)
		a[1] = below(2);
	if (function == FloeFnTaskCreate && below(4)) { /* nearly always refused, else */
		a[0] = a[1] = (uint64_t)scratch + 64 * below(512);
		snprintf((char *)a[0], 32, "name %u", (unsigned)below(20));
		a[2] = 0;
		a[4] = below(16) | (TaskEmpty | below(3)) << 32;
		a[5] = (uint64_t)scratch + 8 * below(1024);
	}
	remember(function, a, call(FLOE_SBI_EXTENSION, function, a));
}

static void call_sbi_at_random(void)
{
	static const uint64_t extensions[] = { 0x10,       0x54494d45, SBI_DBCN, 0x735049,
					       0x52464e43, 0x48534d,   0x504d55, 0,
					       2,          3,          4,        5,
					       6,          7,          8,        0x0A464C50 };
	uint64_t a[6], extension = extensions[below(sizeof(extensions) / sizeof(extensions[0]))];
	uint64_t function = below(2) ? below(8) : next();

	for (int i = 0; i < 6; i++)
		a[i] = an_argument();
	if (below(4) == 0)
		extension = next();
	/* Output would only be slow; reads from nowhere are what counts. */
	if (extension == SBI_DBCN && function != 1) {
		a[0] = below(3);
		a[1] = below(2) ? next() : (uint64_t)1 << below(64);
	}
	if (extension != SBI_SRST)
		call(extension, function, a);
}

static void *allocate(rtl_size_t size)
{
	return KnVmAllocate(RTL_NULL, size,
			    VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT |
				    VMM_FLAG_LOCKED);
}

static void give_everything_back(void)
{
	/* Ids are small numbers with a generation: closing all that were given. */
	for (int i = 0; i < HANDLES; i++)
		KnHandleClose(handles[i]);
}

/* A child runs, is ended from outside, and memory can be had. */
static void check_that_all_works(void)
{
	void *p = allocate(FLOE_PAGE_SIZE);
	TaskExitStatus status;
	Handle task = child_start("afterwards", CHILD(spin), 0);

	CHECK(p != RTL_NULL);
	CHECK_RC(rcOk, KnTaskTerminate(task));
	CHECK_RC(rcOk, KnTaskGetExitStatus(task, &status));
	CHECK_EQUAL(TaskExitTerminated, status);
	CHECK_RC(rcOk, KnHandleClose(task));
}

/* A fuzzer whose every call is refused shows little. */
static void list_accepted(void)
{
	unsigned functions = 0, total = 0;

	for (unsigned i = 0; i < FloeFnCount; i++) {
		functions += accepted[i] != 0;
		total += accepted[i];
	}
	printf("%u of them accepted, by %u functions\n", total, functions);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		state += (uint64_t)atoi(argv[1]);
	scratch = allocate(SCRATCH);
	CHECK(scratch != RTL_NULL);
	for (unsigned i = 0; i < CALLS; i++) {
		if (below(4) == 0)
			scribble();
		if (below(8))
			call_at_random();
		else
			call_sbi_at_random();
	}
	printf("\n%u calls made\n", CALLS);
	list_accepted();
	give_everything_back();
	check_that_all_works();
	return checks_result();
}