/* SPDX-License-Identifier: Apache-2.0 */
/* In place of picolibc's, which keeps no frame pointer: a report then left out who had asserted. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void __assert_func(const char *file, int line, const char *function, const char *expression)
{
	fprintf(stderr, "assertion \"%s\" failed: file \"%s\", line %d%s%s\n", expression, file,
		line, function ? ", function: " : "", function ? function : "");
	abort();
}
