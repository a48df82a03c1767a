/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of one hart, and what was found out about all of them.
 *
 * A hart's state is reached through tp while the hart runs the hypervisor; what
 * others may use of it is theirs with the lock (core/lock.h).
 */
#ifndef ARCH_HART_H
#define ARCH_HART_H

#include "arch/this_hart.h"
#include "core/sched.h"

struct machine_tree;

enum {
	SWITCH_NO_CSRS = 1,    /* Sstc or senvcfg are missing, or Zfinx or AIA are there */
	SWITCH_CODE_STALE = 2, /* no fence for new executable memory yet */
	SWITCH_F_HELD = 4,     /* the f registers hold something but zeros */
	SWITCH_NOBODY = 8,     /* current is NULL, or was when that was last written */
	SWITCH_V_HELD = 16,    /* the v registers hold something but zeros */
	SWITCH_PAGING = 32,    /* the current vCPU has had a first stage */
	SWITCH_MOVED = 64,     /* of a vCPU: it was on another hart since it was on this one */
};

struct hart {
	/* arch/trap.S and entry.S know the offsets of the first five. */
	struct thread *current; /* whose registers are live; others read it; NULL: nobody's */
	u64 stack_top;
	u64 id;              /* mhartid, as the firmware and the device tree say */
	u64 index;           /* in the order of the device tree's cpu nodes */
	struct run_queue rq; /* others, too */

	u8 switch_plain;      /* SWITCH_*: why vcpu_turn() takes the plain way */
	u64 put_down;         /* the hart that waits for that (arch/remote.c), or 0; atomic */
	u64 *lock;            /* lock_word, whose address takes an instruction more to make */
	u64 kicks;            /* harts, by index, to interrupt once the lock is released */
	FloeTraceRing *trace; /* core/trace.h */
	struct memobj *trace_mem;
	u64 timer_at; /* what the timer is set to, ticks */

	/* core/window.c */
	u64 window; /* bit n: the n-th; FLOE_NO_WINDOW: none now */
	struct timer window_timer;

	/* VMIDs (arch/vmid.c) */
	const struct pgtable *gstage; /* that hgatp points to; others, too, while no vCPU is live */
	u64 vmid_generation;          /* from 1 on */
	u32 vmid_next;
	const struct vcpu *paging; /* the last one here that had a first stage */
};

/* What this machine has beside the required features; the same on every hart. */
struct machine_features {
	/* What probe_difference() compares, in its order. */
	bool h, sstc, svinval, fpu, zfinx, aia, senvcfg, henvcfg, smstateen, zkr, cycle, svpbmt;
	bool zicbom;
	bool memory_types;          /* Svpbmt in the G-stage, and caches that it can be used with */
	u32 cbom_block;             /* bytes of a block of cbo.flush; 0: there is none, nor need */
	u32 cboz_block;             /* bytes of a block of cbo.zero; 0: there is none */
	u32 vector_bytes;           /* of a vCPU's vector state; 0: there is none */
	u32 extensions;             /* EXT_*, as the tree says; what was tried counts */
	u32 vmid_max;               /* 0: no VMIDs */
	unsigned int gstage_levels; /* 3: Sv39x4; 4: Sv48x4 */
	u64 timebase;               /* ticks per second */
};

extern struct machine_features machine;

/* Found out by trying (arch/probe.c): boot only, on each hart. */

/*
 * Finds out what the boot hart has, with the device tree's word for what cannot
 * be tried, and fills in `machine`. NULL, or the missing requirement in one
 * sentence.
 */
const char *probe_machine(const struct machine_tree *tree);

/* The same for cbo.zero, once the hart has a stack that it does not use yet. */
void probe_zeroing(const struct machine_tree *tree);

/*
 * What this secondary hart has otherwise than `machine` says, by its name; NULL: nothing.
 * More VMIDs do no harm.
 */
const char *probe_difference(void);

/*
 * What other harts may change of a hart's state, as it begins. By the boot hart, before
 * it starts them: those that run already change it with the lock.
 */
void hart_init(struct hart *hart);

/* Sets this hart's CSRs up for running guests. */
void hart_setup(void);

/*
 * The timer of this hart: stimecmp with Sstc, else the SBI's. Its interrupt is
 * pending from the deadline until it is set to a later one.
 */

/* Sets the deadline in ticks of the time CSR; TIME_NEVER: none. */
void hart_set_timer(u64 at);

/* Is its interrupt pending? */
bool hart_timer_pending(void);

/* Harts in the order of the device tree; nharts at most MAX_HARTS. */
extern struct hart *harts[MAX_HARTS];
extern unsigned int nharts;

#endif
