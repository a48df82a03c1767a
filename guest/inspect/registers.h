/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of a thread as gdb knows them: their numbers in our target
 * description, which the gdb server and core files share, and their values.
 *
 * Number       register
 * 0 .. 31      x0 .. x31
 * 32           pc
 * 33 .. 64     f0 .. f31
 * 65, 66, 67   fflags, frm, fcsr
 * 68 ..        the privileged registers, in the order of enum inspect_csr
 *
 * Each has 64 bits, fcsr too: gdb then expects as many bytes of floating-point
 * registers in a core file whatever operating system it believes in.
 */
#ifndef INSPECT_REGISTERS_H
#define INSPECT_REGISTERS_H

#include "inspect/bytes.h"
#include "inspect/target.h"

#define REGISTER_PC 32u
#define REGISTER_F0 33u
#define REGISTER_FFLAGS 65u
#define REGISTER_FRM 66u
#define REGISTER_FCSR 67u
#define REGISTER_CSR0 68u
#define REGISTER_SIZE 8u /* bytes */
#define REGISTER_COUNT (REGISTER_CSR0 + INSPECT_CSR_COUNT)

/* Name and number (privileged specification, table of CSRs) of each privileged register. */
struct register_csr {
	const char *name;
	uint16_t number;
};
extern const struct register_csr inspect_csrs[INSPECT_CSR_COUNT];

/* The value of a register; 0 for a number that none has. */
uint64_t register_value(const struct inspect_thread *thread, uint32_t number);

/*
 * The target description: gdb manual, appendix "Target Descriptions", features
 * org.gnu.gdb.riscv.*. `osabi`: the system to name in it, or NULL.
 */
void registers_describe(struct bytes *out, const char *osabi);

#endif
