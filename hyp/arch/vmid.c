/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/vmid.h"

#include "arch/pgtable.h"
#include "arch/remote.h"

/* Above this many pages one fence for the whole VMID is cheaper. */
#define FENCE_PAGES_MAX 16

static u64 new_vmid(struct hart *hart)
{
	if (hart->vmid_next > machine.vmid_max) {
		hart->vmid_generation++;
		hart->vmid_next = machine.vmid_max ? 1 : 0;
	}
	return hart->vmid_next++;
}

static u64 vmid_of(const struct vmid_tag *tag)
{
	return tag->hgatp >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
}

static void fence_code(struct hart *hart)
{
	if (!(hart->switch_plain & SWITCH_CODE_STALE))
		return;
	hart->switch_plain &= (u8)~SWITCH_CODE_STALE;
	cpu_fence_i();
}

void vmid_activate(struct vmid_tags *tags, const struct pgtable *gs)
{
	struct hart *hart = this_hart();
	struct vmid_tag *tag = &tags->tag[hart->index];

	fence_code(hart);
	if (vmid_is_valid(tag)) {
		vmid_use(tag, gs);
		return;
	}
	tag->hgatp = HGATP_MODE(machine.gstage_levels) | new_vmid(hart) << HGATP_VMID_SHIFT |
		     (u64)gs->root >> PAGE_SHIFT;
	tag->generation = hart->vmid_generation;
	hart->gstage = gs;
	csr_write(hgatp, tag->hgatp);
	/* Who had this VMID before left translations; not earlier, or the hart adds some. */
	cpu_hfence_gvma_vmid(vmid_of(tag));
}

static void fence_pages(gpa_t gpa, u64 npages, u64 vmid)
{
	if (machine.svinval)
		cpu_sfence_w_inval();
	for (; npages; npages--, gpa += PAGE_SIZE) {
		if (machine.svinval)
			cpu_hinval_gvma_page(gpa, vmid);
		else
			cpu_hfence_gvma_page(gpa, vmid);
	}
	if (machine.svinval)
		cpu_sfence_inval_ir();
}

void vmid_fence(struct vmid_tags *tags, struct pgtable *gs, gpa_t gpa, u64 npages)
{
	struct hart *hart = this_hart();
	struct vmid_tag *tag = &tags->tag[hart->index];

	if (!vmid_is_valid(tag))
		return;
	if (hart->gstage != gs)
		tag->generation = 0;
	else if (npages > FENCE_PAGES_MAX || gs->tables_changed)
		cpu_hfence_gvma_vmid(vmid_of(tag));
	else
		fence_pages(gpa, npages, vmid_of(tag));
	gs->tables_changed = false;
	/* Executable memory may have come with the change, and this hart stays in it. */
	if (hart->gstage == gs)
		fence_code(hart);
}

void vmid_stop_others(struct vmid_tags *tags, const struct pgtable *gs)
{
	for (unsigned int i = 0; i < nharts; i++) {
		if (harts[i] == this_hart())
			continue;
		/* Without a vCPU it takes a new tag before it runs one. */
		if (harts[i]->gstage == gs) {
			remote_put_down(harts[i]);
			harts[i]->gstage = NULL;
		}
		tags->tag[i].generation = 0;
	}
}

void vmid_forget(struct vmid_tags *tags, const struct pgtable *gs)
{
	struct hart *hart = this_hart();

	vmid_stop_others(tags, gs);
	tags->tag[hart->index].generation = 0;
	if (hart->gstage == gs) {
		csr_write(hgatp, 0);
		hart->gstage = NULL;
	}
}

void vmid_code_changed(struct vmid_tags *tags, const struct pgtable *gs)
{
	vmid_stop_others(tags, gs);
	for (unsigned int i = 0; i < nharts; i++)
		harts[i]->switch_plain |= SWITCH_CODE_STALE;
}
