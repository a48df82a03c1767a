/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/vcpu.h"

#include "arch/layout.h"
#include "core/lock.h"
#include "core/task.h"

#include <floe/abi.h>

_Static_assert(offsetof(struct thread, vcpu) == 0, "trap.S has one address for both");
_Static_assert(offsetof(struct vcpu, x) == X(0), "trap.S knows where x registers are");
_Static_assert(offsetof(struct hart, current) == HART_CURRENT, "trap.S");
_Static_assert(offsetof(struct hart, stack_top) == HART_STACK_TOP, "trap.S");
_Static_assert(offsetof(struct hart, id) == HART_ID, "entry.S");
_Static_assert(offsetof(struct hart, rq.slice_end) == HART_SLICE_END, "trap.S");
_Static_assert(offsetof(struct hart, rq.timers.guest) == HART_TIMER_GUEST, "trap.S");
_Static_assert(FN_SLEEP == FloeFnSleep && FLOE_SBI_EXTENSION_ID == FLOE_SBI_EXTENSION && rcOk == 0,
	       "trap.S");
_Static_assert(VM_TRAP_PAGE == TRAP_PAGE, "trap.S");

/* arch/fp.S */
void fp_save(u64 *f);
void fp_restore(const u64 *f);

/* arch/vector.S, which knows the members */
void vector_save(struct vector *to);
void vector_restore(const struct vector *from);
_Static_assert(offsetof(struct vector, v) == 32, "vector.S");

/*
 * While a vCPU runs, sstatus.FS and VS are "clean" or "dirty", since the first use would
 * trap to M-mode were they off; what is kept of them is "clean", or 0 without such registers.
 */
#define TOUCHED (SSTATUS_FS_TOUCHED | SSTATUS_VS_TOUCHED)

/* Of f and v registers what was written to. */
static void save_registers(struct vcpu *v)
{
	u64 touched = csr_read(sstatus) & TOUCHED;

	if (!touched)
		return;
	if (touched & SSTATUS_FS_TOUCHED) {
		fp_save(v->f);
		v->fcsr = (u32)csr_read(fcsr);
		v->used |= SWITCH_F_HELD;
	}
	if (touched & SSTATUS_VS_TOUCHED) {
		vector_save(v->vector);
		v->used |= SWITCH_V_HELD;
	}
	this_hart()->switch_plain |= v->used;
	csr_clear(sstatus, TOUCHED);
}

/* A vCPU that never used f or v registers sees zeros. */
static void load_registers(const struct vcpu *v)
{
	struct hart *hart = this_hart();
	u32 differ = hart->switch_plain | v->used;

	if (differ & SWITCH_F_HELD) {
		csr_set(sstatus, SSTATUS_FS);
		fp_restore(v->f);
		csr_write(fcsr, v->fcsr);
	}
	if (differ & SWITCH_V_HELD) {
		csr_set(sstatus, SSTATUS_VS);
		vector_restore(v->vector);
	}
	hart->switch_plain &= (u8) ~(SWITCH_F_HELD | SWITCH_V_HELD | SWITCH_PAGING);
	hart->switch_plain |= v->used;
}

/* Members that are a CSR each, which every way of a switch saves and loads. */
#define EACH_CSR(action)                                                                           \
	action(pc, sepc);                                                                          \
	action(sstatus, sstatus);                                                                  \
	action(hstatus, hstatus);                                                                  \
	action(vsstatus, vsstatus);                                                                \
	action(vsie, vsie);                                                                        \
	action(vstvec, vstvec);                                                                    \
	action(vsscratch, vsscratch);                                                              \
	action(vsepc, vsepc);                                                                      \
	action(vscause, vscause);                                                                  \
	action(vstval, vstval);                                                                    \
	action(hvip, hvip);                                                                        \
	action(scounteren, scounteren)

#define SAVE(name, csr) (v->name = csr_read(csr))
#define LOAD(name, csr) csr_write(csr, v->name)
/* Both at once, where writing costs little. */
#define EXCHANGE(name, csr) (old->name = csr_swap(csr, new->name))

/* Has, or may have had since it came on, translations of its own. */
__attribute__((noinline, cold)) static void note_paging(struct vcpu *v)
{
	struct hart *hart = this_hart();

	v->used |= SWITCH_PAGING;
	hart->switch_plain |= SWITCH_PAGING;
	hart->paging = v;
	container_of(v, struct thread, vcpu)->task->vm.paging = v;
}

__attribute__((noinline, cold)) static void save_unusual(struct vcpu *v)
{
	if (machine.senvcfg)
		SAVE(senvcfg, senvcfg);
	if (machine.sstc)
		SAVE(vstimecmp, vstimecmp);
	if (machine.zfinx)
		v->fcsr = (u32)csr_read(fcsr);
	if (machine.aia)
		SAVE(vsiselect, vsiselect);
}

void vcpu_save(struct vcpu *v)
{
	save_registers(v);
	EACH_CSR(SAVE);
	SAVE(vsatp, vsatp);
	if (v->vsatp || (v->used & SWITCH_PAGING))
		note_paging(v);
	if (this_hart()->switch_plain & SWITCH_NO_CSRS) {
		save_unusual(v);
		return;
	}
	SAVE(senvcfg, senvcfg);
	SAVE(vstimecmp, vstimecmp);
}

static void load(const struct vcpu *v)
{
	load_registers(v);
	EACH_CSR(LOAD);
	LOAD(vsatp, vsatp);
	if (machine.senvcfg)
		LOAD(senvcfg, senvcfg);
	if (machine.zfinx)
		csr_write(fcsr, v->fcsr);
	if (machine.aia)
		LOAD(vsiselect, vsiselect);
	if (machine.sstc)
		LOAD(vstimecmp, vstimecmp);
}

/*
 * vcpu_save() and load() in one, for vCPUs that leave f and v registers and vsatp alone, with
 * Sstc and senvcfg.
 */
static inline void exchange(struct vcpu *old, const struct vcpu *new)
{
	EACH_CSR(EXCHANGE);
	EXCHANGE(senvcfg, senvcfg);
	EXCHANGE(vstimecmp, vstimecmp);
}

/*
 * SFENCE.VMA and FENCE.I of a vCPU reach the hart that it is on only, and address space
 * identifiers are a vCPU's own. So what a hart knows from before goes where a vCPU comes from
 * another hart, and translations where another one of the partition may have had its own there.
 */
static void fence_own(struct vcpu *v, const struct vm *vm)
{
	bool moved = v->used & SWITCH_MOVED;

	v->used &= (u8)~SWITCH_MOVED;
	if (moved)
		cpu_fence_i();
	if (moved || (this_hart()->paging != v && vm->paging != v))
		cpu_hfence_vvma();
}

__attribute__((cold)) void vcpu_switch(struct thread *next)
{
	struct hart *hart = this_hart();
	struct vm *vm = &next->task->vm;

	if (hart->current)
		vcpu_save(&hart->current->vcpu);
	/* Else the hart could go through the old one's first stage for the new VMID. */
	csr_write(vsatp, 0);
	vmid_activate(&vm->tags, &vm->gs);
	if (next->vcpu.used & (SWITCH_MOVED | SWITCH_PAGING))
		fence_own(&next->vcpu, vm);
	load(&next->vcpu);
	next->vcpu.x[0] = (u64)hart;
	hart->current = next;
	hart->switch_plain &= (u8)~SWITCH_NOBODY;
}

/* The short way; false: something more is to be done, and nothing has been. */
static inline bool switch_short(struct thread *next)
{
	struct hart *hart = this_hart();
	struct vm *vm = &next->task->vm;
	struct vmid_tag *tag = &vm->tags.tag[hart->index];
	struct thread *old = hart->current;

	/* SD stands for dirty f or v registers. */
	if (hart->switch_plain || !vmid_is_valid(tag) || next->vcpu.used ||
	    (csr_read(sstatus) & SSTATUS_SD) || csr_read(vsatp))
		return false;
	vmid_use(tag, &vm->gs);
	exchange(&old->vcpu, &next->vcpu);
	next->vcpu.x[0] = (u64)hart;
	hart->current = next;
	return true;
}

void vcpu_turn(struct thread *next, u64 timer)
{
	if (switch_short(next)) {
		/* hart_set_timer(), where it is known that there is Sstc. */
		this_hart()->timer_at = timer;
		csr_write(stimecmp, timer);
	} else {
		vcpu_switch(next);
		hart_set_timer(timer);
	}
	lock_release();
}

/* All but x0. A memcpy() that has to be ready for any length takes half as many instructions again.
 */
static void copy_registers(u64 *to, const u64 *from)
{
#pragma GCC unroll 8
	for (unsigned int i = 1; i < 32; i++)
		to[i] = from[i];
}

void vcpu_frame(const struct vcpu *v, u64 scause, u64 stval, HalTrapFrame *frame)
{
	copy_registers(frame->x, v->x);
	frame->x[0] = 0;
	frame->pc = v->pc;
	frame->sstatus = v->vsstatus;
	frame->scause = scause;
	frame->stval = stval;
}

__attribute__((cold)) void vcpu_set_timer(u64 at)
{
	if (machine.sstc) {
		csr_write(vstimecmp, at);
		return;
	}
	csr_clear(hvip, IRQ_VSTI);
	thread_set_guest_timer(thread_current(), at);
}

void vcpu_raise_timer(struct vcpu *v, bool live)
{
	if (machine.sstc)
		return;
	v->hvip |= IRQ_VSTI;
	if (live)
		csr_set(hvip, IRQ_VSTI);
}
