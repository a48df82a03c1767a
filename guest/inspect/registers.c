// SPDX-License-Identifier: Apache-2.0
#include "inspect/registers.h"

const struct register_csr inspect_csrs[INSPECT_CSR_COUNT] = {
	[INSPECT_VSSTATUS] = { "vsstatus", 0x200 }, [INSPECT_VSIE] = { "vsie", 0x204 },
	[INSPECT_VSTVEC] = { "vstvec", 0x205 },     [INSPECT_VSSCRATCH] = { "vsscratch", 0x240 },
	[INSPECT_VSEPC] = { "vsepc", 0x241 },       [INSPECT_VSCAUSE] = { "vscause", 0x242 },
	[INSPECT_VSTVAL] = { "vstval", 0x243 },     [INSPECT_VSATP] = { "vsatp", 0x280 },
	[INSPECT_HVIP] = { "hvip", 0x645 },         [INSPECT_HSTATUS] = { "hstatus", 0x600 },
	[INSPECT_SCAUSE] = { "scause", 0x142 },     [INSPECT_STVAL] = { "stval", 0x143 },
};

static const char *const x_names[] = {
	"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
	"a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
	"s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static const char *const f_names[] = {
	"ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1",  "fa0",
	"fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4",  "fs5",
	"fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};

static const char *const fcsr_names[] = { "fflags", "frm", "fcsr" };

uint64_t register_value(const struct inspect_thread *t, uint32_t number)
{
	if (number < REGISTER_PC)
		return number ? t->x[number] : 0;
	if (number == REGISTER_PC)
		return t->pc;
	if (number < REGISTER_FFLAGS)
		return t->f[number - REGISTER_F0];
	/* The unprivileged specification: frm in bits 7 to 5 of fcsr, fflags below. */
	if (number == REGISTER_FFLAGS)
		return t->fcsr & 0x1f;
	if (number == REGISTER_FRM)
		return t->fcsr >> 5 & 7;
	if (number == REGISTER_FCSR)
		return t->fcsr & 0xff;
	return number < REGISTER_COUNT ? t->csr[number - REGISTER_CSR0] : 0;
}

static void begin_feature(struct bytes *out, const char *name)
{
	bytes_text(out, "<feature name=\"org.gnu.gdb.riscv.");
	bytes_text(out, name);
	bytes_text(out, "\">\n");
}

static void describe(struct bytes *out, const char *name, uint32_t number, const char *type)
{
	bytes_text(out, "<reg name=\"");
	bytes_text(out, name);
	bytes_text(out, "\" bitsize=\"64\" type=\"");
	bytes_text(out, type);
	bytes_text(out, "\" regnum=\"");
	bytes_decimal(out, number);
	bytes_text(out, "\"/>\n");
}

static const char *x_type(uint32_t number)
{
	enum {
		RA = 1,
		SP = 2,
		GP = 3,
		TP = 4,
		FP = 8
	};

	if (number == RA || number == REGISTER_PC)
		return "code_ptr";
	return number == SP || number == GP || number == TP || number == FP ? "data_ptr" : "int";
}

void registers_describe(struct bytes *out, const char *osabi)
{
	bytes_text(out, "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
			"<target version=\"1.0\">\n<architecture>riscv:rv64</architecture>\n");
	if (osabi) {
		bytes_text(out, "<osabi>");
		bytes_text(out, osabi);
		bytes_text(out, "</osabi>\n");
	}
	begin_feature(out, "cpu");
	for (uint32_t i = 0; i < REGISTER_PC; i++)
		describe(out, x_names[i], i, x_type(i));
	describe(out, "pc", REGISTER_PC, x_type(REGISTER_PC));
	bytes_text(out, "</feature>\n");
	begin_feature(out, "fpu");
	for (uint32_t i = 0; i < 32; i++)
		describe(out, f_names[i], REGISTER_F0 + i, "ieee_double");
	for (uint32_t i = 0; i < 3; i++)
		describe(out, fcsr_names[i], REGISTER_FFLAGS + i, "int");
	bytes_text(out, "</feature>\n");
	begin_feature(out, "csr");
	for (uint32_t i = 0; i < INSPECT_CSR_COUNT; i++)
		describe(out, inspect_csrs[i].name, REGISTER_CSR0 + i, "int");
	bytes_text(out, "</feature>\n</target>\n");
}
