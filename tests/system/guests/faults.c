/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends by the exception that its argument names. The functions are named after
 * what they do, and noipa keeps every call as it is written, so that a case can
 * say what the backtrace has to show.
 */
#include <assert.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NOIPA __attribute__((noipa))

/* A call in the last place of a function stays a call. */
#pragma GCC optimize("no-optimize-sibling-calls")

/* Register n holds n in each of its bytes; then the instructions of `crash`. */
#define WITH_KNOWN_REGISTERS(crash)                                                                \
	__asm__ volatile(".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, "     \
			 "18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"                \
			 "li x\\n, 0x0101010101010101 * \\n\n"                                     \
			 ".endr\n" crash)

static volatile int sink;
static uint64_t data_word;

NOIPA static int read_null(const int *p)
{
	return p[0];
}

NOIPA static int middle_of_chain(const int *p)
{
	return read_null(p) + 1;
}

NOIPA static void start_of_chain(void)
{
	sink = middle_of_chain(NULL);
}

NOIPA static void call_null(void)
{
	void (*volatile nowhere)(void) = NULL;

	nowhere();
	sink = 1;
}

NOIPA static void write_text(void)
{
	*(volatile int *)(uintptr_t)&start_of_chain = 0;
}

NOIPA static void execute_data(void)
{
	void (*volatile data)(void) = (void (*)(void))(uintptr_t)&data_word;

	data();
	sink = 1;
}

NOIPA static int overflow_stack(int depth)
{
	volatile char frame[1000];

	frame[0] = (char)depth;
	return depth < 0 ? 0 : overflow_stack(depth + 1) + frame[0];
}

NOIPA static void start_overflow(void)
{
	sink = overflow_stack(0);
}

NOIPA static void read_address(uintptr_t address)
{
	sink = *(volatile int *)address;
}

NOIPA static void write_address(uintptr_t address)
{
	*(volatile int *)address = 1;
}

NOIPA static void read_hypervisor(void)
{
	read_address(0x80200000);
}

NOIPA static void write_uart(void)
{
	write_address(0x10000000);
}

NOIPA static void read_beyond_width(void)
{
	read_address((uintptr_t)-8);
}

NOIPA static void write_pcb(void)
{
	write_address((uintptr_t)KnTaskGetPcb());
}

NOIPA static void illegal(void)
{
	__asm__ volatile("unimp");
}

NOIPA static void execute_ebreak(void)
{
	__asm__ volatile("ebreak");
}

NOIPA static void asserts(void)
{
	assert(sink == 12345);
}

NOIPA static void panic(void)
{
	KnTaskPanic();
}

NOIPA static void misaligned_atomic(void)
{
	__asm__ volatile("amoadd.w zero, zero, (%0)" : : "r"((uintptr_t)&data_word + 1) : "memory");
}

NOIPA static void virtual_instruction(void)
{
	__asm__ volatile("csrr a0, 0x600" : : : "a0"); /* hstatus */
}

NOIPA static void user_ecall(void)
{
	__asm__ volatile("li t0, 0x100\n"
			 "csrc sstatus, t0\n"
			 "lla t0, 1f\n"
			 "csrw sepc, t0\n"
			 "sret\n"
			 "1: ecall\n"
			 :
			 :
			 : "t0");
}

NOIPA static void user_wfi(void)
{
	__asm__ volatile("li t0, 0x100\n"
			 "csrc sstatus, t0\n"
			 "lla t0, 1f\n"
			 "csrw sepc, t0\n"
			 "sret\n"
			 "1: wfi\n"
			 :
			 :
			 : "t0");
}

NOIPA static void broken_vector(void)
{
	__asm__ volatile("csrw stvec, %0\nunimp" : : "r"(0x6000ul));
}

NOIPA static void vector_in_data(void)
{
	__asm__ volatile("csrw stvec, %0\nunimp" : : "r"((uintptr_t)&data_word));
}

NOIPA static void paging_without_tables(void)
{
	/* Sv39 with a root where nothing is mapped. */
	__asm__ volatile("csrw satp, %0\nsfence.vma\nnop" : : "r"(8ul << 60 | 0x7777));
}

NOIPA static void use_up_memory(void)
{
	const size_t size = 64u << 20;
	char *p = KnVmAllocate(NULL, size,
			       VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT);

	for (size_t i = 0; p && i < size; i += FLOE_PAGE_SIZE)
		p[i] = 1;
}

NOIPA static void known_registers_illegal(void)
{
	WITH_KNOWN_REGISTERS("unimp");
}

NOIPA static void known_registers_load(void)
{
	WITH_KNOWN_REGISTERS("li x10, 0x40\nld x11, 0(x10)");
}

NOIPA static void known_registers_panic(void)
{
	WITH_KNOWN_REGISTERS("li x17, 0x0A464C4F\nli x16, 19\necall");
}

static const struct {
	const char *name;
	void (*function)(void);
} faults[] = {
	{ "null-read", start_of_chain },
	{ "null-call", call_null },
	{ "write-text", write_text },
	{ "execute-data", execute_data },
	{ "stack-overflow", start_overflow },
	{ "read-hypervisor", read_hypervisor },
	{ "write-uart", write_uart },
	{ "beyond-width", read_beyond_width },
	{ "write-pcb", write_pcb },
	{ "illegal", illegal },
	{ "ebreak", execute_ebreak },
	{ "panic", panic },
	{ "assertion", asserts },
	{ "misaligned-atomic", misaligned_atomic },
	{ "virtual", virtual_instruction },
	{ "user-ecall", user_ecall },
	{ "user-wfi", user_wfi },
	{ "broken-vector", broken_vector },
	{ "vector-in-data", vector_in_data },
	{ "paging", paging_without_tables },
	{ "out-of-memory", use_up_memory },
	{ "registers-illegal", known_registers_illegal },
	{ "registers-load", known_registers_load },
	{ "registers-panic", known_registers_panic },
};

int main(int argc, char **argv)
{
	const char *wanted = argc > 1 ? argv[1] : argv[0];

	/* Who prints may have to wait for the console, and the others would go first. */
	if (argc > 1)
		printf("%s\n", wanted);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcmp(faults[i].name, wanted) == 0)
			faults[i].function();
	puts("FAILED: nothing happened");
	return 0;
}
