/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart can do, found out by trying. */
#include "arch/csr.h"
#include "arch/hart.h"
#include "arch/layout.h"
#include "arch/sbi.h"
#include "arch/vcpu.h"
#include "boot/machine.h"

#include <string.h>

/*
 * The largest VMID of a G-stage of that many levels, which VMIDLEN, the number of bits
 * of the field that stick, says; -1: hgatp does not take the mode.
 */
static i64 largest_vmid(unsigned int levels)
{
	u64 vmids = HGATP_VMID_MASK << HGATP_VMID_SHIFT, value;

	csr_write(hgatp, HGATP_MODE(levels) | vmids);
	value = csr_swap(hgatp, 0);
	if ((value & ~(HGATP_PPN_MASK | vmids)) != HGATP_MODE(levels))
		return -1;
	return (i64)((value & vmids) >> HGATP_VMID_SHIFT);
}

/* The tree's word and the hart's: csr_probe() alone would do, but for firmware that comments on it.
 */
#define has_csr(tree_has, csr) ((tree_has) && csr_probe(csr))

/*
 * henvcfg.PBMTE, which is for the guest's own tables, sticks only if firmware has
 * set menvcfg.PBMTE, which is for the G-stage. Guests don't get it: a type in
 * the first stage would overrule ours.
 */
static bool has_memory_types(void)
{
	csr_write(henvcfg, HENVCFG_PBMTE);
	return (csr_swap(henvcfg, 0) & HENVCFG_PBMTE) != 0;
}

/*
 * What caches hold of a page has to go before it is used uncached, or that would
 * find in memory what another partition has left. No Zicbom is enough only where
 * the tree describes no data cache either, as simulators do.
 */
static void probe_memory_types(const struct machine_tree *tree)
{
	const GsiCaches *c = &tree->caches;

	if ((tree->extensions & EXT_ZICBOM) && instruction_probe(".insn i 0x0f, 2, x0, sp, 2", 0))
		machine.cbom_block = c->cbomBlockSize;
	machine.memory_types = machine.henvcfg && (tree->extensions & EXT_SVPBMT) &&
			       has_memory_types() &&
			       (machine.cbom_block || (!(tree->extensions & EXT_ZICBOM) &&
						       !c->dCacheSize && !c->dCacheBlockSize));
}

/*
 * Bytes of this hart's block of cbo.zero, found out with the lowest page of its
 * stack, which nobody uses yet: a wrong size in the tree would leave parts of
 * pages to the partition that gets them next. 0: there is none.
 */
static u32 zero_block(void)
{
	u8 *page = (u8 *)(this_hart()->stack_top - HART_STACK_SIZE);
	u32 n = 0;

	memset(page, 0xff, PAGE_SIZE);
	if (instruction_probe(".insn i 0x0f, 2, x0, %3, 4", page))
		while (n < PAGE_SIZE && !page[n])
			n++;
	return n && PAGE_SIZE % n == 0 ? n : 0;
}

void probe_zeroing(const struct machine_tree *tree)
{
	if (tree->extensions & EXT_ZICBOZ)
		machine.cboz_block = zero_block();
}

/* Bytes of this hart's vector state; 0: it has no vector registers. */
static u32 vector_bytes(void)
{
	u32 bytes = 0;

	csr_set(sstatus, SSTATUS_VS);
	if (csr_probe(vlenb))
		bytes = (u32)(sizeof(struct vector) + 32 * csr_read(vlenb));
	csr_clear(sstatus, SSTATUS_VS);
	return bytes;
}

const char *probe_machine(const struct machine_tree *tree)
{
	i64 vmid_max;

	if (!has_csr(tree->extensions & EXT_H, hstatus))
		return "the hypervisor extension (H) is missing: every process is a guest of it, "
		       "so choose a processor, or a model of one, that implements H";
	machine.gstage_levels = largest_vmid(3) < 0 ? 4 : 3;
	vmid_max = largest_vmid(machine.gstage_levels);
	if (vmid_max < 0)
		return "hgatp takes neither Sv39x4 nor Sv48x4: Floe needs two-stage address "
		       "translation in one of them";
	machine.vmid_max = (u32)vmid_max;
	machine.sstc = has_csr(tree->extensions & EXT_SSTC, stimecmp) && csr_probe(vstimecmp);
	if (!machine.sstc && !sbi_has(SBI_EXT_TIME))
		return "there is no timer: neither the Sstc extension nor the firmware's TIME "
		       "extension";
	machine.timebase = tree->timebase;
	/* It sticks where there are f registers. Where there is fcsr without them, it is Zfinx'. */
	csr_set(sstatus, SSTATUS_FS);
	machine.fpu = (csr_read(sstatus) & SSTATUS_FS) != 0;
	if (machine.fpu && !(tree->extensions & EXT_D))
		return "there is F without D: Floe needs both, or neither";
	csr_clear(sstatus, SSTATUS_FS);
	machine.zfinx = csr_probe(fcsr);
	machine.aia = csr_probe(vsiselect);
	if (tree->extensions & EXT_V)
		machine.vector_bytes = vector_bytes();
	machine.svinval = (tree->extensions & EXT_SVINVAL) &&
			  instruction_probe(".insn 0x18000073", 0);
	machine.henvcfg = csr_probe(henvcfg);
	probe_memory_types(tree);
	/* It has to be written to be read, which csr_probe() does not. */
	machine.zkr = (tree->extensions & EXT_ZKR) && instruction_probe("csrrw %2, seed, zero", 0);
	machine.cycle = csr_probe(cycle);
	machine.senvcfg = csr_probe(senvcfg);
	machine.smstateen = csr_probe(hstateen0);
	machine.usual_csrs = machine.sstc && machine.senvcfg && !machine.zfinx && !machine.aia;
	return NULL;
}

const char *probe_lack(void)
{
	if (!csr_probe(hstatus))
		return "H extension";
	if (largest_vmid(machine.gstage_levels) < machine.vmid_max)
		return "VMIDs";
	if (machine.sstc && !csr_probe(stimecmp))
		return "Sstc";
	if (machine.memory_types && !has_memory_types())
		return "Svpbmt";
	if (machine.vector_bytes && vector_bytes() != machine.vector_bytes)
		return "vector registers";
	if (machine.cboz_block && zero_block() != machine.cboz_block)
		return "cbo.zero";
	return NULL;
}
