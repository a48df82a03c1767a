/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with a vCPU's registers while they are not on a hart; compiled to be small. */
#include "arch/vcpu.h"

#include "arch/layout.h"
#include "core/slab.h"
#include "core/vm.h"

#include <string.h>

bool vcpu_init(struct vcpu *v, const FloeThreadStart *start, u64 stack_top)
{
	if (machine.vector_bytes) {
		v->vector = mem_alloc(machine.vector_bytes);
		if (!v->vector)
			return false;
	}
	v->pc = start->entry;
	v->x[2] = stack_top;
	memcpy(&v->x[10], start->argument, sizeof(start->argument));
	v->sstatus = SSTATUS_SPP | SSTATUS_UXL_64 | SSTATUS_FS_CLEAN |
		     (v->vector ? SSTATUS_VS_CLEAN : 0);
	v->hstatus = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VTW | HSTATUS_VSXL_64;
	v->vsstatus = SSTATUS_UXL_64;
	v->vstvec = VM_TRAP_PAGE;
	v->vstimecmp = TIME_NEVER;
	return true;
}

void vcpu_destroy(struct vcpu *v)
{
	mem_free(v->vector, machine.vector_bytes);
	v->vector = NULL;
}

bool vcpu_keep(struct vcpu *kept, const struct vcpu *v)
{
	*kept = *v;
	if (!v->vector)
		return true;
	kept->vector = mem_alloc(machine.vector_bytes);
	if (kept->vector)
		memcpy(kept->vector, v->vector, machine.vector_bytes);
	return kept->vector != NULL;
}

void vcpu_csrs(const struct vcpu *v, ThreadCsrs *csrs)
{
	*csrs = (ThreadCsrs){ v->hstatus, v->vsstatus, v->vsie,   v->vstvec, v->vsscratch,
			      v->vsepc,   v->vscause,  v->vstval, v->vsatp,  v->hvip };
}

void vcpu_restore_registers(struct vcpu *v, const struct vcpu *then)
{
	memcpy(v->x, then->x, sizeof(v->x));
	v->pc = then->pc;
	v->used = then->used | (v->used & (SWITCH_MOVED | SWITCH_PAGING));
	v->fcsr = then->fcsr;
	memcpy(v->f, then->f, sizeof(v->f));
	if (v->vector)
		memcpy(v->vector, then->vector, machine.vector_bytes);
}

void vcpu_enter_handler(struct vcpu *v, gpa_t function, gpa_t argument)
{
	/* What sret would do, from a trap that the guest did not see. */
	if (v->pc == TRAP_PAGE) {
		u64 on = v->vsstatus & SSTATUS_SPIE ? SSTATUS_SIE : 0;

		v->vsstatus = (v->vsstatus & ~(u64)(SSTATUS_SIE | SSTATUS_SPP)) | SSTATUS_SPIE | on;
	}
	v->x[1] = HANDLER_RETURN;
	v->x[2] = argument;
	v->x[10] = argument;
	v->pc = function;
}

void vcpu_set_frame(struct vcpu *v, const HalTrapFrame *frame)
{
	memcpy(v->x + 1, frame->x + 1, sizeof(v->x) - sizeof(v->x[0]));
	v->pc = frame->pc;
}

bool vcpu_is_flat(const struct vcpu *v)
{
	/* At the trap page its exception was one of the guest's own level. */
	u64 from_vs = v->pc == TRAP_PAGE ? v->vsstatus & SSTATUS_SPP : v->hstatus & HSTATUS_SPVP;

	return from_vs && !v->vsatp;
}
