/* SPDX-License-Identifier: Apache-2.0 */
/* How a guest reaches the hypervisor: one ecall (see <floe/abi.h>). */
#ifndef FLOE_SDK_HYPERCALL_H
#define FLOE_SDK_HYPERCALL_H

#include <floe/abi.h>
#include <stdint.h>

/* What an SBI call gives: a0 and a1. */
struct floe_result {
	long error;
	unsigned long value;
};

static inline struct floe_result floe_ecall(long extension, long function, uint64_t arg0,
					    uint64_t arg1, uint64_t arg2, uint64_t arg3,
					    uint64_t arg4, uint64_t arg5)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a2 __asm__("a2") = arg2;
	register uint64_t a3 __asm__("a3") = arg3;
	register uint64_t a4 __asm__("a4") = arg4;
	register uint64_t a5 __asm__("a5") = arg5;
	register long a6 __asm__("a6") = function;
	register long a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
			 : "memory");
	return (struct floe_result){ (long)a0, a1 };
}

/* An argument of a hypercall: a pointer, or a number that is not negative. */
#define FLOE_ARG(x) ((uint64_t)(uintptr_t)(x))

/* An SBI call with one to six arguments; those that are not given are 0. */
#define FLOE_SBI_CALL(extension, function, ...)                                                    \
	FLOE_FIRST_SIX(extension, function, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define FLOE_FIRST_SIX(extension, function, a, b, c, d, e, f, ...)                                 \
	floe_ecall(extension, function, a, b, c, d, e, f)

#define FLOE_CALL(function, ...) FLOE_SBI_CALL(FLOE_SBI_EXTENSION, function, __VA_ARGS__)

/* For a hypercall that only gives a Retcode. */
#define FLOE_RC(function, ...) ((Retcode)FLOE_CALL(function, __VA_ARGS__).error)

#endif
