/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/vmid.h"

#include "arch/cpu.h"
#include "arch/pgtable.h"
#include "arch/hart.h"
#include "arch/remote.h"
#include "arch/this_hart.h"

/* Above this many pages one fence for the whole VMID is cheaper. */
#define FENCE_PAGES_MAX 16

static u64 code_generation;

static u64 new_tag(struct hart *hart)
{
	if (!hart->vmid_generation || hart->vmid_next > machine.vmid_max) {
		hart->vmid_generation++;
		hart->vmid_next = machine.vmid_max ? 1 : 0;
	}
	return hart->vmid_generation << 16 | hart->vmid_next++;
}

static bool tag_is_valid(const struct hart *hart, u64 tag)
{
	return tag >> 16 == hart->vmid_generation && tag;
}

void vmid_activate(struct vmid_tags *tags, const struct pgtable *gs)
{
	struct hart *hart = this_hart();
	u64 *tag = &tags->tag[hart->index];
	bool fresh = !tag_is_valid(hart, *tag);

	if (hart->code_generation != code_generation) {
		hart->code_generation = code_generation;
		cpu_fence_i();
	}
	if (hart->gstage == gs && !fresh)
		return;
	if (fresh)
		*tag = new_tag(hart);
	hart->gstage = gs;
	cpu_set_hgatp(machine.hgatp_mode | (*tag & 0xffff) << HGATP_VMID_SHIFT |
		      (u64)gs->root >> PAGE_SHIFT);
	/* Who had this VMID before left translations; not earlier, or the hart adds some. */
	if (fresh)
		cpu_hfence_gvma_vmid(*tag & 0xffff);
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
	u64 *tag = &tags->tag[hart->index];

	if (!tag_is_valid(hart, *tag))
		return;
	if (hart->gstage != gs)
		*tag = 0;
	else if (npages > FENCE_PAGES_MAX || gs->tables_changed)
		cpu_hfence_gvma_vmid(*tag & 0xffff);
	else
		fence_pages(gpa, npages, *tag & 0xffff);
	gs->tables_changed = false;
	/* Executable memory may have come with the change, and this hart stays in it. */
	if (hart->gstage == gs && hart->code_generation != code_generation) {
		hart->code_generation = code_generation;
		cpu_fence_i();
	}
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
		tags->tag[i] = 0;
	}
}

void vmid_forget(struct vmid_tags *tags, const struct pgtable *gs)
{
	struct hart *hart = this_hart();

	vmid_stop_others(tags, gs);
	tags->tag[hart->index] = 0;
	if (hart->gstage == gs) {
		cpu_set_hgatp(0);
		hart->gstage = NULL;
	}
}

void vmid_code_changed(struct vmid_tags *tags, const struct pgtable *gs)
{
	vmid_stop_others(tags, gs);
	code_generation++;
}

unsigned int gstage_levels(void)
{
	return machine.gstage_levels;
}
