// SPDX-License-Identifier: Apache-2.0
/*
 * Exceptions: the process's handler, then the thread's; what they find and change.
 * api-unhandled.c has those that end the process.
 */
#include "api-test.h"

#include <stdint.h>

#define HOLE 0x70000000ul /* nothing is mapped there */

static ExceptionInfo seen;
static HalTrapFrame frame;
static unsigned calls;
static Tid handler_tid;

static void *map(uintptr_t at, rtl_uint32_t flags)
{
	return KnVmAllocate((void *)at, PAGE, flags | AT_ONCE);
}

static void remember(const ExceptionInfo *info)
{
	seen = *info;
	calls++;
	handler_tid = KnThreadCurrent();
	CHECK_RC(rcOk, RtlGetLastTrapFrame(&frame));
}

/* Handles by making the address there. */
static int maps(ExceptionInfo *info)
{
	remember(info);
	return map(info->fault.addr & ~(PAGE - 1), RW) != RTL_NULL;
}

/* Handles by going on behind the instruction, with 99 as its result. */
static int skips(ExceptionInfo *info)
{
	HalTrapFrame next;
	rtl_uint16_t first;

	remember(info);
	next = frame;
	first = *(const rtl_uint16_t *)next.pc;
	next.pc += (first & 3) == 3 ? 4 : 2;
	next.x[10] = 99;
	CHECK_RC(rcOk, RtlSetLastTrapFrame(&next));
	return 1;
}

static int refuses(ExceptionInfo *info)
{
	remember(info);
	return 0;
}

/* a0 before and after one instruction. */
#define AFTER(instruction, before)                                                                 \
	({                                                                                         \
		register uint64_t result __asm__("a0") = (before);                                 \
                                                                                                   \
		__asm__ volatile(instruction : "+r"(result) : : "memory");                         \
		result;                                                                            \
	})

static void registering(void)
{
	CHECK(KnTaskSetExceptionHandler(maps) == RTL_NULL);
	CHECK(KnTaskSetExceptionHandler(skips) == maps);
	CHECK(KnTaskSetExceptionHandler(RTL_NULL) == skips);
	CHECK(KnTaskSetExceptionHandler(RTL_NULL) == RTL_NULL);
	CHECK(KnThreadSetExceptionHandler(maps) == RTL_NULL);
	CHECK(KnThreadSetExceptionHandler(skips) == maps);
	CHECK(KnThreadSetExceptionHandler(RTL_NULL) == skips);
	FAILS(rcInvalidOperation, RtlGetLastTrapFrame(&frame));
	FAILS(rcInvalidOperation, RtlSetLastTrapFrame(&frame));
	FAILS(rcInvalidArgument, RtlGetLastTrapFrame(RTL_NULL));
	FAILS(rcInvalidArgument, RtlSetLastTrapFrame(RTL_NULL));
}

/* A store to nowhere, retried when the handler has made memory there. */
static void retried(void)
{
	KnTaskSetExceptionHandler(maps);
	calls = 0;
	CHECK_EQUAL(HOLE + 16, AFTER("sw a0, (a0)", HOLE + 16));
	CHECK_EQUAL(1, calls);
	CHECK_EQUAL(HOLE + 16, *(volatile int *)(HOLE + 16));
	CHECK_EQUAL(HalExcAccess, seen.type);
	CHECK_EQUAL(23, seen.code);
	CHECK_EQUAL(HOLE + 16, seen.fault.addr);
	CHECK_EQUAL(HalAccessWrite, seen.fault.access);
	CHECK_EQUAL(23, frame.scause);
	CHECK_EQUAL(HOLE + 16, frame.stval);
	CHECK_EQUAL(0, AFTER("ld a0, (a0)", HOLE + PAGE));
	CHECK_EQUAL(21, seen.code);
	CHECK_EQUAL(HalAccessRead, seen.fault.access);
	CHECK_EQUAL(HOLE + PAGE, frame.x[10]);
	CHECK_RC(rcOk, KnVmUnmap((void *)HOLE, 2 * PAGE));
	KnTaskSetExceptionHandler(RTL_NULL);
}

static void skipped(void)
{
	KnTaskSetExceptionHandler(skips);
	CHECK_EQUAL(99, AFTER("ebreak", 1));
	CHECK_EQUAL(HalExcBreakpoint, seen.type);
	CHECK_EQUAL(3, seen.code);
	CHECK_EQUAL(1, frame.x[10]);
	CHECK_EQUAL(99, AFTER(".word 0x00000000", 2)); /* of two bytes, all zero */
	CHECK_EQUAL(HalExcIllegalInstruction, seen.type);
	CHECK_EQUAL(2, seen.code);
	CHECK_EQUAL(0, seen.fault.access);
	CHECK_EQUAL(99, AFTER("csrr a0, 0x680", 3)); /* hgatp */
	CHECK_EQUAL(HalExcVirtualInstruction, seen.type);
	CHECK_EQUAL(22, seen.code);
	CHECK_EQUAL(99, AFTER("lw a0, (a0)", ~0ul - 15)); /* of no address space */
	CHECK_EQUAL(HalExcAccess, seen.type);
	KnTaskSetExceptionHandler(RTL_NULL);
}

static int jumps_back(ExceptionInfo *info)
{
	remember(info);
	frame.pc = frame.x[1];
	frame.x[10] = 1234;
	CHECK_RC(rcOk, RtlSetLastTrapFrame(&frame));
	frame.pc++;
	CHECK_RC(rcInvalidArgument, RtlSetLastTrapFrame(&frame));
	CHECK_RC(rcSourceFault, RtlSetLastTrapFrame(NOWHERE));
	CHECK_RC(rcTargetFault, RtlGetLastTrapFrame(NOWHERE));
	return 1;
}

static void null_call(void)
{
	int (*volatile nothing)(void) = (int (*)(void))(uintptr_t)0x2000;

	KnTaskSetExceptionHandler(jumps_back);
	CHECK_EQUAL(1234, nothing());
	CHECK_EQUAL(HalAccessExecute, seen.fault.access);
	CHECK_EQUAL(20, seen.code);
	KnTaskSetExceptionHandler(RTL_NULL);
}

/* First the process's, then the thread's. */
static void in_order(void)
{
	KnTaskSetExceptionHandler(refuses);
	KnThreadSetExceptionHandler(skips);
	calls = 0;
	CHECK_EQUAL(99, AFTER("ebreak", 1));
	CHECK_EQUAL(2, calls);
	KnTaskSetExceptionHandler(skips);
	KnThreadSetExceptionHandler(refuses);
	calls = 0;
	CHECK_EQUAL(99, AFTER("ebreak", 1));
	CHECK_EQUAL(1, calls);
	KnTaskSetExceptionHandler(RTL_NULL);
	KnThreadSetExceptionHandler(skips);
	calls = 0;
	CHECK_EQUAL(99, AFTER("ebreak", 1));
	CHECK_EQUAL(1, calls);
	KnThreadSetExceptionHandler(RTL_NULL);
}

static int spoils(ExceptionInfo *info)
{
	volatile double sum = 1.0;

	for (int i = 0; i < 20; i++)
		sum = sum * 1.5 + i;
	__asm__ volatile("fcvt.d.w fs0, zero\nfcvt.d.w fa0, zero\nfsflags x0" : : : "fs0", "fa0");
	return skips(info);
}

/* The handler's f registers are its own. */
static void f_registers(void)
{
	double saved, caller, one = 1.25, two = -7.5;

	KnTaskSetExceptionHandler(spoils);
	__asm__ volatile("fmv.d fs0, %2\nfmv.d fa0, %3\nebreak\nfmv.d %0, fs0\nfmv.d %1, fa0"
			 : "=f"(saved), "=f"(caller)
			 : "f"(one), "f"(two)
			 : "fs0", "fa0", "a0");
	CHECK(saved == one);
	CHECK(caller == two);
	KnTaskSetExceptionHandler(RTL_NULL);
}

/* Wherever in the trap page and its window a program jumps to, that is an exception as any other.
 */
static void trap_page(void)
{
	static const uint64_t at[] = { 2,  6,    8,    10,     14,       16,
				       32, 2048, 4094, 0x1000, 0x200000, 0x3ffffffe };

	KnTaskSetExceptionHandler(jumps_back);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		int (*volatile target)(void) = (int (*)(void))(0xffc0000000 + at[i]);

		calls = 0;
		CHECK_EQUAL(1234, target());
		CHECK_EQUAL(1, calls);
	}
	KnTaskSetExceptionHandler(RTL_NULL);
}

static uint64_t sstatus_seen;

static int disturbs(ExceptionInfo *info)
{
	__asm__ volatile("csrr %0, sstatus\nfsrmi 1\nfsflagsi 31" : "=r"(sstatus_seen));
	return skips(info);
}

/* The handler finds interrupts as they were, and leaves rounding mode and flags so. */
static void csrs(void)
{
	uint64_t before, after, fcsr, enabled = 2;

	KnTaskSetExceptionHandler(disturbs);
	__asm__ volatile("fsrmi 2\nfsflagsi 4\ncsrr %0, sstatus\nebreak\n"
			 "csrr %1, sstatus\nfrcsr %2\nfscsr zero"
			 : "=&r"(before), "=&r"(after), "=&r"(fcsr)
			 :
			 : "a0");
	CHECK_EQUAL(2 << 5 | 4, fcsr);
	CHECK_EQUAL(0, (before | after | sstatus_seen) & enabled);
	__asm__ volatile("csrs sstatus, %2\nebreak\ncsrr %0, sstatus\n"
			 "ld a0, (%3)\ncsrr %1, sstatus\ncsrc sstatus, %2"
			 : "=&r"(before), "=&r"(after)
			 : "r"(enabled), "r"(HOLE)
			 : "a0");
	CHECK_EQUAL(enabled, before & enabled);
	CHECK_EQUAL(enabled, after & enabled);
	CHECK_EQUAL(enabled, sstatus_seen & enabled);
	KnTaskSetExceptionHandler(RTL_NULL);
}

static int breaks(void *context)
{
	(void)context;
	KnThreadSetExceptionHandler(skips);
	return AFTER("ebreak", 5) == 99 && handler_tid == KnThreadCurrent() ? 3 : 4;
}

static void second_thread(void)
{
	Handle thread;
	Tid tid;
	rtl_int32_t code = 0;

	KnTaskSetExceptionHandler(refuses);
	NEED(KnThreadCreateByHandle(&thread, &tid, 10, 0, RTL_NULL, breaks, RTL_NULL,
				    ThreadFlagCreateWaitable));
	NEED(KnThreadWaitByHandle(thread, 10000, &code));
	CHECK_EQUAL(3, code);
	CHECK_EQUAL(tid, handler_tid);
	NEED(KnHandleClose(thread));
	KnTaskSetExceptionHandler(RTL_NULL);
}

static void everything(void)
{
	registering();
	retried();
	skipped();
	null_call();
	in_order();
	f_registers();
	csrs();
	trap_page();
	second_thread();
}

int main(void)
{
	SysCounters before, after;

	touch_stack();
	everything();
	before = settled();
	everything();
	after = settled();
	check_counters(__LINE__, "everything", &before, &after);
	return checks_result();
}