/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the console full for a while. */
#include <stdio.h>

int main(void)
{
	for (int i = 0; i < 5000; i++)
		printf("line %d of a flood that others have to live with\n", i);
	return 0;
}
