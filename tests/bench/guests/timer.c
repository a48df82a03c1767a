/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's own timer: from the last instruction before the deadline to the first one of the
 * handler. On a machine without Sstc the hypervisor passes the interrupt on.
 */
#include "bench.h"

enum {
	ROUNDS = 10000,
};

#define SHARED "li s0, 0x20000000\n"
#define EXIT "li a0, 0\n" CHILD_CALL(18)

/* clang-format off */
/* Every instruction but one is a stamp: the jump behind them, of which sepc tells. */
CHILD_CODE(timed, SHARED
	   "lla t0, 3f\ncsrw stvec, t0\nli t0, 32\ncsrs sie, t0\nli s1, 10000\n"
	   "1: rdtime a0\naddi a0, a0, 50\nli a7, 0x54494d45\nli a6, 0\necall\n"
	   "csrsi sstatus, 2\n"
	   "2: .rept 64\nrdinstret t0\n.endr\nj 2b\n"
	   ".balign 4\n"
	   "3: rdinstret t1\nsub t1, t1, t0\ncsrr t2, sepc\nlla t3, 2b\nbne t2, t3, 4f\n"
	   "addi t1, t1, -1\n"
	   "4: add s2, s2, t1\naddi s1, s1, -1\nbnez s1, 1b\nsd s2, 0(s0)\n" EXIT);
/* clang-format on */

/* The figure's name, if it is another one. */
int main(int argc, char **argv)
{
	VmSeg seg;
	volatile uint64_t *shared = bench_share(&seg);
	Handle task = bench_child("timed", CHILD(timed), &seg, ThreadSchedPolicyFifo, 10);

	/* Until init, which waits behind this one, is done on another hart. */
	KnSleep(20);
	NEED(KnTaskResume(task));
	/* Without a deadline: the guest's is the only one, as on a machine that runs one guest. */
	child_wait_for(task, INFINITE_TIMEOUT);
	bench_print(argc > 1 ? argv[1] : "guest_timer", shared[0], ROUNDS);
	return 0;
}
