/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart can do, found out by trying. */
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
 * Bytes of this hart's block of cbo.zero, found out with the lowest page of its
 * stack, which nobody uses yet: a wrong size in the tree would leave parts of
 * pages to the partition that gets them next. 0: there is none.
 */
static u32 zero_block(void)
{
	u8 *page = (u8 *)(this_hart()->stack_top - HART_STACK_SIZE);
	u64 vector;
	bool exists;
	u32 n = 0;

	memset(page, 0xff, PAGE_SIZE);
	vector = csr_swap(stvec, (u64)probe_trap);
	exists = instruction_probe(".insn i 0x0f, 2, x0, %2, 4", page);
	csr_write(stvec, vector);
	if (exists)
		while (n < PAGE_SIZE && !page[n])
			n++;
	return n && PAGE_SIZE % n == 0 ? n : 0;
}

/* What this hart has of f->extensions, and what no tree tells. */
static void probe_hart(struct machine_features *f)
{
	u64 vector = csr_swap(stvec, (u64)probe_trap);
	u32 told = f->extensions;

	csr_set(sstatus, SSTATUS_FS | SSTATUS_VS);
	f->h = has_csr(told & EXT_H, hstatus);
	f->sstc = has_csr(told & EXT_SSTC, stimecmp) && csr_probe(vstimecmp);
	f->svinval = (told & EXT_SVINVAL) && instruction_probe(".insn 0x18000073", 0);
	/* The field sticks where there are f registers. Without them fcsr is Zfinx'. */
	f->fpu = (csr_read(sstatus) & SSTATUS_FS) != 0;
	f->zfinx = !f->fpu && csr_probe(fcsr);
	f->aia = f->h && csr_probe(vsiselect);
	f->senvcfg = csr_probe(senvcfg);
	f->henvcfg = f->h && csr_probe(henvcfg);
	f->smstateen = f->h && csr_probe(hstateen0);
	/* It has to be written to be read, which csr_probe() does not. */
	f->zkr = (told & EXT_ZKR) && instruction_probe("csrrw %1, seed, zero", 0);
	f->cycle = csr_probe(cycle);
	f->svpbmt = f->henvcfg && (told & EXT_SVPBMT) && has_memory_types();
	f->zicbom = (told & EXT_ZICBOM) && instruction_probe(".insn i 0x0f, 2, x0, sp, 2", 0);
	f->vector_bytes = 0;
	if (has_csr(told & EXT_V, vlenb))
		f->vector_bytes = (u32)(sizeof(struct vector) + 32 * csr_read(vlenb));
	csr_clear(sstatus, SSTATUS_FS | SSTATUS_VS);
	csr_write(stvec, vector);
}

void probe_zeroing(const struct machine_tree *tree)
{
	if (tree->extensions & EXT_ZICBOZ)
		machine.cboz_block = zero_block();
}

const char *probe_machine(const struct machine_tree *tree)
{
	const GsiCaches *caches = &tree->caches;
	i64 vmid_max;

	machine.timebase = tree->timebase;
	machine.extensions = tree->extensions;
	probe_hart(&machine);
	if (!machine.h)
		return "the hypervisor extension (H) is missing: choose a processor, or a model "
		       "of one, that has it";
	machine.gstage_levels = largest_vmid(3) < 0 ? 4 : 3;
	vmid_max = largest_vmid(machine.gstage_levels);
	if (vmid_max < 0)
		return "hgatp takes neither Sv39x4 nor Sv48x4, one of which Floe needs";
	machine.vmid_max = (u32)vmid_max;
	if (!machine.sstc && !sbi_has(SBI_EXT_TIME))
		return "there is no timer: neither the Sstc extension nor the firmware's TIME "
		       "extension";
	if (machine.fpu && !(tree->extensions & EXT_D))
		return "there is F without D: Floe needs both, or neither";
	if (machine.zicbom)
		machine.cbom_block = caches->cbomBlockSize;
	/*
	 * What caches hold of a page has to go before it is used uncached, or that would
	 * find in memory what another partition has left. No Zicbom is enough only where
	 * the tree describes no data cache either, as simulators do.
	 */
	machine.memory_types = machine.svpbmt &&
			       (machine.cbom_block ||
				(!(tree->extensions & EXT_ZICBOM) && !caches->dCacheSize &&
				 !caches->dCacheBlockSize));
	return NULL;
}

const char *probe_difference(void)
{
	/* In the order of the fields. */
	const char *name =
		"H\0Sstc\0Svinval\0F\0Zfinx\0AIA\0senvcfg\0henvcfg\0Smstateen\0Zkr\0cycle\0"
		"Svpbmt\0Zicbom\0";
	struct machine_features mine = machine;
	const bool *own = &mine.h, *wanted = &machine.h;

	probe_hart(&mine);
	for (; *name; name += strlen(name) + 1)
		if (*own++ != *wanted++)
			return name;
	if (mine.vector_bytes != machine.vector_bytes)
		return "VLEN";
	if (largest_vmid(machine.gstage_levels) < machine.vmid_max)
		return "VMIDs";
	if (machine.cboz_block && zero_block() != machine.cboz_block)
		return "Zicboz";
	return NULL;
}
