/* SPDX-License-Identifier: Apache-2.0 */
#include "arch/probe.h"

#include "arch/cpu.h"
#include "arch/csr.h"
#include "arch/hart.h"
#include "arch/sbi.h"
#include "boot/machine.h"

static bool hgatp_takes(u64 mode)
{
	bool taken;

	csr_write(CSR_HGATP, mode);
	taken = (csr_read(CSR_HGATP) & ~(HGATP_PPN_MASK | HGATP_VMID_MASK << HGATP_VMID_SHIFT)) ==
		mode;
	csr_write(CSR_HGATP, 0);
	return taken;
}

/* VMIDLEN is the number of bits of the field that stick. */
static u32 largest_vmid(u64 mode)
{
	u64 value;

	csr_write(CSR_HGATP, mode | HGATP_VMID_MASK << HGATP_VMID_SHIFT);
	value = csr_read(CSR_HGATP);
	csr_write(CSR_HGATP, 0);
	cpu_hfence_gvma_all();
	return (u32)(value >> HGATP_VMID_SHIFT & HGATP_VMID_MASK);
}

/* The tree's word and the hart's: csr_probe() alone would do, but for firmware that comments on it.
 */
#define has_csr(tree_lacks, csr) (!(tree_lacks) && csr_probe(csr))

static void probe_gstage(void)
{
	machine.gstage_levels = 0;
	if (hgatp_takes(HGATP_MODE_SV39X4)) {
		machine.gstage_levels = 3;
		machine.hgatp_mode = HGATP_MODE_SV39X4;
	} else if (hgatp_takes(HGATP_MODE_SV48X4)) {
		machine.gstage_levels = 4;
		machine.hgatp_mode = HGATP_MODE_SV48X4;
	}
	if (machine.gstage_levels)
		machine.vmid_max = largest_vmid(machine.hgatp_mode);
}

/* sstatus.FS sticks where there are f registers. */
static bool has_f_registers(void)
{
	csr_set(sstatus, SSTATUS_FS);
	return (csr_read(sstatus) & SSTATUS_FS) != 0;
}

const char *probe_machine(const struct machine_tree *tree)
{
	if (!has_csr(tree->no_h, CSR_HSTATUS))
		return "the hypervisor extension (H) is missing: Floe runs every process as a "
		       "guest of it, "
		       "so choose a processor, or a model of one, that implements H";
	probe_gstage();
	if (!machine.gstage_levels)
		return "hgatp takes neither Sv39x4 nor Sv48x4: Floe needs two-stage address "
		       "translation "
		       "with one of these modes";
	machine.sstc = has_csr(tree->no_sstc, CSR_STIMECMP) && csr_probe(CSR_VSTIMECMP);
	if (!machine.sstc && !sbi_has(SBI_EXT_TIME))
		return "there is no timer: neither the Sstc extension nor the firmware's TIME "
		       "extension";
	machine.timebase = tree->timebase;
	machine.fpu = !tree->no_fpu && has_f_registers();
	machine.svinval = !tree->no_svinval && instruction_probe(".insn 0x18000073");
	machine.henvcfg = csr_probe(CSR_HENVCFG);
	machine.senvcfg = csr_probe(CSR_SENVCFG);
	machine.smstateen = csr_probe(CSR_HSTATEEN0);
	return NULL;
}

const char *probe_same(void)
{
	if (!csr_probe(CSR_HSTATUS))
		return "lacks the hypervisor extension (H)";
	if (!hgatp_takes(machine.hgatp_mode))
		return "lacks the G-stage mode that the boot hart has";
	if (machine.sstc && !csr_probe(CSR_STIMECMP))
		return "lacks Sstc, which the boot hart has";
	return NULL;
}
