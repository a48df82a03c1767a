/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two partitions on one hart that take turns. Everything is counted by them: what
 * both have executed is known, so the rest of the time is the hypervisor's. This
 * one only starts them, as a real-time process above both, and sleeps.
 */
#include "bench.h"

enum {
	ROUNDS = 5000, /* of two switches */
	SLEEPS = 100,
	WAITS = 10000,
	/* What the loops below execute themselves, in a round, and once. */
	YIELD_ROUND = 3 + 3,
	YIELD_ONCE = 3,
	PREEMPT_A_ROUND = 5,
	PREEMPT_A_GAP = 2,
	PREEMPT_A_ONCE = 13,
	PREEMPT_B_ROUND = 3,
	WAKE_ROUND = 2,
};

/* Shared words: what a child found out. */
enum {
	RESULT,
	A_ROUNDS,
	B_ROUNDS,
	STAMP = B_ROUNDS,
};

#define SHARED "li s0, 0x20000000\n"
#define SLEEP(ms) "li a0, " ms "\n" CHILD_CALL(72)
#define EXIT "li a0, 0\n" CHILD_CALL(18)

/* Gives its turn away, 100 times to warm up, then counted. */
CHILD_CODE(yield_a, SHARED "li a7, 0x0A464C4F\nli a6, 72\nli s1, 100\n"
			   "1: li a0, 0\necall\naddi s1, s1, -1\nbnez s1, 1b\n"
			   "rdinstret s2\nli s1, 5000\n"
			   "2: li a0, 0\necall\naddi s1, s1, -1\nbnez s1, 2b\n"
			   "rdinstret s3\nsub s3, s3, s2\nsd s3, 0(s0)\n" EXIT);
CHILD_CODE(yield_b, "li a7, 0x0A464C4F\nli a6, 72\n"
		    "1: li a0, 0\necall\nnop\nj 1b\n");

/* Sees by the counter that it was away; notes everything when it has come back often enough. */
CHILD_CODE(preempt_a, SHARED "li t3, 32\nli s1, 100\nrdinstret t2\n"
			     "1: rdinstret t0\nsub t1, t0, t2\nmv t2, t0\naddi s2, s2, 1\n"
			     "bltu t1, t3, 1b\naddi s1, s1, -1\nbnez s1, 1b\n"
			     "mv s3, t0\nld s4, 16(s0)\nli s2, 0\nli s1, 5000\n"
			     "2: rdinstret t0\nsub t1, t0, t2\nmv t2, t0\naddi s2, s2, 1\n"
			     "bltu t1, t3, 2b\naddi s1, s1, -1\nbnez s1, 2b\n"
			     "ld s5, 16(s0)\nsub s5, s5, s4\nsd s5, 16(s0)\nsd s2, 8(s0)\n"
			     "sub t0, t0, s3\nsd t0, 0(s0)\n" EXIT);
CHILD_CODE(preempt_b, SHARED "1: addi t0, t0, 1\nsd t0, 16(s0)\nj 1b\n");

/* Stamps its time with every second instruction. */
CHILD_CODE(spin, SHARED "1: .rept 64\nrdinstret t0\nsd t0, 16(s0)\n.endr\nj 1b\n");

/* Sleeps, and adds up how long after the last stamp it comes back. */
CHILD_CODE(sleeper, SHARED
	   "li s1, 100\n"
	   "1: " SLEEP("1") "rdinstret t0\nld t1, 16(s0)\nsub t0, t0, t1\n"
			    "add s2, s2, t0\naddi s1, s1, -1\nbnez s1, 1b\nsd s2, 0(s0)\n" EXIT);

/* The same with a timer of its own (SBI set_timer) and wfi. */
CHILD_CODE(waiter, SHARED "li s1, 10000\nli t0, 32\ncsrw sie, t0\n"
			  "1: rdtime a0\naddi a0, a0, 50\nli a7, 0x54494d45\nli a6, 0\necall\nwfi\n"
			  "rdinstret t0\nld t1, 16(s0)\nsub t0, t0, t1\n"
			  "add s2, s2, t0\naddi s1, s1, -1\nbnez s1, 1b\nsd s2, 0(s0)\n" EXIT);

/* Runs both until a has ended. */
static void run(volatile uint64_t *shared, Handle a, Handle b)
{
	shared[RESULT] = shared[A_ROUNDS] = shared[B_ROUNDS] = 0;
	NEED(KnTaskResume(b));
	NEED(KnTaskResume(a));
	child_wait(a);
	NEED(KnTaskTerminate(b));
	NEED(KnHandleClose(a));
	NEED(KnHandleClose(b));
}

static void yields(volatile uint64_t *shared, const VmSeg *seg)
{
	run(shared, bench_child("a", CHILD(yield_a), seg, ThreadSchedPolicyOther, 10),
	    bench_child("b", CHILD(yield_b), seg, ThreadSchedPolicyOther, 10));
	bench_print("switch_yield", shared[RESULT] - YIELD_ROUND * ROUNDS - YIELD_ONCE, 2 * ROUNDS);
}

static void preempts(volatile uint64_t *shared, const VmSeg *seg)
{
	uint64_t own;

	run(shared, bench_child("a", CHILD(preempt_a), seg, ThreadSchedPolicyRR, 5),
	    bench_child("b", CHILD(preempt_b), seg, ThreadSchedPolicyRR, 5));
	own = PREEMPT_A_ROUND * (shared[A_ROUNDS] - 1) + PREEMPT_A_GAP * (ROUNDS - 1) +
	      PREEMPT_A_ONCE + PREEMPT_B_ROUND * shared[B_ROUNDS];
	bench_print("switch_preempt", shared[RESULT] - own, 2 * ROUNDS);
}

/* Up to two instructions of the one that spins stand between its stamp and the switch. */
static void wakes(volatile uint64_t *shared, const VmSeg *seg)
{
	run(shared, bench_child("a", CHILD(sleeper), seg, ThreadSchedPolicyFifo, 10),
	    bench_child("b", CHILD(spin), seg, ThreadSchedPolicyOther, 15));
	bench_print("rt_wake", shared[RESULT] - WAKE_ROUND * SLEEPS, SLEEPS);
	run(shared, bench_child("a", CHILD(waiter), seg, ThreadSchedPolicyFifo, 10),
	    bench_child("b", CHILD(spin), seg, ThreadSchedPolicyOther, 15));
	bench_print("rt_wake_wfi", shared[RESULT] - WAKE_ROUND * WAITS, WAITS);
}

int main(void)
{
	VmSeg seg;
	volatile uint64_t *shared = bench_share(&seg);

	yields(shared, &seg);
	preempts(shared, &seg);
	wakes(shared, &seg);
	return 0;
}
