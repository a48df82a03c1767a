/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU: the architectural state of one thread of a partition.
 *
 * While a vCPU is current on its hart, its CSRs and f registers are live there
 * and its x registers are here (all of them after a full exit, the caller-saved
 * ones after a hypercall; arch/trap.S completes them before a switch).
 */
#ifndef ARCH_VCPU_H
#define ARCH_VCPU_H

#include "core/types.h"

struct vcpu {
	u64 x[32]; /* offsets known to arch/trap.S; x[0] holds the hart while current */
	u64 pc;    /* sepc */
	u64 sstatus, hstatus;
	u64 vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, vstval, vsatp;
	u64 hvip;
	u64 vstimecmp; /* with Sstc; else the deadline of an emulated timer */
	u64 senvcfg, scounteren;
	bool fp_used; /* f holds something but zeros */
	u32 fcsr;
	u64 f[32];
};

/* A program's start: VS-mode, satp bare, interrupts off, a0 = 0. */
void vcpu_init(struct vcpu *vcpu, u64 entry, u64 stack_top);

/* Saves the live state of a current vCPU, so that it can be read or resumed elsewhere. */
void vcpu_save(struct vcpu *vcpu);

/* The reverse. vm: whose memory it sees. */
struct vm;
void vcpu_load(struct vcpu *vcpu, struct vm *vm);

/* The vCPU's registers in the API's form; cause and value are the exception's. */
void vcpu_frame(const struct vcpu *vcpu, u64 scause, u64 stval, HalTrapFrame *frame);

#endif
