/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest calls: SBI Base get_spec_version, and one of the API's that does nothing. */
#include "bench.h"

#include <floe/abi.h>

enum {
	CALLS = 10000,
	SBI_BASE = 0x10,
	SBI_BASE_SPEC_VERSION = 0,
};

/* A loop of calls, and the same loop without them: all but the calls cancels out. */
#define LOOP(instruction)                                                                          \
	__asm__ volatile("rdinstret %0\n"                                                          \
			 "1: " instruction "\n"                                                    \
			 "addi %2, %2, -1\n"                                                       \
			 "bnez %2, 1b\n"                                                           \
			 "rdinstret %1\n"                                                          \
			 : "=&r"(start), "=&r"(end), "+&r"(n), "+r"(a0), "+r"(a1)                  \
			 : "r"(a6), "r"(a7))

static uint64_t empty_loop(void)
{
	register uint64_t a0 __asm__("a0") = 0, a1 __asm__("a1") = 0, a6 __asm__("a6") = 0,
			     a7 __asm__("a7") = 0;
	uint64_t start, end, n = CALLS;

	LOOP("");
	return end - start;
}

/* From the ecall, which counts, to the instruction behind it. */
static void measure(const char *name, uint64_t extension, uint64_t function)
{
	register uint64_t a0 __asm__("a0") = 0, a1 __asm__("a1") = 0, a6 __asm__("a6") = function,
			     a7 __asm__("a7") = extension;
	uint64_t start, end, n = CALLS;

	LOOP("ecall");
	bench_print(name, end - start - empty_loop(), CALLS);
}

int main(void)
{
	measure("null_hypercall", SBI_BASE, SBI_BASE_SPEC_VERSION);
	measure("hypercall_overhead", FLOE_SBI_EXTENSION, FloeFnAbiVersion);
	return 0;
}
