/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the firmware (RISC-V SBI specification 2.0), and its numbers. */
#ifndef ARCH_SBI_H
#define ARCH_SBI_H

#define SBI_LEGACY_PUTCHAR 0x01
#define SBI_LEGACY_GETCHAR 0x02
#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI 0x735049
#define SBI_EXT_HSM 0x48534d
#define SBI_EXT_SRST 0x53525354
#define SBI_EXT_DBCN 0x4442434e

#define SBI_DBCN_WRITE 0
#define SBI_DBCN_READ 1
#define SBI_DBCN_WRITE_BYTE 2

#define SBI_SPEC_VERSION_2_0 0x2000000

#define SBI_SUCCESS 0
#define SBI_ERR_NOT_SUPPORTED (-2)
#define SBI_ERR_INVALID_PARAM (-3)

#ifndef __ASSEMBLER__
#include "core/types.h"

struct sbi_result {
	i64 error;
	i64 value;
};

static inline struct sbi_result sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2)
{
	register u64 a0 __asm__("a0") = arg0;
	register u64 a1 __asm__("a1") = arg1;
	register u64 a2 __asm__("a2") = arg2;
	register u64 a6 __asm__("a6") = function;
	register u64 a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbi_result){ (i64)a0, (i64)a1 };
}

/* Base extension: is that extension there? */
static inline bool sbi_has(u64 extension)
{
	struct sbi_result r = sbi_call(SBI_EXT_BASE, 3, extension, 0, 0);

	return r.error == SBI_SUCCESS && r.value != 0;
}
#endif

#endif
