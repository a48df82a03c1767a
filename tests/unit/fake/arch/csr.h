/* SPDX-License-Identifier: Apache-2.0 */
/* The real names and bits of CSRs, with registers that are entries of a table. */
#ifndef FAKE_ARCH_CSR_H
#define FAKE_ARCH_CSR_H

/* The real file leaves its instructions out for assembly. */
#define __ASSEMBLER__
#include_next "arch/csr.h"
#undef __ASSEMBLER__

/* What guests and other harts do, not the hypervisor. */
#define SSTATUS_VS_DIRTY 0x600
#define CAUSE_S_SOFT 1

#include "core/types.h"

/* The value of a CSR, by its name as the assembler would get it. */
u64 *fake_csr(const char *name);

#define csr_read(csr) (*fake_csr(#csr))
#define csr_write(csr, value) ((void)(*fake_csr(#csr) = (value)))
#define csr_swap(csr, value)                                                                       \
	({                                                                                         \
		u64 old_ = csr_read(csr);                                                          \
		csr_write(csr, value);                                                             \
		old_;                                                                              \
	})
/* All trap: there is no guest's code here. */
#define instruction_try(instruction, result, operand) ((void)(operand), (result) = 0, false)
static const char probe_trap[1] __attribute__((unused));

#define csr_set(csr, bits) ((void)(*fake_csr(#csr) |= (bits)))
#define csr_clear(csr, bits) ((void)(*fake_csr(#csr) &= ~(u64)(bits)))

#endif
