/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the ROMFS file that its argument names, and numbers its lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	char path[128], line[128];
	unsigned number = 0;
	FILE *file;

	if (argc != 2) {
		printf("usage: %s FILE\n", argv[0]);
		return EXIT_FAILURE;
	}
	snprintf(path, sizeof(path), "/romfs/%s", argv[1]);
	file = fopen(path, "r");
	if (!file) {
		printf("%s: %s\n", path, strerror(errno));
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof(line), file))
		printf("%s:%u: %s", argv[1], ++number, line);
	fclose(file);
	return EXIT_SUCCESS;
}
