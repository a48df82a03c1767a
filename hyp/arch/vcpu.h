/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU: the architectural state of one thread of a partition.
 *
 * While a vCPU is current on its hart, its CSRs, f and v registers are live there
 * and its x registers are here (all of them after a full exit, the caller-saved
 * ones after a hypercall; arch/trap.S completes them before a switch).
 */
#ifndef ARCH_VCPU_H
#define ARCH_VCPU_H

#include "arch/csr.h"
#include "core/types.h"

#include <floe/inspect.h>

/* Vector state: CSRs, then all registers. */
struct vector {
	u64 vl, vtype, vstart, vcsr;
	u8 v[];
};

struct vcpu {
	u64 x[32]; /* offsets known to arch/trap.S; x[0]: the hart that it is current on */
	u64 pc;    /* sepc */
	u64 sstatus, hstatus;
	u64 vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, vstval, vsatp;
	u64 hvip;
	u64 vstimecmp; /* with Sstc */
	u64 senvcfg, scounteren;
	u64 vsiselect; /* with AIA; it selects nothing, but can be written to */
	u8 used;       /* SWITCH_F_HELD, _V_HELD: those hold something but zeros; _PAGING, _MOVED */
	u32 fcsr;
	u64 f[32];
	struct vector *vector; /* machine.vector_bytes; NULL: the machine has none */
};

struct thread;

/* A program's start: VS-mode, satp bare, interrupts off, all registers 0 but sp and a0 to a2. It is
 * zero before. False: no memory. */
bool vcpu_init(struct vcpu *vcpu, const FloeThreadStart *start, u64 stack_top);

/* Frees what it has beside its struct, which may be done twice. It is not current, nor again. */
void vcpu_destroy(struct vcpu *vcpu);

/* A copy of a vCPU that is not current, for later; false: no memory. vcpu_destroy() ends it. */
bool vcpu_keep(struct vcpu *kept, const struct vcpu *vcpu);

/* Gives a vCPU that is not current x, f and v registers, fcsr and pc of that time. */
void vcpu_restore_registers(struct vcpu *vcpu, const struct vcpu *then);

/* Did a vCPU, which is not current, trap from VS-mode with satp bare? */
bool vcpu_is_flat(const struct vcpu *vcpu);

/*
 * A vCPU that is not current goes on in a function, with one argument, to which
 * the stack goes down, as if no trap had been taken. It returns to the trap
 * page's HANDLER_RETURN.
 */
void vcpu_enter_handler(struct vcpu *vcpu, gpa_t function, gpa_t argument);

/* Saves the live state of a current vCPU, so that it can be read or resumed elsewhere. */
void vcpu_save(struct vcpu *vcpu);

/* Makes the thread this hart's current one, whatever that takes. */
void vcpu_switch(struct thread *next);

/*
 * The same, the short way where nothing but CSRs and hgatp differ, with this hart's timer set.
 * Releases the lock.
 */
void vcpu_turn(struct thread *next, u64 timer);

/* The registers in the API's form; cause and value are the exception's. */
void vcpu_frame(const struct vcpu *vcpu, u64 scause, u64 stval, HalTrapFrame *frame);

/* Its VS CSRs, and what stands for it in HS-mode ones. */
void vcpu_csrs(const struct vcpu *vcpu, ThreadCsrs *csrs);

/* The other way, of a vCPU that is not current: x registers and pc. */
void vcpu_set_frame(struct vcpu *vcpu, const HalTrapFrame *frame);

/* Of the current vCPU: where its hypercall returns to; it is made again, not passed over. */
static inline u64 vcpu_call_end(void)
{
	return csr_read(sepc);
}

static inline void vcpu_retry_call(void)
{
	csr_write(sepc, csr_read(sepc) - 4);
}

/* Of the current vCPU: is an interrupt pending that it has enabled? */
static inline bool vcpu_interrupt_pending(void)
{
	/* hip, since some machines show only VSSIP in vsip. */
	return (csr_read(hip) & csr_read(vsie) << 1) != 0;
}

/* Of the current vCPU: when its Sstc timer is due, ticks. */
static inline u64 vcpu_timer_deadline(void)
{
	return csr_read(vstimecmp);
}

/* Of the current vCPU: its timer is set (SBI set_timer). */
void vcpu_set_timer(u64 at);

/* An emulated timer is due; live: the vCPU is current. */
void vcpu_raise_timer(struct vcpu *vcpu, bool live);

#endif
