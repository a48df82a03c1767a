/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/hart.h"

#include "arch/csr.h"
#include "arch/exit.h"
#include "arch/sbi.h"

struct machine_features machine;
struct hart *harts[MAX_HARTS];
unsigned int nharts;

bool hart_timer_pending(void)
{
	return (csr_read(sip) & IRQ_STI) != 0;
}

void hart_set_timer(u64 at)
{
	struct hart *hart = this_hart();

	/*
	 * QEMU's timer thread may raise the interrupt of the deadline before, which
	 * has just been replaced: only another write takes it off.
	 */
	if (at == hart->timer_at && !hart_timer_pending())
		return;
	hart->timer_at = at;
	if (machine.sstc) {
		csr_write(stimecmp, at);
		return;
	}
	sbi_call(SBI_EXT_TIME, 0, at, 0, 0);
	/* Off since a guest's own timer was passed on (arch/trap.S), if not before. */
	csr_set(sie, IRQ_STI);
}

void hart_init(struct hart *hart)
{
	if (!machine.sstc || !machine.senvcfg || machine.zfinx || machine.aia)
		hart->switch_plain |= SWITCH_NO_CSRS;
	/* These registers hold what the firmware left. */
	if (machine.fpu)
		hart->switch_plain |= SWITCH_F_HELD;
	if (machine.vector_bytes)
		hart->switch_plain |= SWITCH_V_HELD;
	hart->vmid_generation = 1;
	hart->vmid_next = machine.vmid_max ? 1 : 0;
}

/* If they are aligned as this hart wants it; else all traps go on as they do. */
static void use_vectors(u64 vectors)
{
	u64 plain = csr_swap(stvec, vectors);

	if (csr_read(stvec) != vectors)
		csr_write(stvec, plain);
}

void hart_setup(void)
{
	struct hart *hart = this_hart();

	/* The timer may be due since reset: set it before its interrupt is on. */
	hart->timer_at = 0;
	hart_set_timer(TIME_NEVER);
	csr_write(sie, IRQ_STI | IRQ_SSI);
	if (!machine.sstc)
		use_vectors((u64)trap_vectors | STVEC_VECTORED);
	csr_write(hedeleg, HEDELEG_ALL);
	csr_write(hideleg, IRQ_VS_ALL);
	csr_write(hvip, 0);
	csr_write(hie, 0);
	csr_write(hcounteren, HCOUNTEREN_BASE);
	csr_write(htimedelta, 0);
	csr_write(vsatp, 0);
	if (machine.henvcfg)
		csr_write(henvcfg, machine.sstc ? HENVCFG_STCE : 0);
	/*
	 * Where Smstateen guards senvcfg, guests may reach it: it is switched with them. Not so
	 * what else it guards, sstateen0 among it.
	 */
	if (machine.smstateen)
		csr_write(hstateen0, HSTATEEN0_SENVCFG);
	csr_clear(sstatus, SSTATUS_SIE | SSTATUS_FS | SSTATUS_SUM | SSTATUS_VS);
	if (machine.fpu)
		csr_set(sstatus, SSTATUS_FS_CLEAN);
	if (machine.vector_bytes)
		csr_set(sstatus, SSTATUS_VS_CLEAN);
}
