/* SPDX-License-Identifier: Apache-2.0 */
/* Writes to memory that is not its own: where the hypervisor usually lies, or at its argument. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HYPERVISOR 0x80200000

int main(int argc, char **argv)
{
	uintptr_t address = argc > 1 ? strtoul(argv[1], NULL, 0) : HYPERVISOR;

	printf("writing to %#lx\n", (unsigned long)address);
	*(volatile uint32_t *)address = 0;
	printf("nothing stopped me\n");
	return EXIT_FAILURE;
}
