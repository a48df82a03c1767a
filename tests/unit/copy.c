// SPDX-License-Identifier: Apache-2.0
/* The hypervisor's memcpy(): every alignment of both sides, and what lies around. */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#define memcpy tested_memcpy
void *tested_memcpy(void *restrict destination, const void *restrict source, size_t n);
#include "../../hyp/arch/copy.c"
#undef memcpy

#define LENGTHS 150

static void test_every_alignment(void **state)
{
	unsigned char from[LENGTHS + 24], to[LENGTHS + 24];

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (unsigned char)(i * 7 + 1);
	for (unsigned int a = 0; a < 8; a++)
		for (unsigned int b = 0; b < 8; b++)
			for (size_t n = 0; n <= LENGTHS; n++) {
				memset(to, 0xee, sizeof(to));
				assert_ptr_equal(tested_memcpy(to + 8 + b, from + 8 + a, n),
						 to + 8 + b);
				assert_memory_equal(to + 8 + b, from + 8 + a, n);
				assert_int_equal(to[7 + b], 0xee);
				assert_int_equal(to[8 + b + n], 0xee);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_alignment) };

	return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
